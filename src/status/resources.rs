//! The part of the admin API's answers that is shown, and what of it is shown of each resource.

use serde::{Deserialize, Serialize};

/// `GET /_cachette/health`
#[derive(Debug, Deserialize)]
pub(super) struct Health {
    pub(super) version: String,
    pub(super) backend: String,
}

/// `GET /_cachette/resources`
#[derive(Debug, Deserialize)]
pub(super) struct Resources {
    endpoint_host: Option<String>,
    cache_clusters: Vec<Cluster>,
    replication_groups: Vec<Group>,
    serverless_caches: Vec<Serverless>,
}

#[derive(Debug, Deserialize)]
struct Cluster {
    account: String,
    region: String,
    id: String,
    engine: String,
    engine_version: String,
    node_type: String,
    replication_group_id: Option<String>,
    configuration_host: Option<String>,
    configuration_port: Option<u16>,
    status: String,
    waits_for: Option<String>,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    host: Option<String>,
    port: Option<u16>,
    failure: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Group {
    account: String,
    region: String,
    id: String,
    status: String,
    primary_host: Option<String>,
    primary_port: Option<u16>,
    reader_host: Option<String>,
    reader_port: Option<u16>,
    configuration_host: Option<String>,
    configuration_port: Option<u16>,
    failure: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Serverless {
    account: String,
    region: String,
    id: String,
    engine: String,
    engine_version: String,
    status: String,
    waits_for: Option<String>,
    host: Option<String>,
    port: Option<u16>,
    engines: Vec<Node>,
}

/// What is shown of a resource.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) account: String,
    pub(super) region: String,
    /// The group that it is a member of.
    pub(super) replication_group_id: Option<String>,
    /// Its engine and the version of that.
    pub(super) engine: Option<String>,
    pub(super) node_type: Option<String>,
    pub(super) status: String,
    /// Where clients connect to, the most useful first.
    pub(super) endpoints: Vec<String>,
    /// Why it is not up, or what it waits for.
    pub(super) why: Option<String>,
}

impl Resources {
    /// All resources that can be connected to: a group before its members, and beside one another what belongs to the
    /// same region. Endpoints are on `host`, where the server has no name of its own for them.
    pub(super) fn rows(self, host: &str) -> Vec<Row> {
        let Self { endpoint_host, cache_clusters, replication_groups, serverless_caches } = self;
        let host = endpoint_host.as_deref().unwrap_or(host);
        let mut rows: Vec<_> = replication_groups.into_iter().map(|group| group.row(host, &cache_clusters)).collect();
        rows.extend(cache_clusters.into_iter().map(|cluster| cluster.row(host)));
        rows.extend(serverless_caches.into_iter().map(|cache| cache.row(host)));
        rows.sort_by(|one, other| one.order().cmp(&other.order()));
        rows
    }
}

impl Row {
    fn order(&self) -> (&str, &str, &str, bool, &str) {
        let head = self.replication_group_id.as_ref().unwrap_or(&self.id);
        (&self.account, &self.region, head, self.replication_group_id.is_some(), &self.id)
    }
}

impl Group {
    fn row(self, host: &str, clusters: &[Cluster]) -> Row {
        let Self { account, region, id, status, failure, .. } = self;
        let is_member = |cluster: &&Cluster| {
            (&cluster.account, &cluster.region, cluster.replication_group_id.as_ref()) == (&account, &region, Some(&id))
        };
        let member = clusters.iter().find(is_member);
        let engine = member.map(Cluster::engine);
        let node_type = member.map(|member| member.node_type.clone());
        let endpoints = endpoints(
            host,
            [
                (self.configuration_host, self.configuration_port),
                (self.primary_host, self.primary_port),
                (self.reader_host, self.reader_port),
            ],
        );
        let kind = "replication-group";
        Row {
            kind,
            account,
            region,
            id,
            replication_group_id: None,
            engine,
            node_type,
            status,
            endpoints,
            why: failure,
        }
    }
}

impl Cluster {
    fn engine(&self) -> String {
        format!("{} {}", self.engine, self.engine_version)
    }

    fn row(self, host: &str) -> Row {
        let engine = Some(self.engine());
        let Self { account, region, id, node_type, replication_group_id, status, .. } = self;
        let of_nodes = self.nodes.iter().map(|node| (node.host.clone(), node.port));
        let endpoints =
            endpoints(host, std::iter::once((self.configuration_host, self.configuration_port)).chain(of_nodes));
        let node_type = Some(node_type);
        let why = failures(self.nodes).or(self.waits_for);
        let kind = "cache-cluster";
        Row { kind, id, account, region, replication_group_id, engine, node_type, status, endpoints, why }
    }
}

impl Serverless {
    fn row(self, host: &str) -> Row {
        let Self { account, region, id, engine, engine_version, status, waits_for, host: own, port, engines } = self;
        let engine = Some(format!("{engine} {engine_version}"));
        let (endpoints, why) = (endpoints(host, [(own, port)]), failures(engines).or(waits_for));
        let kind = "serverless-cache";
        Row { kind, account, region, id, replication_group_id: None, engine, node_type: None, status, endpoints, why }
    }
}

/// Where clients connect to: endpoints have a name of their own, or share `host`.
fn endpoints(host: &str, places: impl IntoIterator<Item = (Option<String>, Option<u16>)>) -> Vec<String> {
    let place = |(own, port): (Option<String>, Option<u16>)| {
        let host = own.unwrap_or_else(|| host.to_owned());
        port.map(|port| format!("{host}:{port}"))
    };
    places.into_iter().filter_map(place).collect()
}

/// Why nodes are not up; what holds for several of them once.
fn failures(nodes: Vec<Node>) -> Option<String> {
    let mut reasons: Vec<_> = nodes.into_iter().filter_map(|node| node.failure).collect();
    reasons.sort();
    reasons.dedup();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_follow_their_group_and_tell_why_they_are_not_up() {
        let cluster = |id: &str, group: Option<&str>, failure: Option<&str>, waits_for: Option<&str>| {
            json!({
                "account": "000000000000", "region": "us-east-1", "id": id, "engine": "redis", "engine_version": "7.1.0",
                "node_type": "cache.t3.micro", "replication_group_id": group, "configuration_port": null,
                "status": "creating", "waits_for": waits_for, "nodes": [{"port": 7000, "failure": failure}, {"port": null,
                "failure": failure}],
            })
        };
        let answer = json!({
            "endpoint_host": null,
            "cache_clusters": [
                cluster("a-001", Some("z"), None, Some("pulling redis:7")), cluster("b", None, Some("no engine"), None),
            ],
            "replication_groups": [{
                "account": "000000000000", "region": "us-east-1", "id": "z", "status": "available", "primary_port": 6379,
                "reader_port": 16379, "configuration_port": null, "failure": null,
            }],
            "serverless_caches": [],
            "users": [{"id": "not shown"}],
        });
        let resources: Resources = serde_json::from_value(answer).expect("an answer");
        let rows = resources.rows("localhost");
        let shown: Vec<_> = rows.iter().map(|row| (row.id.as_str(), row.why.as_deref())).collect();
        assert_eq!(shown, [("b", Some("no engine")), ("z", None), ("a-001", Some("pulling redis:7"))]);
        assert_eq!(rows[1].endpoints, ["localhost:6379", "localhost:16379"]);
        assert_eq!(rows[1].engine.as_deref(), Some("redis 7.1.0"));
    }
}
