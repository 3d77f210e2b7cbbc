//! Child processes that end with the measurement, and what they take of the machine.

use std::{
    net::{SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::{Error, load};

/// How long anything may take to come up before the measurement is given up.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// How often a question is asked again whose answer is being waited for. Every floor waits in the same steps.
pub const POLL: Duration = Duration::from_millis(1);

/// A child process, killed when dropped.
pub struct Process(Child);

impl Process {
    /// Starts it. What it prints is thrown away, but for what it prints as errors.
    pub fn start(command: &mut Command) -> Result<Self, Error> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self(child.map_err(|error| format!("{}: {error}", command.get_program().display()))?))
    }

    /// Its share of the memory in mebibytes: what it shares with others is divided among them (PSS).
    pub fn memory(&self) -> Result<f64, Error> {
        self.mebibytes("smaps_rollup", "Pss:")
    }

    /// The most memory that it has had so far, in mebibytes.
    pub fn peak(&self) -> Result<f64, Error> {
        self.mebibytes("status", "VmHWM:")
    }

    /// What the line with this name says in one of the system's files on it.
    fn mebibytes(&self, file: &str, name: &str) -> Result<f64, Error> {
        let text = std::fs::read_to_string(format!("/proc/{}/{file}", self.0.id()))?;
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kibibytes = line.and_then(|line| line.split_whitespace().next()).ok_or_else(|| format!("no {name}"))?;
        Ok(kibibytes.parse::<f64>()? / 1024.0)
    }

    /// The processor time it has taken so far, in ticks of the system's clock, mostly hundredths of a second.
    pub fn processor_time(&self) -> Result<u64, Error> {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.0.id()))?;
        let (_, after_name) = text.rsplit_once(')').ok_or("no process")?;
        let fields: Vec<&str> = after_name.split_whitespace().collect();
        let field = |number: usize| fields.get(number).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
        Ok(field(11) + field(12))
    }

    /// Whether it has ended.
    pub fn ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A port of the loopback address that was free a moment ago.
pub fn free_address() -> Result<SocketAddr, Error> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Waits until `path` is answered at `address`.
pub async fn until_answered(address: SocketAddr, path: &str, process: &mut Process) -> Result<(), Error> {
    let start = Instant::now();
    let request = load::get(address, path);
    loop {
        if let Ok(mut connection) = load::Connection::open(address).await
            && connection.ask(&request).await.is_ok()
        {
            return Ok(());
        }
        if process.ended() {
            return Err("the server ended".into());
        }
        if start.elapsed() > PATIENCE {
            return Err("the server does not answer".into());
        }
        tokio::time::sleep(POLL).await;
    }
}
