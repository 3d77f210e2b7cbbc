//! The bytes of the answers to discovery commands. Lines inside the payload end in LF alone, and its length counts from
//! the version's first digit to the last of them (`ElastiCache`'s user guide).

use std::{fmt::Write as _, net::IpAddr};

use super::super::{Member, Membership};

/// The version and the nodes, for a client that reached us at `local`. Nodes without addresses of their own are ports of that one.
pub(super) fn payload(membership: &Membership, endpoint_host: Option<&str>, local: IpAddr) -> String {
    // A listener on `::` sees clients of version 4 under a mapped address, which they would not understand.
    let ip = local.to_canonical().to_string();
    let host = match endpoint_host {
        Some(name) => name,
        None if local.to_canonical().is_loopback() => "localhost",
        None => &ip,
    };
    let mut nodes = membership.nodes.clone();
    nodes.sort();
    let mut payload = format!("{}\n", membership.version);
    for (index, Member { port, at, .. }) in nodes.iter().enumerate() {
        // No space after the last: clients take it for one more node.
        let separator = if index == 0 { "" } else { " " };
        let host = at.name.as_deref().unwrap_or(host);
        let ip = at.address.map_or_else(|| ip.clone(), |address| address.to_string());
        let _ = write!(payload, "{separator}{host}|{ip}|{port}");
    }
    payload.push('\n');
    payload
}

/// The answer to `config get cluster`.
pub(super) fn configuration(payload: &str) -> String {
    format!("CONFIG cluster 0 {}\r\n{payload}\r\nEND\r\n", payload.len())
}

/// The answer to `get AmazonElastiCache:cluster`, the form for engines before 1.4.14.
pub(super) fn legacy_configuration(payload: &str) -> String {
    format!("VALUE AmazonElastiCache:cluster 0 {}\r\n{payload}\r\nEND\r\n", payload.len())
}

/// The answer when there is nothing under the name asked for.
pub(super) fn nothing() -> String {
    "END\r\n".to_owned()
}

#[cfg(test)]
mod tests {
    use super::{super::super::Whereabouts, *};

    fn membership() -> Membership {
        let node = |id: &str, port| Member { cache_node_id: id.to_owned(), port, at: Whereabouts::default() };
        Membership { version: 1, nodes: vec![node("0002", 17922), node("0001", 17921)] }
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn the_answer_is_what_clients_of_auto_discovery_accept() {
        let payload = payload(&membership(), None, ip("127.0.0.1"));
        assert_eq!(
            configuration(&payload),
            "CONFIG cluster 0 54\r\n1\nlocalhost|127.0.0.1|17921 localhost|127.0.0.1|17922\n\r\nEND\r\n"
        );
        assert_eq!(
            legacy_configuration(&payload),
            "VALUE AmazonElastiCache:cluster 0 54\r\n1\nlocalhost|127.0.0.1|17921 localhost|127.0.0.1|17922\n\r\nEND\r\n"
        );
    }

    #[test]
    fn the_host_is_the_configured_name_or_fits_the_address() {
        let nodes = |host, local| payload(&membership(), host, ip(local));
        assert_eq!(nodes(Some("cache"), "127.0.0.1"), "1\ncache|127.0.0.1|17921 cache|127.0.0.1|17922\n");
        assert_eq!(nodes(None, "10.1.2.3"), "1\n10.1.2.3|10.1.2.3|17921 10.1.2.3|10.1.2.3|17922\n");
        assert_eq!(nodes(None, "::ffff:127.0.0.1"), nodes(None, "127.0.0.1"));
        assert!(nodes(None, "::1").contains("localhost|::1|17921 "));
    }

    #[test]
    fn a_cluster_without_nodes_has_an_empty_line() {
        let payload = payload(&Membership { version: 4, nodes: Vec::new() }, None, ip("127.0.0.1"));
        assert_eq!(configuration(&payload), "CONFIG cluster 0 3\r\n4\n\n\r\nEND\r\n");
    }
}
