//! Which process has a file open or listens on a port, as far as this user may know. For messages to people only: by the
//! time it is told it may have changed.

use std::{fmt, net::SocketAddr, path::Path};

use procfs::{
    net::TcpState,
    process::{FDTarget, Process},
};

/// A process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its id.
    pub pid: i32,
    /// The name of its program.
    pub program: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}, {}", self.pid, self.program)
    }
}

/// Who, other than this process, has the file open.
#[must_use]
pub fn of_file(path: &Path) -> Option<Holder> {
    let path = path.canonicalize().ok()?;
    find(|target| matches!(target, FDTarget::Path(open) if *open == path))
}

/// Who, other than this process, keeps this address from being listened on.
#[must_use]
pub fn of_port(address: SocketAddr) -> Option<Holder> {
    let entries = procfs::net::tcp().into_iter().chain(procfs::net::tcp6()).flatten();
    let in_the_way = |local: SocketAddr| {
        local.port() == address.port()
            && (local.ip().is_unspecified() || address.ip().is_unspecified() || local.ip() == address.ip())
    };
    let sockets: Vec<_> = entries
        .filter(|entry| entry.state == TcpState::Listen && in_the_way(entry.local_address))
        .map(|entry| entry.inode)
        .collect();
    find(|target| matches!(target, FDTarget::Socket(inode) if sockets.contains(inode)))
}

fn find(is_it: impl Fn(&FDTarget) -> bool) -> Option<Holder> {
    let own = std::process::id();
    let mut others = procfs::process::all_processes()
        .ok()?
        .flatten()
        .filter(|process| u32::try_from(process.pid).is_ok_and(|pid| pid != own));
    let holds = |process: &Process| process.fd().is_ok_and(|open| open.flatten().any(|open| is_it(&open.target)));
    let process = others.find(holds)?;
    Some(Holder { pid: process.pid, program: process.stat().ok()?.comm })
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        process::{Child, Command, Stdio},
    };

    use super::*;

    /// A shell that has run `script` as far as its first `echo`, and waits there.
    fn shell(script: &str) -> (Child, String) {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("a shell");
        let mut line = String::new();
        let out = child.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut line).expect("a line");
        (child, line.trim().to_owned())
    }

    #[test]
    fn who_has_a_file_open_is_found() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        assert_eq!(of_file(file.path()), None, "this process does not count");
        let (mut child, _) = shell(&format!("exec 3<'{}'; echo open; read line", file.path().display()));
        let holder = of_file(file.path());
        drop(child.stdin.take());
        child.wait().expect("its end");
        let holder = holder.expect("the shell");
        assert_eq!((u32::try_from(holder.pid).ok(), holder.to_string().contains("sh")), (Some(child.id()), true));
        assert_eq!(of_file(Path::new("/no/such/file")), None);
    }

    #[test]
    fn a_port_of_this_process_has_no_other_holder() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        assert_eq!(of_port(listener.local_addr().expect("an address")), None);
    }
}
