//! The steps of a plan that touch engines. Each can be done again after it was cut short anywhere.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::{Instant, timeout};

use super::{Actor, change::RecordChange, failure::StepError, plan::reachable, restoring::DataFile};
use crate::{
    backend::{BackendError, EngineId, EngineSpec, RunningEngine},
    engine::{
        self, AdminSecret, ClusterSettings, EngineError, EngineSettings, Member, MemcachedClient, RedisClient,
        RefusedDirective,
    },
    model::{
        Access, Authentication, CacheCluster, Engine, EngineRole, NodeId, Observed, PasswordHash, Running, Settings,
        parameters,
    },
};

/// How long an engine may take from being started to its first answer.
const START_PATIENCE: Duration = Duration::from_secs(10);

/// How long one that reads data from a file may say nothing. Mostly it says several times a second that it is still reading,
/// and may do so for ever, but not while it reads a single value.
const LOAD_PATIENCE: Duration = Duration::from_mins(5);

/// How often an engine that does not answer yet is asked at first. Later it is asked whenever an eighth of the time
/// waited so far has passed, so that little is added to what it takes, and many that start at the same time are not
/// slowed down by being asked.
const FIRST_POLL: Duration = Duration::from_micros(300);

/// The longest wait between two questions to an engine that does not answer yet.
const SLOWEST_POLL: Duration = Duration::from_millis(50);

/// The part of the time waited so far that passes before an engine is asked again that is reading its data. There are not
/// many of them at the same time, and they take long.
const POLLS_OF_LOADING: u32 = 64;

/// After this long without an answer, look whether the engine has ended.
const LOOK_AFTER: Duration = Duration::from_millis(200);

/// How far the ports of engines are from those of their endpoints where both cannot be the same.
const PRIVATE_PORTS: u16 = 24_000;

/// How long a new engine may take to copy the data of the old one.
const COPY_PATIENCE: Duration = Duration::from_mins(5);

impl Actor {
    /// Starts an engine, or finds it running, and waits for its answer.
    pub(super) async fn start(&self, cluster: &CacheCluster, node: NodeId, generation: u32) -> Result<(), StepError> {
        match &cluster.restore {
            Some(restore) => self.start_filled(cluster, restore, node, generation).await,
            None => self.start_with(cluster, node, generation, None).await,
        }
    }

    /// The same, with these data in it, if any. Redis and Valkey read them as they start, Memcached is told them before it
    /// counts as running.
    pub(super) async fn start_with(
        &self,
        cluster: &CacheCluster,
        node: NodeId,
        generation: u32,
        data: Option<&DataFile>,
    ) -> Result<(), StepError> {
        self.change(RecordChange::Touched { node, generation }).await?;
        let settings = cluster.wanted_settings(&self.parameters(cluster));
        let Some(spec) = self.spec(cluster, node, generation, &settings) else { return Ok(()) };
        let engine_settings = self.engine_settings(cluster, node, generation, &settings);
        let heirs_file = data
            .and_then(DataFile::slots)
            .and_then(|slots| engine::heirs_file(&engine_settings, spec.id.as_str(), slots));
        let inherits = heirs_file.is_some();
        let small_files = heirs_file.into_iter().collect();
        let (items, data_file) = match cluster.engine {
            Engine::Memcached => (data.map(DataFile::path), None),
            Engine::Redis | Engine::Valkey => (None, data.map(DataFile::path)),
        };
        let spec = EngineSpec { data_file, small_files, ..spec };
        let found = self.shared.backend.ensure(&spec).await?;
        let substitute_version = substitute(cluster, &found);
        if let Some(version) = &substitute_version
            && self.shared.strict
        {
            let (wanted, found) = (cluster.program_version().to_string(), version.clone());
            self.shared.backend.remove(&spec.id).await?;
            return Err(StepError::NoSubstitutes { engine: cluster.engine, wanted, found });
        }
        let answering = async {
            if !found.is_real() {
                return Ok(Vec::new());
            }
            let refused = self.first_answer(&spec, &found, &engine_settings).await?;
            if let Some(items) = items {
                engine::load_items(found.address, &items).await?;
            }
            if inherits {
                RedisClient::connect(found.address, &engine_settings).await?.inherit().await?;
            }
            Ok(refused)
        };
        let refused = match data {
            Some(data) => data.checked_during(answering).await?,
            None => answering.await?,
        };
        let set = settings.parameters.clone();
        let running =
            Running { peer: found.peer, substitute_version, ..Running::new(found.run, found.address, settings) };
        self.change(RecordChange::Started { node, generation, running }).await?;
        self.tell_refused(node, &set, refused).await?;
        if self.record().is_none_or(|now| now.uid != cluster.uid) {
            // The record went away meanwhile, which only a reset does: nobody else will remove the engine.
            self.shared.backend.remove(&spec.id).await?;
        }
        Ok(())
    }

    /// Ends an engine, or finds it ended.
    pub(super) async fn retire(&self, cluster: &CacheCluster, node: NodeId, generation: u32) -> Result<(), StepError> {
        self.change(RecordChange::Touched { node, generation }).await?;
        self.shared.backend.remove(&engine_id(cluster, node, generation)).await?;
        self.change(RecordChange::Ended { node, generation }).await
    }

    /// Gives a running engine what can be changed while it runs.
    pub(super) async fn apply(&self, cluster: &CacheCluster, node: NodeId, generation: u32) -> Result<(), StepError> {
        let Some(cache_node) = cluster.nodes.get(&node) else { return Ok(()) };
        let Some(running) = cache_node.engines.get(&generation).and_then(Observed::running) else { return Ok(()) };
        let settings = if generation == cache_node.generation {
            reachable(running, &cluster.wanted_settings(&self.parameters(cluster)))
        } else {
            // It is about to be replaced. Until then it lets in the right ones.
            Settings { access: cluster.access.clone(), ..running.settings.clone() }
        };
        if running.is_real() {
            let Some(spec) = self.spec(cluster, node, generation, &settings) else { return Ok(()) };
            // The engine first: it has to make room before its limit can be lowered.
            let wanted = self.engine_settings(cluster, node, generation, &settings);
            if let (Access::Users(_), Access::Users(_)) = (&running.settings.access, &settings.access) {
                let mut client = RedisClient::connect(running.address, &wanted).await?;
                client.remove_replaced_users(&running.settings.access, &settings.access).await?;
            }
            let refused = self.configure(running.address, &wanted).await?;
            if wanted.cluster.is_some() && running.cluster_node_id.is_some() {
                let member = Member { address: running.address, peer: running.peer, settings: wanted };
                engine::settle(std::slice::from_ref(&member)).await?;
                if matches!(running.role, Some(EngineRole::Secondary { .. })) {
                    let mut client = RedisClient::connect(running.address, &member.settings).await?;
                    client.read_when_down(&member.settings, true).await?;
                }
            }
            self.tell_refused(node, &settings.parameters, refused).await?;
            self.shared.backend.resize(&spec.id, spec.memory_limit).await?;
        }
        self.change(RecordChange::Applied { node, generation, settings }).await
    }

    /// Lets a new engine copy the old one's data and take over from it. Writes wait for a moment while the roles change,
    /// so that none that was answered is lost.
    pub(super) async fn hand_over(
        &self,
        cluster: &CacheCluster,
        node: NodeId,
        from: u32,
        to: u32,
    ) -> Result<(), StepError> {
        let engines = cluster.nodes.get(&node).map(|node| &node.engines);
        let running = |generation| engines.and_then(|engines| engines.get(&generation)).and_then(|seen| seen.running());
        let (Some(old), Some(new)) = (running(from), running(to)) else { return Ok(()) };
        let handed_over = RecordChange::Touched { node, generation: from };
        if !old.is_real() || !new.is_real() {
            // Nothing runs there: there are no data to copy, and nobody to ask for them.
            return self.change(handed_over).await;
        }
        let old_settings = self.engine_settings(cluster, node, from, &old.settings);
        let new_settings = self.engine_settings(cluster, node, to, &new.settings);
        let mut source = RedisClient::connect(old.address, &old_settings).await?;
        let mut successor = RedisClient::connect(new.address, &new_settings).await?;
        successor.copy_from(old.address, &old_settings).await?;
        timeout(COPY_PATIENCE, successor.until_in_sync()).await.map_err(|_| EngineError::TimedOut)??;
        source.pause_writes().await?;
        successor.take_over_from(&mut source).await?;
        // From here on the old engine is not known to run, so clients are led to the new one.
        self.change(handed_over).await
    }

    /// Waits until the engine answers, and configures it. An engine that has ended is not waited for.
    async fn first_answer(
        &self,
        spec: &EngineSpec,
        found: &RunningEngine,
        settings: &EngineSettings,
    ) -> Result<Vec<RefusedDirective>, StepError> {
        let started = Instant::now();
        let patience = if spec.data_file.is_some() { LOAD_PATIENCE } else { START_PATIENCE };
        let (mut look_at, mut heard, mut polls) = (LOOK_AFTER, started, 8);
        loop {
            let error = match self.configure(found.address, settings).await {
                Ok(refused) => return Ok(refused),
                // It runs and answers; what is wanted of it has to change first.
                Err(error) if error.is_final() => return Err(error.into()),
                Err(error) => error,
            };
            if matches!(error, EngineError::Loading) {
                (heard, polls) = (Instant::now(), POLLS_OF_LOADING);
            }
            if heard.elapsed() > patience {
                // Something runs there that does not answer. The next try starts from nothing.
                self.shared.backend.remove(&spec.id).await?;
                return Err(error.into());
            }
            if started.elapsed() > look_at {
                look_at *= 2;
                if !self.shared.backend.list().await?.iter().any(|engine| engine.id == spec.id) {
                    let reason = self.shared.backend.output(&spec.id).await?;
                    return Err(BackendError::StartFailed { id: spec.id.clone(), reason }.into());
                }
            }
            engine::rest((started.elapsed() / polls).clamp(FIRST_POLL, SLOWEST_POLL)).await;
        }
    }

    /// Gives a running engine its parameters; answers those that it did not take.
    async fn configure(
        &self,
        address: std::net::SocketAddr,
        settings: &EngineSettings,
    ) -> Result<Vec<RefusedDirective>, EngineError> {
        match settings.engine {
            Engine::Memcached => {
                MemcachedClient::connect(address).await?.apply(settings).await?;
                Ok(Vec::new())
            }
            Engine::Redis | Engine::Valkey => RedisClient::connect(address, settings).await?.apply(settings).await,
        }
    }

    /// Tells the owner of a cluster of values that were set and that an engine did not take, because it is of another
    /// version or built without them. Defaults that an engine does not know are nobody's concern.
    async fn tell_refused(
        &self,
        node: NodeId,
        set: &BTreeMap<String, String>,
        refused: Vec<RefusedDirective>,
    ) -> Result<(), StepError> {
        for RefusedDirective { directive: parameter, value, reason } in refused {
            if set.contains_key(&parameter) {
                self.change(RecordChange::ValueRefused { node, parameter, value, reason }).await?;
            } else {
                tracing::debug!(%node, parameter, value, reason, "the engine does not take a default value");
            }
        }
        Ok(())
    }

    /// The port of an engine behind an endpoint. It is the endpoint's own, on an address of the engine's own, unless the
    /// endpoint takes its port at every address.
    fn engine_port(&self, endpoint: u16) -> u16 {
        if !self.shared.gateway.listens_everywhere() || !self.shared.backend.shares_ports() {
            return endpoint;
        }
        endpoint.checked_add(PRIVATE_PORTS).unwrap_or_else(|| endpoint - PRIVATE_PORTS)
    }

    /// How an incarnation of the engine of a replication group's member is set up.
    pub(super) fn settings_of(&self, cluster: &CacheCluster, generation: u32, in_effect: &Settings) -> EngineSettings {
        self.engine_settings(cluster, NodeId::FIRST, generation, in_effect)
    }

    pub(super) fn engine_settings(
        &self,
        cluster: &CacheCluster,
        node: NodeId,
        generation: u32,
        settings: &Settings,
    ) -> EngineSettings {
        EngineSettings {
            engine: settings.engine,
            version: settings.engine_version.clone(),
            port: self.engine_port(cluster.nodes.get(&node).and_then(|node| node.port).unwrap_or(cluster.port)),
            parameters: parameters::effective(settings),
            open_files: self.shared.backend.open_files(),
            access: settings.access.clone(),
            iam_passwords: self.iam_passwords(cluster, &settings.access),
            admin: self.shared.secret.of_engine(engine_id(cluster, node, generation).as_str()),
            replicates: cluster.membership.is_some(),
            is_serverless: cluster.scope.is_behind_serverless(),
            cluster: cluster.membership.as_ref().filter(|_| settings.is_clustered()).map(|membership| {
                ClusterSettings { secret: self.cluster_secret(cluster, &membership.replication_group_id) }
            }),
        }
    }

    /// By what the nodes of a cluster let each other in, in whichever regions they are.
    fn cluster_secret(&self, cluster: &CacheCluster, group: &str) -> AdminSecret {
        let tables = self.shared.store.tables();
        let name = tables
            .replication_groups
            .get(&cluster.scope, group)
            .map_or_else(|| format!("{}/{group}", cluster.scope), |group| group.cluster_name());
        self.shared.secret.of_engine(&format!("replication-group/{name}"))
    }

    /// By what the gateway logs in for users that it has let in by IAM.
    fn iam_passwords(&self, cluster: &CacheCluster, access: &Access) -> BTreeMap<String, PasswordHash> {
        let Access::Users(users) = access else { return BTreeMap::new() };
        let names = users.iter().filter(|(_, user)| user.authentication == Authentication::Iam).map(|(name, _)| name);
        let secret = |name: &String| self.shared.secret.of_iam_user(&cluster.scope, cluster.cache_id(), name);
        names.map(|name| (name.clone(), PasswordHash::of(secret(name).password()))).collect()
    }

    fn spec(&self, cluster: &CacheCluster, node: NodeId, generation: u32, settings: &Settings) -> Option<EngineSpec> {
        let port = self.engine_port(cluster.nodes.get(&node)?.port?);
        let launch = self.engine_settings(cluster, node, generation, settings).launch();
        Some(EngineSpec {
            id: engine_id(cluster, node, generation),
            engine: cluster.engine,
            version: cluster.program_version(),
            arguments: launch.arguments,
            config: launch.config,
            port,
            memory_limit: launch.memory_limit,
            data_file: None,
            small_files: BTreeMap::new(),
            labels: [
                ("cachette.cache-cluster-id", cluster.id.clone()),
                ("cachette.cache-node-id", node.to_string()),
                ("cachette.account", cluster.scope.account.clone()),
                ("cachette.region", cluster.scope.region.clone()),
            ]
            .into_iter()
            .map(|(label, value)| (label.to_owned(), value))
            .collect(),
        })
    }
}

/// An incarnation of a node's engine. Its name never comes again, so an engine whose name is in no record can be removed
/// at any time.
pub(super) fn engine_id(cluster: &CacheCluster, node: NodeId, generation: u32) -> EngineId {
    EngineId::new(cluster.engine_name(node, generation))
}

/// The version that runs, when it is not one that was asked for.
fn substitute(cluster: &CacheCluster, found: &RunningEngine) -> Option<String> {
    let wanted = cluster.program_version();
    found.version.as_ref().filter(|version| !version.satisfies(&wanted)).map(ToString::to_string)
}
