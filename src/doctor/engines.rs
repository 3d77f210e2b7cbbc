//! What can run engines: programs, and Docker with its images.

use std::collections::HashMap;

use chrono::{TimeDelta, Utc};

use super::{Check, engine_folders, mend::Platform};
use crate::{
    backend::{DockerAway, DockerLook, image_of, installed_programs, look_at_docker},
    cli::{BackendChoice, Serve},
    model::{Engine, EngineVersion, catalogue},
};

/// How far Docker's clock may be off.
const SKEW: TimeDelta = TimeDelta::seconds(5);

/// Looks at what the server's backend would look at.
pub(super) async fn checks(options: &Serve) -> Vec<Check> {
    let wants = |backend| [BackendChoice::Auto, backend].contains(&options.backend);
    let mut checks = Vec::new();
    let (mut by_programs, mut by_docker) = (false, false);
    if wants(BackendChoice::Docker) {
        let docker = look_at_docker(options.images()).await;
        by_docker = docker.is_ok();
        checks.extend(docker_checks(docker, &options.images(), Platform::here()));
    }
    if wants(BackendChoice::Process) {
        let programs = programs(options).await;
        by_programs = programs.iter().all(|(_, found)| !found.is_empty());
        checks.extend(programs.iter().map(|(engine, found)| program_check(*engine, found, Platform::here())));
    }
    checks.push(verdict(options.backend, by_docker, by_programs));
    checks
}

async fn programs(options: &Serve) -> Vec<(Engine, Vec<(std::path::PathBuf, EngineVersion)>)> {
    let folders = engine_folders(options);
    let mut programs = Vec::new();
    for engine in Engine::ALL {
        programs.push((engine, installed_programs(engine, &folders).await));
    }
    programs
}

/// Whether all engines can be run.
fn verdict(choice: BackendChoice, by_docker: bool, by_programs: bool) -> Check {
    let what = "engines";
    match (choice, by_docker, by_programs) {
        (BackendChoice::None, ..) => Check::note(what, "none: with --backend none there are records only"),
        (_, true, true) => Check::ok(what, "run in Docker; or as programs with --backend process"),
        (_, true, false) => Check::ok(what, "run in Docker"),
        (BackendChoice::Auto, false, true) => Check::ok(what, "run as programs, as Docker does not answer"),
        (_, false, true) => Check::ok(what, "run as programs"),
        (_, false, false) => Check::fail(what, "no backend can run all of redis, valkey and memcached"),
    }
}

fn program_check(engine: Engine, found: &[(std::path::PathBuf, EngineVersion)], platform: Platform) -> Check {
    let what = format!("{engine} program");
    let Some((_, newest)) = found.iter().max_by_key(|(_, version)| (version.major(), version.minor(), version.patch()))
    else {
        return Check::note(&what, "not on PATH or in --engine-path").mended_by(platform.install(engine));
    };
    let told: Vec<_> = found.iter().map(|(path, version)| format!("{version}, {}", path.display())).collect();
    let told = told.join("; ");
    let usual = catalogue::engine_versions::resolve_version(engine, None).ok();
    match usual.map(|facts| facts.full_version.parse::<EngineVersion>()) {
        Some(Ok(usual)) if newest.major() < usual.published(engine).major() => {
            let detail = format!("{told}: too old for {engine} {usual}, which requests get that name no version");
            Check::note(&what, detail).mended_by(platform.install(engine))
        }
        _ => Check::ok(&what, told),
    }
}

fn docker_checks(
    docker: Result<DockerLook, DockerAway>,
    named: &HashMap<Engine, String>,
    platform: Platform,
) -> Vec<Check> {
    let DockerLook { version, time, mut images } = match docker {
        Ok(found) => found,
        Err(away) => return vec![Check::note("Docker", away.to_string()).mended_by(platform.docker(&away))],
    };
    let mut checks = vec![Check::ok("Docker", version)];
    for engine in Engine::ALL {
        let what = format!("{engine} image");
        let here = images.remove(&engine).unwrap_or_default();
        checks.push(if here.is_empty() {
            let check = Check::note(&what, "not here: pulled when it is first needed");
            match usual_image(engine, named.get(&engine).map(String::as_str)) {
                Some(image) => check.mended_by(format!("docker pull {image}")),
                None => check,
            }
        } else {
            Check::ok(&what, here.join(", "))
        });
    }
    let skew = time.map(|time| (time - Utc::now()).abs()).filter(|skew| *skew > SKEW);
    if let Some(skew) = skew {
        let detail = format!("it is {} s from this machine's", skew.num_seconds());
        checks.push(Check::note("Docker's clock", detail).mended_by(platform.set_clock()));
    }
    checks
}

/// What is pulled for a request that names no version; `named` is what a flag says of images.
fn usual_image(engine: Engine, named: Option<&str>) -> Option<String> {
    let usual = catalogue::engine_versions::resolve_version(engine, None).ok()?;
    let usual = usual.full_version.parse::<EngineVersion>().ok()?;
    Some(image_of(engine, &usual, named))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn one_backend_is_enough() {
        for (choice, by_docker, by_programs, expected) in [
            (BackendChoice::Auto, true, false, Mark::Ok),
            (BackendChoice::Auto, false, true, Mark::Ok),
            (BackendChoice::Auto, false, false, Mark::Fail),
            (BackendChoice::Process, false, true, Mark::Ok),
            (BackendChoice::None, false, false, Mark::Note),
        ] {
            assert_eq!(verdict(choice, by_docker, by_programs).mark, expected, "{choice:?} {by_docker} {by_programs}");
        }
    }

    #[test]
    fn programs_that_are_missing_or_old_are_told_with_what_mends_it() {
        let platform = Platform::here();
        let found = |version: &str| vec![(PathBuf::from("/bin/redis-server"), version.parse().expect("a version"))];
        assert_eq!(program_check(Engine::Redis, &found("7.0.15"), platform).mark, Mark::Ok);
        for old in
            [program_check(Engine::Redis, &[], platform), program_check(Engine::Redis, &found("5.0.1"), platform)]
        {
            assert!(old.mark == Mark::Note && old.mend.is_some(), "{old:?}");
        }
    }

    #[test]
    fn images_that_are_not_here_and_a_wrong_clock_are_told() {
        let images = HashMap::from([(Engine::Redis, vec!["redis:7".to_owned()])]);
        let time = Some(Utc::now() - TimeDelta::hours(1));
        let checks =
            docker_checks(Ok(DockerLook { version: "28".to_owned(), time, images }), &HashMap::new(), Platform::here());
        let told: Vec<_> = checks.iter().map(|check| (check.what.as_str(), check.mark)).collect();
        let expected = [
            ("Docker", Mark::Ok),
            ("memcached image", Mark::Note),
            ("redis image", Mark::Ok),
            ("valkey image", Mark::Note),
            ("Docker's clock", Mark::Note),
        ];
        assert_eq!(told, expected);
    }
}
