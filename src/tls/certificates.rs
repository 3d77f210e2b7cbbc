//! What connections are shown: certificates made on demand, and the settings of TLS that go with them.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use rcgen::KeyPair;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    server::{NoServerSessionStorage, ProducesTickets},
};
use tokio::sync::watch;

use super::{
    TlsError,
    authority::{Authority, DAY},
    files,
    names::{Name, Names},
};

/// The file of the hosts under which the API was called.
const NAMES_FILE: &str = "tls-names.json";

/// How many certificates are kept. Making one takes a tenth of a millisecond.
const MOST_KEPT: usize = 256;

/// For how many of its thirty days a certificate is shown. It is looked at only when a connection begins, so the others
/// are for clients whose clocks are ahead.
const DAYS_SHOWN: u32 = 20;

/// The certificates of this server.
pub struct Certificates {
    authority: Authority,
    /// The key of all certificates, of this process alone.
    key: KeyPair,
    provider: Arc<CryptoProvider>,
    ticketer: Arc<dyn ProducesTickets>,
    names_path: PathBuf,
    state: Mutex<State>,
    /// How often the certificate for what is known was renewed.
    renewals: watch::Sender<u32>,
}

struct State {
    names: Names,
    /// By what they name besides all that is known.
    kept: HashMap<Vec<Name>, Kept>,
}

struct Kept {
    config: Arc<ServerConfig>,
    made: SystemTime,
}

impl Kept {
    fn is_fresh(&self, now: SystemTime) -> bool {
        // A clock that was set back behind the beginning is no better than one that has passed the end.
        now.duration_since(self.made).is_ok_and(|age| age < DAY * DAYS_SHOWN)
    }
}

impl Certificates {
    /// The certificates of the authority in `data_dir`, which must exist; the authority is made there first if there is
    /// none. `endpoint_host` is the name under which endpoints are given out, where one is configured.
    ///
    /// # Errors
    /// When the authority's files cannot be made, written or read.
    pub fn open(data_dir: &Path, endpoint_host: Option<&str>) -> Result<Self, TlsError> {
        let names_path = data_dir.join(NAMES_FILE);
        let called: Vec<String> = match files::read(&names_path)? {
            Some(text) => serde_json::from_str(&text).map_err(|_| TlsError::Damaged(names_path.clone()))?,
            None => Vec::new(),
        };
        Ok(Self {
            authority: Authority::open(data_dir, SystemTime::now())?,
            key: KeyPair::generate()?,
            provider: Arc::new(ring::default_provider()),
            ticketer: ring::Ticketer::new()?,
            names_path,
            renewals: watch::Sender::new(0),
            state: Mutex::new(State { names: Names::new(endpoint_host, &called), kept: HashMap::new() }),
        })
    }

    /// The same, for endpoints that have names in `zone` too.
    #[must_use]
    pub fn with_zone(self, zone: &str) -> Self {
        self.state().names.set_zone(zone);
        self
    }

    /// Changes whenever clients are shown another certificate because the one before it was old. Those for names that
    /// only their clients know are passed over, and so is the one that a new process begins with.
    #[must_use]
    pub fn renewals(&self) -> watch::Receiver<u32> {
        self.renewals.subscribe()
    }

    /// The authority's certificate, as clients are to be given it.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.authority.pem
    }

    /// Learns that endpoints are given out under `host`, because the API was called there.
    pub fn note(&self, host: &str) {
        let mut state = self.state();
        if !state.names.note(host) {
            return;
        }
        state.kept.clear();
        // Under the lock, so that what is written last is the newest. It happens once for each name.
        let written = serde_json::to_string(&state.names.called()).map(|text| files::write(&self.names_path, &text));
        if let Ok(Err(error)) = written {
            tracing::warn!(%error, "the hosts that certificates are made for will be forgotten at the next start");
        }
    }

    /// What to show a client that asked for `server_name`, if it asked for one, and connected to `local`.
    ///
    /// # Errors
    /// When the certificate cannot be made.
    pub(crate) fn config_for(&self, server_name: Option<&str>, local: IpAddr) -> Result<Arc<ServerConfig>, TlsError> {
        self.config_at(server_name, local, SystemTime::now())
    }

    fn config_at(
        &self,
        server_name: Option<&str>,
        local: IpAddr,
        now: SystemTime,
    ) -> Result<Arc<ServerConfig>, TlsError> {
        let mut state = self.state();
        let missing = state.names.missing(server_name, local);
        if let Some(kept) = state.kept.get(&missing).filter(|kept| kept.is_fresh(now)) {
            return Ok(Arc::clone(&kept.config));
        }
        let names: Vec<Name> = state.names.known().chain(&missing).cloned().collect();
        let certificate = self.authority.sign(&self.key, &names, now)?;
        let config = Arc::new(self.config(certificate)?);
        if state.kept.len() == MOST_KEPT {
            state.kept.clear();
        }
        let is_known = missing.is_empty();
        let before = state.kept.insert(missing, Kept { config: Arc::clone(&config), made: now });
        if is_known && before.is_some() {
            self.renewals.send_modify(|count| *count += 1);
        }
        Ok(config)
    }

    /// TLS 1.2 and 1.3 without certificates of clients, which `ElastiCache` does not ask for either.
    fn config(&self, certificate: CertificateDer<'static>) -> Result<ServerConfig, TlsError> {
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key.into())?;
        // Clients keep the state of their sessions in tickets, under whichever certificate they began.
        config.ticketer = Arc::clone(&self.ticketer);
        config.session_storage = Arc::new(NoServerSessionStorage {});
        Ok(config)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock can leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, net::Ipv4Addr, os::unix::fs::PermissionsExt};

    use super::*;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn open(folder: &tempfile::TempDir) -> Certificates {
        Certificates::open(folder.path(), None).expect("certificates")
    }

    #[test]
    fn the_authority_stays_and_its_key_is_for_the_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = open(&folder);
        assert_eq!(first.ca_pem(), open(&folder).ca_pem());
        let mode = fs::metadata(folder.path().join("ca-key.pem")).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_authority_is_told_and_one_of_another_key_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = tempfile::tempdir().expect("a folder");
        drop((open(&folder), open(&other)));
        for (file, content) in [
            ("ca.pem", fs::read_to_string(other.path().join("ca.pem")).expect("a file")),
            ("ca.pem", "no certificate".to_owned()),
            ("ca-key.pem", String::new()),
            ("tls-names.json", "{}".to_owned()),
        ] {
            let path = folder.path().join(file);
            let before = fs::read(&path).ok();
            fs::write(&path, content).expect("written");
            let error = Certificates::open(folder.path(), None).expect_err("damaged");
            assert!(matches!(&error, TlsError::Damaged(damaged) if *damaged == path), "{error}");
            before.map_or_else(|| fs::remove_file(&path), |before| fs::write(&path, before)).expect("put back");
        }
        open(&folder);
    }

    #[test]
    fn a_certificate_is_made_once_and_again_before_it_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let certificates = open(&folder);
        let (now, renewals) = (SystemTime::now(), certificates.renewals());
        let of = |name, now| certificates.config_at(Some(name), LOCAL, now).expect("a certificate");
        let first = of("localhost", now);
        assert!(Arc::ptr_eq(&first, &of("www.example.com", now)), "it names nothing else");
        assert!(Arc::ptr_eq(&first, &of("localhost", now + DAY * 19)));
        assert!(!renewals.has_changed().expect("somebody renews"), "the first is no renewal");
        assert!(!Arc::ptr_eq(&first, &of("localhost", now + DAY * 21)));
        assert!(renewals.has_changed().expect("somebody renews"));
        assert!(!Arc::ptr_eq(&first, &of("cachette", now)));
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let certificates = open(&folder);
        for number in 0..=MOST_KEPT {
            certificates.config_for(Some(&format!("name-{number}")), LOCAL).expect("a certificate");
        }
        assert!(certificates.state().kept.len() <= MOST_KEPT);
    }

    #[test]
    fn the_hosts_that_were_called_are_kept_across_restarts() {
        let folder = tempfile::tempdir().expect("a folder");
        open(&folder).note("Cache.Example.com");
        let again = open(&folder);
        assert_eq!(again.state().names.called(), ["cache.example.com"]);
    }
}
