//! The ports and folders that a server with these flags would use.

use std::{
    fs::{File, TryLockError},
    io,
    net::{IpAddr, SocketAddr, TcpListener},
    path::Path,
};

use rustix::fs::Access;

use super::Check;
use crate::{
    authorization::Policies,
    cli::{AuthChoice, Serve},
    holder, http,
    init::{Environment, Init},
    model::{Engine, Scope},
    names::Names,
    port_taker::PortTaker,
    protocol::sigv4::DEFAULT_ACCOUNT,
};

/// What was found at the API's address.
pub(super) struct ApiPort {
    pub(super) check: Check,
    /// Whether a Cachette answers there.
    pub(super) cachette: bool,
}

/// Whether the API's address can be listened on.
pub(super) async fn api_port(listen: SocketAddr) -> ApiPort {
    let what = "API port";
    let check = match TcpListener::bind(listen) {
        Ok(_) => Check::ok(what, format!("{listen} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
            let taker = PortTaker::of(listen).await;
            if taker.cachette.is_some() {
                let check = Check::note(what, format!("{listen} is taken by {taker}"));
                return ApiPort { check: check.mended_by("cachette status".to_owned()), cachette: true };
            }
            Check::fail(what, format!("{listen} is taken by {taker}"))
                .mended_by("stop that, or choose another port with --listen".to_owned())
        }
        Err(error) => {
            Check::fail(what, format!("{listen}: {error}")).mended_by("choose another address with --listen".to_owned())
        }
    };
    ApiPort { check, cachette: false }
}

/// Whether the data directory can be used. That another server has it is fine when that is the one at our address.
pub(super) fn data_dir(folder: Option<&Path>, is_served: bool) -> Check {
    let what = "data directory";
    let elsewhere = || "choose another with --data-dir".to_owned();
    let Some(folder) = folder else {
        return Check::fail(what, "there is no home directory").mended_by("say where with --data-dir".to_owned());
    };
    let shown = folder.display();
    if let Err(error) = could_be_written(folder) {
        return Check::fail(what, format!("{shown}: {error}")).mended_by(elsewhere());
    }
    let records = folder.join("records.redb");
    let is_held =
        File::open(&records).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)));
    if !is_held {
        return Check::ok(what, shown.to_string());
    }
    let holder = holder::of_file(&records).map(|holder| format!(" ({holder})")).unwrap_or_default();
    let detail = format!("{shown} is in use by another server{holder}");
    if is_served { Check::note(what, detail) } else { Check::fail(what, detail).mended_by(elsewhere()) }
}

/// Whether `folder` is or could be made a folder that can be written to.
fn could_be_written(folder: &Path) -> io::Result<()> {
    let existing = folder.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("."));
    if !existing.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    Ok(rustix::fs::access(existing, Access::WRITE_OK | Access::EXEC_OK)?)
}

/// How many of the ports for endpoints are free.
pub(super) fn node_ports(options: &Serve) -> Check {
    let range = &options.node_ports.0;
    let is_free = |port: &u16| TcpListener::bind((options.listen.ip(), *port)).is_ok();
    let free = range.clone().filter(is_free).count();
    let detail = format!("{free} of {} free, {}-{}", range.len(), range.start(), range.end());
    if free == 0 {
        Check::fail("node ports", detail).mended_by("choose others with --node-ports".to_owned())
    } else {
        Check::ok("node ports", detail)
    }
}

/// The ports that engines usually have, where they are taken.
pub(super) fn usual_ports(ip: IpAddr) -> Vec<Check> {
    let taken = |port: u16| {
        let address = SocketAddr::new(ip, port);
        TcpListener::bind(address).err()?;
        let holder = holder::of_port(address).map(|holder| format!(" ({holder})")).unwrap_or_default();
        let detail = format!("taken{holder}: caches that ask for it get a node port");
        Some(Check::note(&format!("port {port}"), detail))
    };
    [Engine::Redis, Engine::Memcached].into_iter().filter_map(|engine| taken(engine.default_port())).collect()
}

/// The files and folders that other flags name.
pub(super) fn files(options: &Serve) -> Vec<Check> {
    let Serve { snapshot_dir, trail_dir, log_dir, s3_dir, iam_policies, init, auth, credentials, .. } = options;
    let mut checks = Vec::new();
    for (flag, folder) in [("--snapshot-dir", snapshot_dir), ("--trail-dir", trail_dir), ("--log-dir", log_dir)] {
        checks.extend(folder.as_deref().map(|folder| match could_be_written(folder) {
            Ok(()) => Check::ok(flag, folder.display().to_string()),
            Err(error) => Check::fail(flag, format!("{}: {error}", folder.display())),
        }));
    }
    checks.extend(s3_dir.as_deref().map(|folder| {
        let shown = folder.display();
        if folder.is_dir() {
            Check::ok("--s3-dir", shown.to_string())
        } else {
            Check::fail("--s3-dir", format!("{shown}: there is no such folder")).mended_by(format!("mkdir -p {shown}"))
        }
    }));
    checks.extend(iam_policies.as_deref().map(|file| match Policies::read(file) {
        Ok(_) => Check::ok("--iam-policies", file.display().to_string()),
        Err(error) => Check::fail("--iam-policies", error.to_string()),
    }));
    checks.extend(init.as_deref().map(|path| {
        let scope = Scope::new(DEFAULT_ACCOUNT, http::DEFAULT_REGION);
        match Init::read(path, &scope, &Environment::new(|name| std::env::var(name).ok())) {
            Ok(_) => Check::ok("--init", path.display().to_string()),
            Err(error) => Check::fail("--init", error.to_string()),
        }
    }));
    if *auth == AuthChoice::Sigv4 && credentials.is_none() {
        checks.push(Check::fail("--auth sigv4", "no keys").mended_by("--credentials KEY:SECRET".to_owned()));
    }
    checks
}

/// Whether endpoints could have names, where they are to have some.
pub(super) async fn names(options: &Serve) -> Option<Check> {
    let address = options.names.dns?;
    // Bound, and let go again. Nothing is named by this name.
    Some(match Names::open(&options.names, options.listen.ip(), "doctor").await {
        Ok(_) => Check::ok("--dns", format!("{address} is free")),
        Err(error) => Check::fail("--dns", error.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Mark;

    #[tokio::test]
    async fn ports_that_are_taken_are_told() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let found = api_port(address).await;
        assert_eq!((found.check.mark, found.cachette), (Mark::Fail, false));
        drop(listener);
        assert_eq!(api_port(address).await.check.mark, Mark::Ok);
    }

    #[test]
    fn a_data_directory_need_not_be_there_but_has_to_be_free() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(data_dir(Some(&folder.path().join("a/b")), false).mark, Mark::Ok);
        assert_eq!(data_dir(Some(Path::new("/dev/null/a")), false).mark, Mark::Fail);
        let records = File::create(folder.path().join("records.redb")).expect("a file");
        records.try_lock().expect("a lock");
        assert_eq!(data_dir(Some(folder.path()), false).mark, Mark::Fail);
        assert_eq!(data_dir(Some(folder.path()), true).mark, Mark::Note);
    }
}
