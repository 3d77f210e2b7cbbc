//! A line of an engine's log as `ElastiCache` writes it.
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Log_Delivery.html>

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::Serialize;

use crate::model::LogFormat;

/// How engines and `ElastiCache` write times.
const TIME: &str = "%d %b %Y %H:%M:%S%.3f";

/// The members in the order in which they are documented.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    cache_cluster_id: &'a str,
    cache_node_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    log_level: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    message: &'a str,
}

/// What a line says: `PID:ROLE TIME LEVEL MESSAGE`. What engines print beside, as when they crash, is a message alone.
struct Parts<'a> {
    head: Option<(&'a str, DateTime<Utc>, &'a str)>,
    message: &'a str,
}

impl<'a> Parts<'a> {
    fn of(line: &'a str) -> Self {
        Self::whole(line).unwrap_or(Self { head: None, message: line })
    }

    fn whole(line: &'a str) -> Option<Self> {
        let (process, rest) = line.split_once(' ')?;
        let (number, role) = process.split_once(':')?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) || !"MSCX".contains(role) {
            return None;
        }
        // Day, month, year, time of day.
        let end = rest.match_indices(' ').nth(3)?.0;
        let time = NaiveDateTime::parse_from_str(&rest[..end], TIME).ok()?.and_utc();
        let (level, message) = rest[end + 1..].split_once(' ').unwrap_or((&rest[end + 1..], ""));
        Some(Self { head: Some((role, time, level)), message })
    }
}

/// When a line was written, if it tells, and what becomes of it.
pub(super) fn line(cluster: &str, node: &str, text: &str, format: LogFormat) -> (Option<DateTime<Utc>>, String) {
    let Parts { head, message } = Parts::of(text);
    let shown = |time: DateTime<Utc>| format!("{} UTC", time.format(TIME));
    let line = match format {
        LogFormat::Json => {
            let entry = Entry {
                cache_cluster_id: cluster,
                cache_node_id: node,
                log_level: head.and_then(|(_, _, level)| name_of(level)),
                role: head.map(|(role, _, _)| role),
                time: head.map(|(_, time, _)| shown(time)),
                message,
            };
            serde_json::to_string(&entry).unwrap_or_default()
        }
        LogFormat::Text => match head {
            Some((role, time, level)) => format!("{cluster}/{node}:{role} {} {level} {message}", shown(time)),
            None => format!("{cluster}/{node}: {message}"),
        },
    };
    (head.map(|(_, time, _)| time), line)
}

/// The name of a level by its sign.
fn name_of(level: &str) -> Option<&'static str> {
    Some(match level {
        "." => "DEBUG",
        "-" => "VERBOSE",
        "*" => "NOTICE",
        "#" => "WARNING",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "4711:M 29 Oct 2020 20:12:20.499 * Ready to accept connections";

    #[test]
    fn lines_are_written_as_documented() {
        let (time, json) = line("mine", "0001", LINE, LogFormat::Json);
        assert_eq!(time.map(|time| time.timestamp_millis()), Some(1_604_002_340_499));
        assert_eq!(
            json,
            "{\"CacheClusterId\":\"mine\",\"CacheNodeId\":\"0001\",\"LogLevel\":\"NOTICE\",\"Role\":\"M\",\
             \"Time\":\"29 Oct 2020 20:12:20.499 UTC\",\"Message\":\"Ready to accept connections\"}"
        );
        let (_, text) = line("mine", "0001", LINE, LogFormat::Text);
        assert_eq!(text, "mine/0001:M 29 Oct 2020 20:12:20.499 UTC * Ready to accept connections");
    }

    #[test]
    fn what_engines_print_beside_is_a_message() {
        for text in ["", "------ STACK TRACE ------", "1:M", "1:M 29 Oct", "x:M 29 Oct 2020 20:12:20.499 * no"] {
            let (time, json) = line("mine", "0001", text, LogFormat::Json);
            let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
            assert_eq!((time, json["Message"].as_str(), json.get("Role")), (None, Some(text), None), "{text}");
        }
    }
}
