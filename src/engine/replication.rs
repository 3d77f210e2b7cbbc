//! Replication: one engine copies another, and takes over from it.
//!
//! These are the words for engines that are not nodes of a cluster. There the engines themselves say who copies whom,
//! see [`cluster`](super::cluster).

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use super::{
    AdminSecret, EngineError, RedisClient, launch::EngineSettings, redis_launch::ADMIN_USER, restricted, wait::Wait,
};

/// How long writes wait at most while one engine takes over from another, should nobody tell them to go on. It is longer
/// than all that has to happen meanwhile may take.
const PAUSE: Duration = Duration::from_secs(15);

/// How long a replica may take to copy the data of its primary.
const COPY_PATIENCE: Duration = Duration::from_mins(5);

/// How long a replica may take to catch up with a primary that takes no writes meanwhile.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(5);

/// How an engine stands in a replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicationState {
    /// Whether it copies another engine.
    pub role: ReplicationRole,
    /// How many bytes of writes it has seen. Those of a primary and of its replicas compare; of two replicas the one
    /// with more has lost less.
    pub offset: u64,
    /// The replicas that are connected to it.
    pub replicas: Vec<ReplicaState>,
}

/// Whether an engine copies another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplicationRole {
    /// It is nobody's copy.
    Primary,
    /// It copies another engine.
    Replica {
        /// The address by which it reaches that engine; none when that is a name.
        of: Option<SocketAddr>,
        /// It has copied the data and follows every write.
        link_is_up: bool,
        /// It is copying the data as a whole.
        syncing: bool,
    },
}

/// A replica as its primary sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaState {
    /// Where it listens.
    pub address: SocketAddr,
    /// It has copied the data and follows every write.
    pub is_online: bool,
    /// How many bytes of writes it has confirmed.
    pub offset: u64,
    /// How many seconds ago it did.
    pub lag: u64,
}

impl ReplicationState {
    /// Whether it is nobody's copy.
    #[must_use]
    pub fn is_primary(&self) -> bool {
        self.role == ReplicationRole::Primary
    }

    /// Whether it is a replica that follows every write of its primary.
    #[must_use]
    pub fn link_is_up(&self) -> bool {
        matches!(self.role, ReplicationRole::Replica { link_is_up: true, .. })
    }

    /// Reads the answer to `INFO replication`.
    pub(super) fn parse(info: &str) -> Result<Self, EngineError> {
        let field =
            |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim);
        let wrong = |what: &str| EngineError::Unintelligible(format!("the replication's {what}"));
        let number = |name: &str| field(name).and_then(|value| value.parse().ok()).ok_or_else(|| wrong(name));
        let role = match field("role") {
            Some("master") => ReplicationRole::Primary,
            Some("slave") => ReplicationRole::Replica {
                of: field("master_host")
                    .and_then(|host| host.parse::<IpAddr>().ok())
                    .map(|host| {
                        number("master_port").and_then(|port| {
                            let port = u16::try_from(port).map_err(|_| wrong("master_port"))?;
                            Ok(SocketAddr::new(host, port))
                        })
                    })
                    .transpose()?,
                link_is_up: field("master_link_status") == Some("up"),
                syncing: field("master_sync_in_progress") == Some("1"),
            },
            _ => return Err(wrong("role")),
        };
        let offset = number(if role == ReplicationRole::Primary { "master_repl_offset" } else { "slave_repl_offset" })?;
        let replicas = (0..).map_while(|number| field(&format!("slave{number}"))).filter_map(replica).collect();
        Ok(Self { role, offset, replicas })
    }
}

/// One replica in a primary's answer: `ip=10.0.0.2,port=6379,state=online,offset=42,lag=0`.
fn replica(line: &str) -> Option<ReplicaState> {
    let field = |name: &str| line.split(',').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    Some(ReplicaState {
        address: SocketAddr::new(field("ip")?.parse().ok()?, field("port")?.parse().ok()?),
        is_online: field("state") == Some("online"),
        offset: field("offset")?.parse().ok()?,
        lag: field("lag").and_then(|lag| lag.parse().ok()).unwrap_or_default(),
    })
}

impl RedisClient {
    /// Makes the engine a copy of the one that it reaches at `primary`, which was started with `settings`.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn replicate_from(&mut self, primary: SocketAddr, settings: &EngineSettings) -> Result<(), EngineError> {
        if restricted::has_acl(settings) {
            self.log_in_to_primaries_with(&settings.admin).await?;
        }
        let mut replicaof = redis::cmd(&self.admin.command("replicaof"));
        Ok(replicaof.arg(primary.ip().to_string()).arg(primary.port()).exec_async(&mut self.connection).await?)
    }

    /// The same as [`replicate_from`](Self::replicate_from).
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn copy_from(&mut self, source: SocketAddr, settings: &EngineSettings) -> Result<(), EngineError> {
        self.replicate_from(source, settings).await
    }

    /// Tells the engine by which secret it gets into those that it copies.
    pub(super) async fn log_in_to_primaries_with(&mut self, secret: &AdminSecret) -> Result<(), EngineError> {
        self.set("masteruser", ADMIN_USER).await?;
        self.set("masterauth", secret.password()).await
    }

    /// How the engine stands in its replication.
    ///
    /// # Errors
    /// When the engine does not answer, or not what engines answer.
    pub async fn replication(&mut self) -> Result<ReplicationState, EngineError> {
        let info: String = self.command("info").arg("replication").query_async(&mut self.connection).await?;
        ReplicationState::parse(&info)
    }

    /// Waits until the engine has copied the data of its primary and follows every write.
    ///
    /// # Errors
    /// When the engine does not answer, is told to copy nobody, or needs longer than five minutes.
    pub async fn until_in_sync(&mut self) -> Result<(), EngineError> {
        let wait = Wait::until("the replica has copied its primary's data", COPY_PATIENCE);
        while !self.replication().await?.link_is_up() {
            wait.a_moment().await?;
        }
        Ok(())
    }

    /// Lets the engine look after its own affairs as often as engines do by default. One that is to replicate starts with
    /// more.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn calm_down(&mut self) -> Result<(), EngineError> {
        self.set("hz", "10").await
    }

    /// Lets writes wait until [`resume_writes`](Self::resume_writes), for fifteen seconds at most; reads go on.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn pause_writes(&mut self) -> Result<(), EngineError> {
        let mut pause = self.command("client");
        pause.arg("PAUSE").arg(PAUSE.as_millis().to_string());
        // Before 6.2 an engine can only pause everything.
        if pause.clone().arg("WRITE").exec_async(&mut self.connection).await.is_ok() {
            return Ok(());
        }
        Ok(pause.exec_async(&mut self.connection).await?)
    }

    /// Lets writes go on that were paused.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn resume_writes(&mut self) -> Result<(), EngineError> {
        Ok(self.command("client").arg("UNPAUSE").exec_async(&mut self.connection).await?)
    }

    /// Makes a replica a primary of its own, with the data that it has. Done again it does nothing.
    ///
    /// # Errors
    /// When the engine does not answer or refuses.
    pub async fn promote(&mut self) -> Result<(), EngineError> {
        let mut replicaof = redis::cmd(&self.admin.command("replicaof"));
        Ok(replicaof.arg("NO").arg("ONE").exec_async(&mut self.connection).await?)
    }

    /// Waits until the engine has every write of `source`, which must be paused, then makes it a primary of its own.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses, or the engine does not catch up within five seconds.
    pub async fn take_over_from(&mut self, source: &mut Self) -> Result<(), EngineError> {
        self.catch_up_with(source).await?;
        self.promote().await
    }

    /// Waits until the engine has every write of `source`, which must be paused.
    pub(super) async fn catch_up_with(&mut self, source: &mut Self) -> Result<(), EngineError> {
        let wait = Wait::until("the replica has caught up with its primary", CATCH_UP_PATIENCE);
        let target = source.replication().await?.offset;
        loop {
            let state = self.replication().await?;
            // A replica that has lost its primary may be far ahead in the history of another.
            if state.link_is_up() && state.offset >= target {
                return Ok(());
            }
            wait.a_moment().await?;
        }
    }

    /// Lets this engine, a replica that follows `primary` in another region, change places with it. No write that was
    /// answered is lost, even when this is cut short anywhere and done again much later: the old primary has stopped to
    /// take writes for good before the new one takes any. `peer` is where the others reach this engine, `settings` are
    /// what it was started with.
    ///
    /// When the replica does not catch up within five seconds, all stays as it was and writes go on.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses, or the replica does not catch up.
    pub async fn relieve(
        &mut self,
        primary: &mut Self,
        peer: SocketAddr,
        settings: &EngineSettings,
    ) -> Result<(), EngineError> {
        if primary.replication().await?.is_primary() && !self.replication().await?.is_primary() {
            if !self.replication().await?.link_is_up() {
                return Err(EngineError::InVain("the replica follows its primary"));
            }
            primary.pause_writes().await?;
            if let Err(error) = self.catch_up_with(primary).await {
                primary.resume_writes().await?;
                return Err(error);
            }
        }
        primary.replicate_from(peer, settings).await?;
        self.promote().await?;
        // What waited now hears that it must not write here.
        primary.resume_writes().await
    }

    /// Lets this engine, a replica that follows `primary`, change places with it. No write that was answered is lost:
    /// writes wait until this engine has all of them. `peer` is where the others reach this engine, `settings` are what
    /// it was started with.
    ///
    /// When the replica does not catch up within five seconds, all stays as it was and writes go on.
    ///
    /// # Errors
    /// When one of the two does not answer or refuses, or the replica does not catch up.
    pub async fn switch(
        &mut self,
        primary: &mut Self,
        peer: SocketAddr,
        settings: &EngineSettings,
    ) -> Result<(), EngineError> {
        // It may be so already, when this was cut short after the first half.
        if !self.replication().await?.is_primary() {
            // Before any write has to wait: nothing was copied yet, perhaps.
            if !self.replication().await?.link_is_up() {
                return Err(EngineError::InVain("the replica follows its primary"));
            }
            primary.pause_writes().await?;
            if let Err(error) = self.take_over_from(primary).await {
                primary.resume_writes().await?;
                return Err(error);
            }
        }
        primary.replicate_from(peer, settings).await?;
        // What waited now hears that it must not write here.
        primary.resume_writes().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_primary_knows_its_replicas() {
        let info = "# Replication\r\nrole:master\r\nconnected_slaves:2\r\n\
                    slave0:ip=127.0.0.2,port=6380,state=online,offset=98,lag=0\r\n\
                    slave1:ip=127.0.0.3,port=6380,state=wait_bgsave,offset=0,lag=1,type=replica\r\n\
                    master_failover_state:no-failover\r\nmaster_repl_offset:112\r\n";
        let state = ReplicationState::parse(info).expect("a state");
        assert!(state.is_primary() && !state.link_is_up());
        assert_eq!(state.offset, 112);
        let replica = |address: &str, is_online, offset, lag| {
            let address = address.parse().expect("an address");
            ReplicaState { address, is_online, offset, lag }
        };
        assert_eq!(state.replicas, [replica("127.0.0.2:6380", true, 98, 0), replica("127.0.0.3:6380", false, 0, 1)]);
    }

    #[test]
    fn a_replica_knows_its_primary() {
        let info = "role:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:6379\r\nmaster_link_status:down\r\n\
                    master_sync_in_progress:1\r\nslave_read_repl_offset:7\r\nslave_repl_offset:5\r\n\
                    master_repl_offset:9\r\n";
        let state = ReplicationState::parse(info).expect("a state");
        let of = Some("127.0.0.1:6379".parse().expect("an address"));
        assert_eq!(state.role, ReplicationRole::Replica { of, link_is_up: false, syncing: true });
        assert_eq!(state.offset, 5);
    }

    #[test]
    fn what_is_no_answer_of_an_engine_is_told() {
        for info in ["", "role:sentinel\r\n", "role:master\r\nmaster_repl_offset:many\r\n"] {
            assert!(matches!(ReplicationState::parse(info), Err(EngineError::Unintelligible(_))), "{info}");
        }
    }
}
