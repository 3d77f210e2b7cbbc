//! Which names and addresses certificates are made for; why is told at the top of the module `tls`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use rustls::pki_types::ServerName;

/// How many hosts under which the API was called are kept. The oldest goes first, and comes back when it is called again.
pub(super) const MOST_CALLED: usize = 64;

/// The names that are known without a client asking for them.
#[derive(Debug)]
pub(super) struct Names {
    /// `localhost` and what is configured.
    fixed: Vec<Name>,
    /// The hosts under which the API was called, the oldest first.
    called: Vec<Name>,
    /// What the names of endpoints end in, where they have names.
    zone: Option<String>,
}

/// A name or an address in one way of writing, fit for a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    /// In lower case, without a dot at its end.
    Dns(String),
    Address(IpAddr),
}

impl Name {
    /// `None` for what can be neither a host name nor an address.
    pub(super) fn parse(host: &str) -> Option<Self> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Some(Self::Address(address.to_canonical()));
        }
        let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        matches!(ServerName::try_from(name.as_str()), Ok(ServerName::DnsName(_))).then_some(Self::Dns(name))
    }

    /// Whether it cannot belong to anybody on the internet.
    fn is_local(&self) -> bool {
        match self {
            Self::Dns(name) => !name.contains('.') || name.ends_with(".localhost"),
            Self::Address(_) => false,
        }
    }

    pub(super) fn as_text(&self) -> String {
        match self {
            Self::Dns(name) => name.clone(),
            Self::Address(address) => address.to_string(),
        }
    }
}

impl Names {
    /// `called` is what was called before, of which what is no name is left out.
    pub(super) fn new(configured: Option<&str>, called: &[String]) -> Self {
        let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)].map(Name::Address);
        let mut fixed = vec![Name::Dns("localhost".to_owned())];
        fixed.extend(loopback);
        let mut names = Self { fixed, called: Vec::new(), zone: None };
        if let Some(configured) = configured.and_then(Name::parse).filter(|name| !names.knows(name)) {
            names.fixed.push(configured);
        }
        for host in called {
            names.note(host);
        }
        names
    }

    /// Takes clients' word for names in `zone`, which are those of endpoints.
    pub(super) fn set_zone(&mut self, zone: &str) {
        self.zone = Some(format!(".{zone}"));
    }

    fn is_in_zone(&self, name: &Name) -> bool {
        let Name::Dns(name) = name else { return false };
        self.zone.as_ref().is_some_and(|zone| name.ends_with(zone))
    }

    /// Learns the host that the API was called under. False when there was nothing to learn.
    pub(super) fn note(&mut self, host: &str) -> bool {
        let Some(name) = Name::parse(host).filter(|name| !self.knows(name)) else { return false };
        if self.called.len() == MOST_CALLED {
            self.called.remove(0);
        }
        self.called.push(name);
        true
    }

    /// The hosts under which the API was called, to be kept.
    pub(super) fn called(&self) -> Vec<String> {
        self.called.iter().map(Name::as_text).collect()
    }

    /// All that is known.
    pub(super) fn known(&self) -> impl Iterator<Item = &Name> {
        self.fixed.iter().chain(&self.called)
    }

    /// What a certificate has to name besides all that is known, for a client that asked for `server_name` and connected
    /// to `local`.
    pub(super) fn missing(&self, server_name: Option<&str>, local: IpAddr) -> Vec<Name> {
        let asked = server_name.and_then(Name::parse).filter(|name| name.is_local() || self.is_in_zone(name));
        let connected = Some(Name::Address(local.to_canonical()));
        [asked, connected].into_iter().flatten().filter(|name| !self.knows(name)).collect()
    }

    fn knows(&self, name: &Name) -> bool {
        self.known().any(|known| known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    fn missing(names: &Names, server_name: &str) -> Vec<String> {
        names.missing(Some(server_name), LOOPBACK).iter().map(Name::as_text).collect()
    }

    #[test]
    fn only_names_that_nobody_else_can_have_are_taken_from_clients() {
        let names = Names::new(Some("cache.example.com"), &["api.example.com".to_owned()]);
        for known in ["localhost", "LOCALHOST.", "cache.example.com", "API.example.com"] {
            assert!(missing(&names, known).is_empty(), "{known}");
        }
        for foreign in ["example.com", "www.api.example.com", "localhost.example.com", "192.0.2.1", "*", "*.localhost"]
        {
            assert!(missing(&names, foreign).is_empty(), "{foreign}");
        }
        for local in ["cachette", "my.cache.localhost", "compose_cachette-1"] {
            assert_eq!(missing(&names, local), [local]);
        }
    }

    #[test]
    fn names_of_endpoints_are_taken_from_clients() {
        let mut names = Names::new(None, &[]);
        let endpoint = "mine.abcdef.0001.use1.cache.cachette.test";
        assert!(missing(&names, endpoint).is_empty());
        names.set_zone("cache.cachette.test");
        assert_eq!(missing(&names, endpoint), [endpoint]);
        for foreign in ["cache.cachette.test", "other-cache.cachette.test", "mine.cachette.test", "example.com"] {
            assert!(missing(&names, foreign).is_empty(), "{foreign}");
        }
    }

    #[test]
    fn the_address_of_a_connection_is_always_named() {
        let names = Names::new(None, &["10.0.0.7".to_owned()]);
        let of = |local: &str| names.missing(None, local.parse().expect("an address"));
        assert!(of("127.0.0.1").is_empty() && of("::1").is_empty() && of("::ffff:10.0.0.7").is_empty());
        assert_eq!(of("::ffff:172.17.0.2"), [Name::Address("172.17.0.2".parse().expect("an address"))]);
    }

    #[test]
    fn the_hosts_that_were_called_are_bounded_and_the_oldest_goes() {
        let mut names = Names::new(None, &[]);
        assert!(names.note("a.example.com"));
        assert!(!names.note("A.example.com."), "it is known");
        assert!(!names.note("no name") && !names.note("") && !names.note("localhost") && !names.note("::1"));
        for number in 0..MOST_CALLED {
            assert!(names.note(&format!("{number}.example.com")));
        }
        assert_eq!(names.called().len(), MOST_CALLED);
        assert!(names.note("a.example.com"), "it was forgotten");
        assert!(names.called().contains(&"a.example.com".to_owned()));
        assert_eq!(Names::new(None, &names.called()).called(), names.called());
    }
}
