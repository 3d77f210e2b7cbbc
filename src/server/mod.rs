//! Puts the parts together and runs them.

mod access;
mod folders;
mod start_error;

pub use start_error::StartError;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, sync::watch};

use access::{access_keys, authentication, iam_logins, policies};
use folders::{be_writable, open_store, snapshot_files, unopened};

use crate::{
    authorization::Authorization,
    autoscaling::{self, Autoscaling, GroupMetrics},
    backend,
    cli::Serve,
    clock::Clock,
    cloudwatch::CloudWatch,
    faults::Faults,
    figures::Figures,
    forwards::Forwards,
    gateway::{Gateway, GatewaySettings, Naming, Places, Records},
    http::{self, Admin, Api, Guard, Limits, OwnNames},
    init::{self, Environment, Init, InitError, Progress},
    instance::{Instance, default_data_dir},
    integrations::{self, References, Services},
    log_delivery::{self, Tails},
    metrics::{self, Metrics},
    migration_source::Sources,
    model::Scope,
    names::Names,
    object_storage::{Limits as StorageLimits, ObjectStorage, Settings as StorageSettings},
    open_files::OpenFiles,
    operations::{EndpointHost, Operations, Options},
    port_taker::PortTaker,
    protocol::sigv4::DEFAULT_ACCOUNT,
    reconcile,
    reset::Reset,
    secrets_manager::{SecretsManager, Settings as SecretsSettings},
    tls::{Certificates, TlsError},
    trail::Trail,
};

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
    init: init::Run,
    stop_engines: Option<Reset>,
    names: Option<Names>,
}

impl Server {
    /// Opens everything that the server needs: the data directory, the backend, the port.
    ///
    /// # Errors
    /// When one of them cannot be had.
    #[expect(clippy::too_many_lines, reason = "it takes a line or two to make each part and hand it to the others")]
    pub async fn start(options: Serve) -> Result<Self, StartError> {
        // First of all: what is wrong in it is to leave nothing behind.
        let init = init(options.init.as_deref())?;
        let (images, metrics_interval) = (options.images(), options.metrics_interval());
        let access_keys = access_keys(&options);
        let authentication = authentication(options.auth, options.credentials)?;
        let policies = policies(options.iam_policies.as_deref(), &authentication)?;
        let object_storage = Arc::new(object_storage(options.s3_dir)?);
        let secrets = SecretsManager::new(SecretsSettings::read(|variable| std::env::var(variable).ok())?);
        let data_dir = options.data_dir.or_else(default_data_dir).ok_or(StartError::NoDataDir)?;
        let instance = Instance::open(&data_dir)?;
        let services = Arc::new(Services::read(options.listen, |name| std::env::var(name).ok())?);
        let store = open_store(&data_dir.join("records.redb"), services.outlets()).await;
        let store = Arc::new(store.map_err(|error| unopened(error, &data_dir))?);
        let listener = listen(options.listen).await?;
        options.log_dir.as_deref().map_or(Ok(()), |folder| be_writable("--log-dir", folder))?;
        options.snapshot_dir.as_deref().map_or(Ok(()), |folder| be_writable("--snapshot-dir", folder))?;
        let names = Names::open(&options.names, options.listen.ip(), &instance.name).await?;
        let naming = names.as_ref().map(|names| names.naming.clone());
        let endpoint_host = Some(options.endpoint_host).filter(|host| host != "auto");
        let own_hosts = naming.as_ref().map(|naming| EndpointHost::Named(naming.names.clone()));
        let own_names_of_endpoints = naming.as_ref().map(|naming| Arc::clone(&naming.names));
        let host_of_endpoints = own_hosts.or_else(|| endpoint_host.clone().map(Into::into));
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
            endpoint_ports: options.endpoint_ports.into(),
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
        let init = rehearsed(init, &operations, &trail, host_of_endpoints.clone()).await?;
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
            endpoint_host: host_of_endpoints,
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
        let admin = Admin {
            endpoint_host,
            names: own_names_of_endpoints,
            ..admin(&reconciler, certificates, trail, Arc::clone(&metrics), Arc::clone(&init.progress))
        };
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
            init,
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
                self.init.run(),
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

/// What is to be there from the start, as a file or a folder says if there is one.
fn init(path: Option<&Path>) -> Result<Init, StartError> {
    let scope = Scope::new(DEFAULT_ACCOUNT, http::DEFAULT_REGION);
    let environment = Environment::new(|name| std::env::var(name).ok());
    let init = path.map(|path| Init::read(path, &scope, &environment)).transpose();
    Ok(init.map_err(InitError::from)?.unwrap_or_default())
}

/// Makes an init ready to be carried out, if no operation refuses any of it.
async fn rehearsed(
    init: Init,
    operations: &Operations,
    trail: &Arc<Trail>,
    endpoint_host: Option<EndpointHost>,
) -> Result<init::Run, InitError> {
    init.rehearse(operations).await?;
    Ok(init::Run {
        progress: Arc::new(init.progress()),
        init,
        operations: operations.clone(),
        trail: Arc::clone(trail),
        endpoint_host: endpoint_host.unwrap_or_else(|| "localhost".into()),
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
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            Err(StartError::PortTaken { address, by: PortTaker::of(address).await })
        }
        bound => bound.map_err(|source| StartError::Listen { address, source }),
    }
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
    init: Arc<Progress>,
) -> Admin {
    let reconcile::Shared { store, backend, clock, figures, gateway, secret, .. } = reconciler;
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
        init,
        tails: Tails::new(Arc::clone(store), Arc::clone(backend), secret.clone()),
        backend: backend.name(),
        endpoint_host: None,
        names: None,
        fetching: {
            let backend = Arc::clone(backend);
            Box::new(move |engine| backend.fetching(engine))
        },
    }
}
