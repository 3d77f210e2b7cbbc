//! The image: how large it is, and the time from creating a container of it until Docker calls that healthy, beside that
//! of a container of the same image in which nothing happens.

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use bollard::{
    Docker,
    models::{ContainerCreateBody, HealthStatusEnum, HostConfig, PortBinding},
    query_parameters::{
        CreateContainerOptionsBuilder, InspectContainerOptions, RemoveContainerOptionsBuilder, RemoveImageOptions,
    },
};

use crate::{
    Error,
    process::{PATIENCE, POLL},
    report::{Line, Unit, milliseconds},
};

const ROUNDS: usize = 7;

/// The ports that are published, as users publish more of them.
const PORTS: std::ops::RangeInclusive<u16> = 16379..=16398;

/// An address at which nobody else publishes ports.
const ADDRESS: &str = "127.99.45.98";

/// Measures both.
pub async fn measure(binary: &Path) -> Result<(), Error> {
    let docker = Docker::connect_with_local_defaults()?;
    let docker = docker.negotiate_version().await.map_err(|error| format!("docker does not answer ({error})"))?;
    let image = format!("cachette-bench:{}", std::process::id());
    build(binary, &image)?;
    let measured = measure_image(&docker, &image).await;
    docker.remove_image(&image, None::<RemoveImageOptions>, None).await?;
    measured
}

async fn measure_image(docker: &Docker, image: &str) -> Result<(), Error> {
    let bytes = docker.inspect_image(image).await?.size.and_then(|size| u32::try_from(size).ok());
    Line {
        what: "image, with all engines",
        unit: Unit::Mebibytes,
        ours: vec![f64::from(bytes.ok_or("the image has no size")?) / 1_048_576.0],
        floor: vec![],
        floor_is: "",
        target: "<= 76 MiB (80 MB)",
    }
    .print();
    let (mut times, mut floor_times) = (vec![], vec![]);
    for _ in 0..ROUNDS {
        floor_times.push(milliseconds(start(docker, image, false).await?));
        times.push(milliseconds(start(docker, image, true).await?));
    }
    Line {
        what: "image: from docker run to healthy",
        unit: Unit::Milliseconds,
        ours: times,
        floor: floor_times,
        floor_is: "a container of the same image that sleeps, started",
        target: "floor + 1,000 ms",
    }
    .print();
    Ok(())
}

/// Builds the image as the tests do, with this program in it.
fn build(binary: &Path, image: &str) -> Result<(), Error> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("docker/build-local-image.sh");
    let built = Command::new(script).arg(binary).arg(image).stdin(Stdio::null()).stdout(Stdio::null()).output()?;
    if built.status.success() {
        return Ok(());
    }
    Err(format!("the image cannot be built: {}", String::from_utf8_lossy(&built.stderr)).into())
}

/// How long a container takes: one that serves until it is healthy, one that sleeps until it is started.
async fn start(docker: &Docker, image: &str, serves: bool) -> Result<Duration, Error> {
    let name = format!("cachette-bench-{}-image", std::process::id());
    let ports = PORTS.chain([4598]).map(|port| {
        let binding = PortBinding { host_ip: Some(ADDRESS.to_owned()), host_port: Some(port.to_string()) };
        (format!("{port}/tcp"), Some(vec![binding]))
    });
    let body = ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: (!serves).then(|| vec!["sleep".to_owned()]),
        cmd: (!serves).then(|| vec!["60".to_owned()]),
        host_config: Some(HostConfig { port_bindings: Some(ports.collect()), ..HostConfig::default() }),
        ..ContainerCreateBody::default()
    };
    let options = CreateContainerOptionsBuilder::new().name(&name).build();
    let begin = Instant::now();
    docker.create_container(Some(options), body).await?;
    let came_up = async {
        docker.start_container(&name, None).await?;
        while serves && !is_healthy(docker, &name).await? {
            if begin.elapsed() > PATIENCE {
                return Err("the container did not become healthy".into());
            }
            tokio::time::sleep(POLL).await;
        }
        Ok(begin.elapsed())
    };
    let took: Result<Duration, Error> = came_up.await;
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    docker.remove_container(&name, Some(options)).await?;
    took
}

async fn is_healthy(docker: &Docker, name: &str) -> Result<bool, Error> {
    let state = docker.inspect_container(name, None::<InspectContainerOptions>).await?.state.unwrap_or_default();
    Ok(state.health.and_then(|health| health.status) == Some(HealthStatusEnum::HEALTHY))
}
