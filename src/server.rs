//! Puts the parts together and runs them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    net::TcpListener,
    sync::watch,
    time::{Instant, sleep},
};

use crate::{
    authorization::{Authorization, Policies, PoliciesError},
    autoscaling::{self, Autoscaling, GroupMetrics},
    backend,
    cli::{AuthChoice, Credentials, Serve},
    clock::Clock,
    cloudwatch::CloudWatch,
    faults::Faults,
    figures::Figures,
    forwards::Forwards,
    gateway::{Gateway, GatewaySettings, Naming, Places, Records},
    http::{self, Admin, Api, Authentication, Guard, Limits, OwnNames},
    iam_login::{AccessKeys, AnybodyMayConnect, ConnectPolicy, IamLogins},
    instance::{Instance, InstanceError},
    integrations::{self, References, Services, ServicesError},
    log_delivery,
    metrics::{self, Metrics},
    migration_source::Sources,
    model::Outlets,
    names::{Names, NamesError},
    object_storage::{Limits as StorageLimits, ObjectStorage, Settings as StorageSettings, SettingsError},
    open_files::OpenFiles,
    operations::{EndpointHost, Operations, Options},
    reconcile,
    reset::Reset,
    secrets_manager::{SecretsManager, Settings as SecretsSettings, SettingsError as SecretsSettingsError},
    snapshot_files::{FilesError, SnapshotFiles},
    store::{StorageError, Store},
    tls::{Certificates, TlsError},
    trail::{Trail, TrailError},
};

/// How long the records may be in use by another server before this one gives up.
const LAST_SERVER_PATIENCE: Duration = Duration::from_secs(2);

/// The wait between two looks whether they still are.
const LAST_SERVER_POLL: Duration = Duration::from_millis(20);

/// Why the server could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Instance(#[from] InstanceError),
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] StorageError),
    /// There is no folder for snapshots.
    #[error(transparent)]
    SnapshotFiles(#[from] FilesError),
    /// There are no certificates.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Endpoints cannot have names.
    #[error(transparent)]
    Names(#[from] NamesError),
    /// No backend can be used.
    #[error(transparent)]
    Backend(#[from] backend::SelectError),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no home directory to keep data in.
    #[error("there is no home directory; say where to keep data with --data-dir")]
    NoDataDir,
    /// Signatures are to be checked, but no key is known.
    #[error("--auth sigv4 needs --credentials KEY:SECRET")]
    NoCredentials,
    /// The policies cannot be used.
    #[error(transparent)]
    Policies(#[from] PoliciesError),
    /// What the environment says of object storage makes no sense.
    #[error(transparent)]
    ObjectStorage(#[from] SettingsError),
    /// What the environment says of Secrets Manager makes no sense.
    #[error(transparent)]
    SecretsManager(#[from] SecretsSettingsError),
    /// What the environment says of other services makes no sense.
    #[error(transparent)]
    Services(#[from] ServicesError),
    /// The calls cannot be written to files.
    #[error(transparent)]
    Trail(#[from] TrailError),
    /// The folder that is to be object storage is none.
    #[error("--s3-dir {}: there is no such folder", .0.display())]
    NoS3Dir(PathBuf),
}

/// A server that is ready to run.
pub struct Server {
    listener: TcpListener,
    router: axum::Router,
    limits: Limits,
    reconciler: reconcile::Shared,
    services: Arc<Services>,
    log_dir: Option<PathBuf>,
    metrics: Arc<Metrics>,
    metrics_interval: Option<Duration>,
    autoscaling: Arc<Autoscaling>,
    renewals: watch::Receiver<u32>,
    stop_engines: Option<Reset>,
    names: Option<Names>,
}

impl Server {
    /// Opens everything that the server needs: the data directory, the backend, the port.
    ///
    /// # Errors
    /// When one of them cannot be had.
    pub async fn start(options: Serve) -> Result<Self, StartError> {
        let (images, metrics_interval) = (options.images(), options.metrics_interval());
        let access_keys = access_keys(&options);
        let authentication = authentication(options.auth, options.credentials)?;
        let policies = policies(options.iam_policies.as_deref(), &authentication)?;
        let object_storage = Arc::new(object_storage(options.s3_dir)?);
        let secrets = SecretsManager::new(SecretsSettings::read(|variable| std::env::var(variable).ok())?);
        let data_dir = options.data_dir.or_else(default_data_dir).ok_or(StartError::NoDataDir)?;
        let instance = Instance::open(&data_dir)?;
        let services = Arc::new(Services::read(options.listen, |name| std::env::var(name).ok())?);
        let store = Arc::new(open_store(&data_dir.join("records.redb"), services.outlets()).await?);
        let listener = listen(options.listen).await?;
        let names = Names::open(&options.names, options.listen.ip(), &instance.name).await?;
        let naming = names.as_ref().map(|names| names.naming.clone());
        let endpoint_host = Some(options.endpoint_host).filter(|host| host != "auto");
        let certificates = certificates(&data_dir, endpoint_host.as_deref(), naming.as_ref())?;
        let snapshot_files = Arc::new(snapshot_files(options.snapshot_dir, &data_dir, &instance)?);
        let backend = backend::select(backend::Selection {
            choice: options.backend.into(),
            instance: instance.name.clone(),
            data_dir,
            engine_path: options.engine_path,
            images,
            docker_network: options.docker_network,
        });
        let backend = backend.await?;
        let clock = Arc::new(Clock::system());
        let trail = Arc::new(Trail::open(options.trail_dir, Arc::clone(&clock))?);
        let (figures, metrics) = (Arc::new(Figures::new()), Arc::new(Metrics::default()));
        let files = open_files();
        let settings = GatewaySettings {
            endpoint_host: endpoint_host.clone(),
            own_addresses: naming.as_ref().and_then(|naming| naming.addresses.clone()),
            places: Places::new(files.endpoint_connections),
            figures: Arc::clone(&figures),
            ..GatewaySettings::new(options.listen.ip(), options.node_ports.0)
        };
        let authorization =
            policies.map(|policies| Arc::new(Authorization::new(policies, Arc::clone(&store), Arc::clone(&clock))));
        let logins = iam_logins(&store, &clock, &instance, access_keys, authorization.as_ref());
        let records = Arc::new(Records::new(Arc::clone(&store)).with_naming(naming.clone()));
        let gateway = Gateway::new(settings, Arc::clone(&certificates), records);
        let has_secrets = secrets.is_configured();
        let sources = Arc::new(Sources::new(Arc::clone(&store), Arc::new(secrets)));
        let gateway = Arc::new(gateway.with_iam_login(Arc::new(logins)).with_sources(Arc::clone(&sources) as _));
        let operations = Operations::new(Arc::clone(&store), Arc::clone(&clock), Options { strict: options.strict })
            .with_object_storage(Arc::clone(&object_storage))
            .with_secrets(has_secrets)
            .with_references(References::new(Arc::clone(&services)));
        let own_names = OwnNames::new(options.allowed_hosts.into_iter().chain(endpoint_host.clone()));
        let limits = Limits { connections: files.api_connections, ..Limits::default() };
        let guard = Guard::new(options.admin_access.into(), own_names, limits);
        let autoscaling = Arc::new(Autoscaling::new(operations.clone()));
        let api = Api {
            operations,
            autoscaling: Arc::clone(&autoscaling),
            authentication,
            authorization,
            clock: Arc::clone(&clock),
            endpoint_host: naming.map(|naming| EndpointHost::Named(naming.names)).or(endpoint_host.map(Into::into)),
            certificates: Arc::clone(&certificates),
            trail: Arc::clone(&trail),
            cloudwatch: CloudWatch::new(Arc::clone(&metrics), Arc::clone(&clock)),
            figures: Arc::clone(&figures),
        };
        let reconciler = reconcile::Shared {
            store,
            backend,
            gateway,
            snapshot_files,
            clock,
            object_storage,
            sources,
            figures,
            secret: instance.secret,
            strict: options.strict,
        };
        let renewals = certificates.renewals();
        let admin = admin(&reconciler, certificates, trail, Arc::clone(&metrics));
        let router = http::router(Arc::new(api), Arc::new(admin), Arc::new(guard));
        let stop_engines = options.stop_engines.then(|| reset(&reconciler));
        Ok(Self {
            listener,
            router,
            limits,
            reconciler,
            services,
            log_dir: options.log_dir,
            metrics,
            metrics_interval,
            autoscaling,
            renewals,
            stop_engines,
            names,
        })
    }

    /// The address that the server listens on, with the port that the system chose when it was asked for port 0.
    ///
    /// # Errors
    /// When the system does not know it, which a bound socket gives no reason for.
    pub fn address(&self) -> std::io::Result<std::net::SocketAddr> {
        self.listener.local_addr()
    }

    /// The name of the backend that was chosen.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        self.reconciler.backend.name()
    }

    /// Serves until `stop` completes. Engines are left running for the next start, unless they are to be stopped.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (store, clock) = (Arc::clone(&self.reconciler.store), Arc::clone(&self.reconciler.clock));
        let logs = log_delivery::Shared {
            store: Arc::clone(&store),
            backend: Arc::clone(&self.reconciler.backend),
            services: Arc::clone(&self.services),
            secret: self.reconciler.secret.clone(),
            folder: self.log_dir,
        };
        let reconciler = Arc::new(self.reconciler);
        let pushing =
            integrations::push_metrics(Arc::clone(&self.metrics), Arc::clone(&self.services), Arc::clone(&clock));
        let group_metrics = Arc::new(GroupMetrics::new(Arc::clone(&self.metrics), Arc::clone(&clock)));
        let sampling = {
            let reconciler = Arc::clone(&reconciler);
            // Boxed, so that what it is made of is not carried along by whoever runs the server.
            Box::pin(async move {
                if let Some(interval) = self.metrics_interval {
                    tokio::join!(metrics::sample(self.metrics, reconciler, interval), pushing);
                }
            })
        };
        let naming = {
            let store = Arc::clone(&store);
            async move {
                if let Some(names) = self.names {
                    names.serve(store).await;
                }
            }
        };
        let work = async {
            tokio::join!(
                naming,
                http::serve(self.listener, self.router, self.limits),
                reconcile::run(Arc::clone(&reconciler)),
                sampling,
                integrations::deliver(Arc::clone(&store), self.services, Arc::clone(&clock)),
                integrations::tell_renewals(store, self.renewals, clock),
                log_delivery::run(logs),
                autoscaling::run(self.autoscaling, group_metrics),
            );
        };
        let stopping = async {
            stop.await;
            if let Some(stop_engines) = self.stop_engines
                && let Err(error) = stop_engines.run().await
            {
                tracing::error!(%error, "engines could not be stopped");
            }
        };
        tokio::select! {
            () = work => {}
            () = stopping => {}
        }
    }
}

/// Opens the folder for the data of snapshots: below the one that was asked for, or below the data directory.
fn snapshot_files(asked: Option<PathBuf>, data_dir: &Path, instance: &Instance) -> Result<SnapshotFiles, FilesError> {
    SnapshotFiles::open(&match asked {
        // Several servers may be told the same, and each clears its folder of what it does not know.
        Some(folder) => folder.join(&instance.name),
        None => data_dir.join("snapshots"),
    })
}

/// The certificates that endpoints show, under their names too where they have any.
fn certificates(data_dir: &Path, host: Option<&str>, naming: Option<&Naming>) -> Result<Arc<Certificates>, TlsError> {
    let certificates = Certificates::open(data_dir, host)?;
    Ok(Arc::new(match naming {
        Some(naming) => certificates.with_zone(naming.names.apex()),
        None => certificates,
    }))
}

/// How many files may be open, which the log is told.
fn open_files() -> OpenFiles {
    let files = OpenFiles::of_process();
    tracing::info!(
        open_files = files.all,
        api_connections = files.api_connections,
        endpoint_connections = files.endpoint_connections,
        "connections are limited by the files that may be open"
    );
    files
}

/// Where users have snapshots: in `folder`, or where the variables of AWS's tools say.
fn object_storage(folder: Option<PathBuf>) -> Result<ObjectStorage, StartError> {
    if let Some(folder) = folder.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(StartError::NoS3Dir(folder.clone()));
    }
    let settings = StorageSettings::read(folder, |variable| std::env::var(variable).ok())?;
    Ok(ObjectStorage::new(settings, StorageLimits::default()))
}

/// Listens on an address.
async fn listen(address: std::net::SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// What removes every record and every engine.
fn reset(reconciler: &reconcile::Shared) -> Reset {
    let reconcile::Shared { store, backend, clock, .. } = reconciler;
    Reset::new(Arc::clone(store), Arc::clone(backend), Arc::clone(clock))
}

/// What answers those who run this server.
fn admin(
    reconciler: &reconcile::Shared,
    certificates: Arc<Certificates>,
    trail: Arc<Trail>,
    metrics: Arc<Metrics>,
) -> Admin {
    let reconcile::Shared { store, backend, clock, figures, gateway, .. } = reconciler;
    Admin {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        faults: Faults::new(Arc::clone(store), Arc::clone(clock)),
        forwards: Forwards::new(Arc::clone(store), Arc::clone(gateway)),
        reset: reset(reconciler),
        certificates,
        trail,
        figures: Arc::clone(figures),
        metrics,
        backend: backend.name(),
    }
}

/// The keys that callers sign with.
fn access_keys(options: &Serve) -> AccessKeys {
    AccessKeys {
        secrets: options.credentials.as_ref().map(|credentials| credentials.0.clone()).unwrap_or_default(),
        have_to_be_known: options.auth == AuthChoice::Sigv4,
    }
}

/// Who judges logins by IAM.
fn iam_logins(
    store: &Arc<Store>,
    clock: &Arc<Clock>,
    instance: &Instance,
    access_keys: AccessKeys,
    authorization: Option<&Arc<Authorization>>,
) -> IamLogins {
    IamLogins {
        store: Arc::clone(store),
        clock: Arc::clone(clock),
        secret: instance.secret.clone(),
        access_keys,
        policy: connect_policy(authorization),
    }
}

/// Who may connect to caches.
fn connect_policy(authorization: Option<&Arc<Authorization>>) -> Arc<dyn ConnectPolicy> {
    match authorization {
        Some(authorization) => Arc::clone(authorization) as _,
        None => Arc::new(AnybodyMayConnect),
    }
}

/// What callers may do, as `file` says if there is one.
fn policies(file: Option<&Path>, authentication: &Authentication) -> Result<Option<Policies>, StartError> {
    let policies = file.map(Policies::read).transpose()?;
    if policies.is_some() && matches!(authentication, Authentication::Off) {
        tracing::warn!("policies protect nothing without --auth sigv4: anybody can name any access key");
    }
    Ok(policies)
}

/// Whom requests have to come from.
fn authentication(choice: AuthChoice, credentials: Option<Credentials>) -> Result<Authentication, StartError> {
    match (choice, credentials) {
        (AuthChoice::Off, _) => Ok(Authentication::Off),
        (AuthChoice::Sigv4, Some(credentials)) => Ok(Authentication::SigV4(credentials.0)),
        (AuthChoice::Sigv4, None) => Err(StartError::NoCredentials),
    }
}

/// Opens the records. A server that was killed while it started an engine has them open for a moment longer, until the new
/// process has become the engine.
async fn open_store(path: &Path, outlets: Outlets) -> Result<Store, StorageError> {
    let began = Instant::now();
    loop {
        match Store::with_outlets(path, outlets) {
            Err(StorageError::InUse(_)) if began.elapsed() < LAST_SERVER_PATIENCE => sleep(LAST_SERVER_POLL).await,
            opened => return opened,
        }
    }
}

/// Where data is kept unless told otherwise, by the XDG rules.
fn default_data_dir() -> Option<PathBuf> {
    let xdg = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    Some(xdg.or_else(home)?.join("cachette"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn records_that_are_in_use_for_a_moment_are_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("records.redb");
        let last = Store::open(&path).expect("a store");
        let leaving = async {
            tokio::task::yield_now().await;
            drop(last);
        };
        let (opened, ()) = tokio::join!(open_store(&path, Outlets::default()), leaving);
        let opened = opened.expect("a store");
        assert!(matches!(open_store(&path, Outlets::default()).await, Err(StorageError::InUse(_))), "and not for ever");
        drop(opened);
    }
}
