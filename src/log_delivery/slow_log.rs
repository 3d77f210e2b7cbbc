//! An entry of a slow log as `ElastiCache` writes it.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html>

use serde::Serialize;

use crate::{engine::SlowLogEntry, model::LogFormat};

/// The members in the order in which they are documented.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    cache_cluster_id: &'a str,
    cache_node_id: &'a str,
    id: u64,
    timestamp: i64,
    #[serde(rename = "Duration (us)")]
    duration: u64,
    command: &'a str,
    client_address: &'a str,
    client_name: &'a str,
}

/// The line of an entry of this node's.
pub(super) fn line(cluster: &str, node: &str, entry: &SlowLogEntry, format: LogFormat) -> String {
    let SlowLogEntry { id, timestamp, duration, command, client_address, client_name } = entry;
    match format {
        LogFormat::Json => {
            let entry = Entry {
                cache_cluster_id: cluster,
                cache_node_id: node,
                id: *id,
                timestamp: *timestamp,
                duration: *duration,
                command,
                client_address,
                client_name,
            };
            serde_json::to_string(&entry).unwrap_or_default()
        }
        LogFormat::Text => {
            format!("{cluster},{node},{timestamp},{duration},{command},{client_address},{client_name}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_written_as_documented() {
        let entry = SlowLogEntry {
            id: 296,
            timestamp: 1_605_631_822,
            duration: 30,
            command: "GET ... (1 more arguments)".into(),
            client_address: "192.168.12.104:55452".into(),
            client_name: "me".into(),
        };
        assert_eq!(
            line("mine", "0001", &entry, LogFormat::Json),
            "{\"CacheClusterId\":\"mine\",\"CacheNodeId\":\"0001\",\"Id\":296,\"Timestamp\":1605631822,\
             \"Duration (us)\":30,\"Command\":\"GET ... (1 more arguments)\",\
             \"ClientAddress\":\"192.168.12.104:55452\",\"ClientName\":\"me\"}"
        );
        assert_eq!(
            line("mine", "0001", &entry, LogFormat::Text),
            "mine,0001,1605631822,30,GET ... (1 more arguments),192.168.12.104:55452,me"
        );
    }
}
