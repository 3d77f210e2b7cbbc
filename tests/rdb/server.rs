//! An engine on a socket in a folder of its own, which ends with the test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use cachette::model::{Engine, EngineVersion};
use redis::{Cmd, Connection, FromRedisValue, ToRedisArgs};
use tempfile::TempDir;

/// Nothing here takes this long, even on a machine that is busy with other work.
const LIMIT: Duration = Duration::from_secs(30);

pub struct Server {
    engine: Engine,
    process: Child,
    connection: Option<Connection>,
    folder: TempDir,
}

impl Server {
    /// Starts an engine, with `dump` to load; `None` when it ends instead.
    pub fn start(engine: Engine, dump: Option<&Path>) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        if let Some(dump) = dump {
            fs::copy(dump, folder.path().join("dump.rdb")).expect("a copy of the dump");
        }
        let program = format!("{engine}-server");
        // Small limits, so that collections of every encoding are quickly made.
        let options = "--port 0 --unixsocket socket --databases 200 --maxmemory-policy allkeys-lfu \
            --enable-debug-command yes --list-max-listpack-size 16 --hash-max-listpack-entries 8 \
            --zset-max-listpack-entries 8 --set-max-intset-entries 8 --stream-node-max-entries 4";
        let process = Command::new(program)
            .args(options.split_whitespace())
            .args(["--save", ""])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("the engine is installed");
        let mut server = Self { engine, process, connection: None, folder };
        server.connect().then_some(server)
    }

    /// Waits until it answers, or ends.
    fn connect(&mut self) -> bool {
        let address = format!("unix:{}", self.folder.path().join("socket").display());
        let client = redis::Client::open(address).expect("an address");
        let began = Instant::now();
        loop {
            if let Ok(mut connection) = client.get_connection()
                && redis::cmd("PING").exec(&mut connection).is_ok()
            {
                self.connection = Some(connection);
                return true;
            }
            if self.process.try_wait().expect("its state").is_some() {
                return false;
            }
            assert!(began.elapsed() < LIMIT, "it does not answer");
            thread::sleep(Duration::from_millis(2));
        }
    }

    /// Where it saves.
    pub fn dump(&self) -> PathBuf {
        self.folder.path().join("dump.rdb")
    }

    /// The version it says to be of.
    pub fn version(&mut self) -> EngineVersion {
        let info: String = self.ask(&["INFO", "server"]);
        let field = format!("{}_version:", self.engine);
        let version = info.lines().find_map(|line| line.strip_prefix(&field)).expect("its version");
        version.parse().expect("a version")
    }

    pub fn ask<T: FromRedisValue>(&mut self, words: &[impl ToRedisArgs]) -> T {
        let mut command = Cmd::new();
        for word in words {
            command.arg(word);
        }
        command.query(self.connection.as_mut().expect("a connection")).expect("an answer")
    }

    pub fn run(&mut self, words: &[impl ToRedisArgs]) {
        self.ask::<redis::Value>(words);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
