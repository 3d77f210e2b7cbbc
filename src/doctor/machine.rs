//! The machine itself: files, memory, clock, names.

use chrono::{DateTime, NaiveDate, Utc};
use procfs::{Current, Meminfo};
use rustix::process::{Resource, getrlimit};

use super::{Check, mend::Platform};

/// So many open files are enough for a thousand caches and their clients.
const ENOUGH_FILES: u64 = 4096;

/// A server with a few engines needs about this much.
const ENOUGH_MEMORY: u64 = 256 * 1024 * 1024;

/// Everything.
pub(super) async fn checks() -> Vec<Check> {
    let mut checks = vec![open_files(getrlimit(Resource::Nofile).maximum)];
    checks.extend(Meminfo::current().ok().and_then(|info| info.mem_available).map(memory));
    checks.push(cores());
    checks.push(clock(Utc::now()));
    checks.push(localhost().await);
    checks
}

/// The server takes as many as the system allows it.
fn open_files(limit: Option<u64>) -> Check {
    let what = "open files";
    match limit {
        None => Check::ok(what, "no limit"),
        Some(limit) if limit >= ENOUGH_FILES => Check::ok(what, limit.to_string()),
        Some(limit) => Check::note(what, format!("{limit}: connections to caches are limited by that"))
            .mended_by("ulimit -n 65536, in the shell that starts the server, or `nofile` in limits.conf".to_owned()),
    }
}

fn memory(available: u64) -> Check {
    let told = format!("{} MB available", available / 1_000_000);
    if available < ENOUGH_MEMORY { Check::note("memory", told) } else { Check::ok("memory", told) }
}

fn cores() -> Check {
    match std::thread::available_parallelism() {
        Ok(cores) => Check::ok("cores", cores.to_string()),
        Err(error) => Check::note("cores", error.to_string()),
    }
}

/// Clients sign with the time, and certificates are made with it.
fn clock(now: DateTime<Utc>) -> Check {
    let told = now.format("%Y-%m-%d %H:%M:%S UTC").to_string();
    // Nobody can have this program before then.
    let earliest = NaiveDate::from_ymd_opt(2025, 1, 1);
    if earliest.is_some_and(|earliest| now.date_naive() < earliest) {
        Check::note("clock", format!("{told}, which is long past")).mended_by(Platform::here().set_clock())
    } else {
        Check::ok("clock", told)
    }
}

/// Endpoints are named `localhost` to whoever calls the server so.
async fn localhost() -> Check {
    let what = "localhost";
    let mend = || "add the line `127.0.0.1 localhost` to /etc/hosts".to_owned();
    let addresses: Vec<_> = match tokio::net::lookup_host(("localhost", 0)).await {
        Ok(addresses) => addresses.map(|address| address.ip()).collect(),
        Err(error) => return Check::note(what, format!("not resolved: {error}")).mended_by(mend()),
    };
    match addresses.first() {
        Some(first) if first.is_ipv4() => Check::ok(what, first.to_string()),
        // Most clients then try the next one.
        Some(first) if addresses.iter().any(std::net::IpAddr::is_ipv4) => {
            Check::note(what, format!("{first} first: a client that tries no other address has to say 127.0.0.1"))
        }
        _ => Check::note(what, "has no IPv4 address").mended_by(mend()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;

    #[test]
    fn limits_that_are_low_are_told() {
        assert_eq!(open_files(Some(1024)).mark, Mark::Note);
        assert_eq!(open_files(None).mark, Mark::Ok);
        assert_eq!(memory(1_000_000).mark, Mark::Note);
        assert_eq!(clock(DateTime::UNIX_EPOCH).mark, Mark::Note);
        assert_eq!(clock(Utc::now()).mark, Mark::Ok);
    }
}
