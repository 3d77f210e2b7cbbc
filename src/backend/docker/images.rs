//! Which image serves which version: one that is here, else one that is pulled, else the nearest that is here.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bollard::{
    Docker,
    errors::Error,
    query_parameters::{CreateImageOptions, ListImagesOptions},
};
use futures_util::StreamExt;
use tokio::{sync::Mutex as AsyncMutex, time::Instant, time::timeout};

use super::{
    errors::{failed, message, status},
    pull::Pull,
};
use crate::{
    backend::{BackendError, nearest},
    model::{Engine, EngineVersion},
};

/// How long a pull may go on without any progress.
const STANDSTILL: Duration = Duration::from_mins(1);

/// How long to make do with the nearest image before trying again to pull the right one.
const MAKESHIFT: Duration = Duration::from_mins(5);

/// An image to start an engine from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) reference: String,
    /// The version in it, as far as it tells.
    pub(super) version: Option<EngineVersion>,
}

/// The images, and which were found to serve.
#[derive(Debug)]
pub(super) struct Images {
    docker: Docker,
    overrides: HashMap<Engine, String>,
    offline: bool,
    chosen: Mutex<HashMap<(Engine, String), Choice>>,
    /// Held while an image is looked for, so that many who want it at once pull it once.
    choosing: AsyncMutex<()>,
    /// What is being pulled, and for which engine.
    pulling: Mutex<Option<(Engine, Pull)>>,
}

#[derive(Clone, Debug)]
struct Choice {
    image: Image,
    until: Option<Instant>,
}

impl Images {
    pub(super) fn new(docker: Docker, overrides: HashMap<Engine, String>, offline: bool) -> Self {
        Self {
            docker,
            overrides,
            offline,
            chosen: Mutex::default(),
            choosing: AsyncMutex::default(),
            pulling: Mutex::default(),
        }
    }

    /// The image to start `version` of `engine` from.
    pub(super) async fn choose(&self, engine: Engine, version: &EngineVersion) -> Result<Image, BackendError> {
        let key = (engine, version.as_str().to_owned());
        if let Some(image) = self.known(&key) {
            return Ok(image);
        }
        let _alone = self.choosing.lock().await;
        if let Some(image) = self.known(&key) {
            return Ok(image);
        }
        let choice = self.find(engine, version).await?;
        let image = choice.image.clone();
        tracing::info!(%engine, %version, image = image.reference, "image chosen");
        self.chosen().insert(key, choice);
        Ok(image)
    }

    /// The names of the images that could serve `engine` without a pull.
    pub(super) async fn here(&self, engine: Engine) -> Result<Vec<String>, BackendError> {
        let repository = self.overrides.get(&engine).map_or_else(|| repository(engine), String::as_str);
        let images = if tag_of(repository).is_some() {
            self.inspect(engine, repository).await?.into_iter().collect()
        } else {
            self.local(engine, repository).await?
        };
        Ok(images.into_iter().map(|image| image.reference).collect())
    }

    /// How far the pull of an image for `engine` has come, if one is under way.
    pub(super) fn pulling(&self, engine: Engine) -> Option<String> {
        self.pull_under_way().as_ref().filter(|(of, _)| *of == engine).map(|(_, pull)| pull.to_string())
    }

    fn pull_under_way(&self) -> MutexGuard<'_, Option<(Engine, Pull)>> {
        self.pulling.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was chosen for `version` of `engine`, because it is no longer there.
    pub(super) fn forget(&self, engine: Engine, version: &EngineVersion) {
        self.chosen().remove(&(engine, version.as_str().to_owned()));
    }

    fn known(&self, key: &(Engine, String)) -> Option<Image> {
        let chosen = self.chosen();
        let choice = chosen.get(key)?;
        choice.until.is_none_or(|until| Instant::now() < until).then(|| choice.image.clone())
    }

    fn chosen(&self) -> MutexGuard<'_, HashMap<(Engine, String), Choice>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn find(&self, engine: Engine, version: &EngineVersion) -> Result<Choice, BackendError> {
        let wanted = version.published(engine);
        let repository = self.overrides.get(&engine).map_or_else(|| repository(engine), String::as_str);
        let for_good = |image| Choice { image, until: None };

        let missing = |reason: String| BackendError::NoSuchEngine {
            engine,
            version: version.clone(),
            reason: format!(
                "{reason}; pull an image, or name one with CACHETTE_IMAGE_{}",
                engine.name().to_uppercase()
            ),
        };
        if tag_of(repository).is_some() {
            if let Some(image) = self.inspect(engine, repository).await? {
                return Ok(for_good(image));
            }
            self.pull(engine, repository).await?.map_err(missing)?;
            return Ok(for_good(Image { reference: repository.to_owned(), version: None }));
        }

        let local = self.local(engine, repository).await?;
        let versions: Vec<_> = local.iter().filter_map(|image| image.version.clone()).collect();
        let best = nearest(&wanted, &versions);
        // What agrees in every number that was asked for is what would be pulled, give or take a patch release.
        if let Some(index) = best.filter(|index| agrees(&wanted, &versions[*index])) {
            return Ok(for_good(local[index].clone()));
        }
        let reference = format!("{repository}:{wanted}");
        let reason = match self.pull(engine, &reference).await? {
            Ok(()) => {
                let pulled = self.inspect(engine, &reference).await?;
                return Ok(for_good(pulled.unwrap_or(Image { reference, version: Some(wanted) })));
            }
            Err(reason) => reason,
        };
        match best {
            Some(index) => {
                let image = local[index].clone();
                tracing::warn!(%engine, %version, image = image.reference, reason, "the nearest local image has to do");
                Ok(Choice { image, until: Some(Instant::now() + MAKESHIFT) })
            }
            None => Err(missing(reason)),
        }
    }

    /// The images of `repository` that are here and whose version is known.
    async fn local(&self, engine: Engine, repository: &str) -> Result<Vec<Image>, BackendError> {
        let filters = HashMap::from([("reference".to_owned(), vec![repository.to_owned()])]);
        let options = ListImagesOptions { filters: Some(filters), ..Default::default() };
        let images = self.docker.list_images(Some(options)).await.map_err(|error| failed("listing images", &error))?;
        let mut found = Vec::new();
        for reference in images.into_iter().flat_map(|image| image.repo_tags) {
            if let Some(image) = self.inspect(engine, &reference).await?
                && image.version.is_some()
            {
                found.push(image);
            }
        }
        Ok(found)
    }

    /// The image of this name, if it is here, with the version that its environment tells, or else its tag.
    async fn inspect(&self, engine: Engine, reference: &str) -> Result<Option<Image>, BackendError> {
        let image = match self.docker.inspect_image(reference).await {
            Ok(image) => image,
            Err(error) if status(&error) == Some(404) => return Ok(None),
            Err(error) => return Err(failed("looking at an image", &error)),
        };
        let variable = format!("{}_VERSION=", engine.name().to_uppercase());
        let environment = image.config.and_then(|config| config.env).unwrap_or_default();
        let told = environment.iter().find_map(|entry| entry.strip_prefix(&variable)?.parse().ok());
        let version = told.or_else(|| tag_of(reference)?.parse().ok());
        Ok(Some(Image { reference: reference.to_owned(), version }))
    }

    /// Pulls an image. What goes wrong with it is an inner error: the image may be had otherwise.
    async fn pull(&self, engine: Engine, reference: &str) -> Result<Result<(), String>, BackendError> {
        if self.offline {
            return Ok(Err(format!("{reference} is not here, and nothing is to be pulled")));
        }
        tracing::info!("pulling {reference}");
        *self.pull_under_way() = Some((engine, Pull::of(reference)));
        let pulled = self.pull_to_the_end(reference).await;
        let pull = self.pull_under_way().take();
        if let (Ok(Ok(())), Some((_, pull))) = (&pulled, pull) {
            tracing::info!("pulled {reference} in {:.1} s", pull.took().as_secs_f64());
        }
        pulled
    }

    async fn pull_to_the_end(&self, reference: &str) -> Result<Result<(), String>, BackendError> {
        let options = CreateImageOptions { from_image: Some(reference.to_owned()), ..Default::default() };
        let mut progress = std::pin::pin!(self.docker.create_image(Some(options), None, None));
        loop {
            match timeout(STANDSTILL, progress.next()).await {
                Ok(Some(Ok(step))) => {
                    tracing::debug!(image = reference, layer = step.id, status = step.status, "pulling");
                    if let Some((_, pull)) = self.pull_under_way().as_mut() {
                        pull.note(step);
                        if pull.is_worth_a_line() {
                            tracing::info!("{pull}");
                        }
                    }
                }
                // The daemon answers with its headers only when it has something to tell.
                Ok(Some(Err(Error::RequestTimeoutError))) | Err(_) => {
                    return Ok(Err(format!("{reference} cannot be pulled: no progress for {STANDSTILL:?}")));
                }
                Ok(Some(Err(error))) => {
                    return match failed("pulling an image", &error) {
                        away @ BackendError::Unavailable { .. } => Err(away),
                        _ => Ok(Err(format!("{reference} cannot be pulled: {}", message(&error)))),
                    };
                }
                Ok(None) => return Ok(Ok(())),
            }
        }
    }
}

/// Whether every number of `wanted` is `version`'s too.
fn agrees(wanted: &EngineVersion, version: &EngineVersion) -> bool {
    let numbers = |version: &EngineVersion| [version.major(), version.minor(), version.patch()];
    let precision = wanted.precision();
    version.precision() >= precision && numbers(wanted)[..precision] == numbers(version)[..precision]
}

/// The image that is pulled for this version of an engine; `named` is a repository to take it from, or the image itself.
#[must_use]
pub fn image_of(engine: Engine, version: &EngineVersion, named: Option<&str>) -> String {
    let repository = named.unwrap_or_else(|| repository(engine));
    match tag_of(repository) {
        Some(_) => repository.to_owned(),
        None => format!("{repository}:{}", version.published(engine)),
    }
}

/// Where the engine's own images are.
fn repository(engine: Engine) -> &'static str {
    match engine {
        Engine::Memcached => "memcached",
        Engine::Redis => "redis",
        Engine::Valkey => "valkey/valkey",
    }
}

/// The tag or digest in an image's name. A colon before the last slash belongs to a registry's port.
fn tag_of(reference: &str) -> Option<&str> {
    let name = reference.rfind('/').map_or(0, |slash| slash + 1);
    reference[name..].split_once([':', '@']).map(|(_, tag)| tag)
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use axum::{Router, body::Body, routing::post};
    use bollard::API_DEFAULT_VERSION;
    use bytes::Bytes;
    use futures_util::{StreamExt, stream};
    use tokio::{net::TcpListener, sync::Notify, time::timeout};

    use super::*;

    const HALF: &str = r#"{"id":"a","status":"Downloading","progressDetail":{"current":34000000,"total":50000000}}"#;

    /// A daemon that pulls half of an image, and the rest when it is told.
    async fn daemon(rest: Arc<Notify>) -> Docker {
        let pull = async move || {
            let half = stream::once(async { Ok::<_, std::convert::Infallible>(Bytes::from(format!("{HALF}\n"))) });
            let end = stream::once(async move {
                rest.notified().await;
                Ok(Bytes::from("{\"id\":\"a\",\"status\":\"Pull complete\"}\n"))
            });
            Body::from_stream(half.chain(end))
        };
        let router = Router::new().route("/images/create", post(pull));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async { axum::serve(listener, router).await });
        Docker::connect_with_http(&format!("tcp://{address}"), 10, API_DEFAULT_VERSION).expect("a client")
    }

    #[tokio::test]
    async fn how_far_a_pull_has_come_can_be_asked() {
        let rest = Arc::new(Notify::new());
        let images = Images::new(daemon(Arc::clone(&rest)).await, HashMap::new(), false);
        let looking = async {
            while images.pulling(Engine::Redis).as_deref() != Some("pulling redis:7, 34 of 50 MB") {
                tokio::task::yield_now().await;
            }
            assert_eq!(images.pulling(Engine::Valkey), None);
            rest.notify_one();
        };
        let mut pulled = std::pin::pin!(images.pull(Engine::Redis, "redis:7"));
        tokio::select! {
            () = looking => {}
            ended = &mut pulled => panic!("before its end: {ended:?}"),
        }
        let pulled = timeout(Duration::from_secs(30), pulled).await.expect("in time");
        assert_eq!(pulled.expect("a daemon"), Ok(()));
        assert_eq!(images.pulling(Engine::Redis), None);
    }

    #[test]
    fn tags_are_told_from_ports() {
        assert_eq!(tag_of("redis:7.0"), Some("7.0"));
        assert_eq!(tag_of("localhost:5000/team/redis"), None);
        assert_eq!(tag_of("localhost:5000/team/redis:7"), Some("7"));
        assert_eq!(tag_of("valkey/valkey"), None);
    }

    #[test]
    fn a_version_agrees_as_far_as_it_was_asked_for() {
        for (wanted, version, expected) in
            [("7", "7.0.15", true), ("7.0", "7.0.15", true), ("7.2", "7.0.15", false), ("1.6.22", "1.6", false)]
        {
            let (wanted, version) = (wanted.parse().expect("a version"), version.parse().expect("a version"));
            assert_eq!(agrees(&wanted, &version), expected, "{wanted} {version}");
        }
    }
}
