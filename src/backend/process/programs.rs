//! Which engine programs are on this machine, and of which version. Starts them only to ask for their version.

use std::{
    collections::HashMap,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, SystemTime},
};

use tokio::{process::Command, sync::Mutex, time::timeout};

use crate::{
    backend::{BackendError, nearest},
    model::{Engine, EngineVersion},
};

/// How long a program may take to tell its version.
const TELLING: Duration = Duration::from_secs(5);

/// A program that was found.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) path: PathBuf,
    pub(super) version: EngineVersion,
}

/// The folders in which programs are looked for, and what the programs there said when they were asked.
#[derive(Debug)]
pub(super) struct Programs {
    folders: Vec<PathBuf>,
    asked: Mutex<HashMap<PathBuf, Answer>>,
}

/// What a program said, for as long as its file stays the same.
#[derive(Debug)]
struct Answer {
    modified: SystemTime,
    length: u64,
    version: Option<EngineVersion>,
}

impl Programs {
    /// Looks in `folders`, in this order, and after them in those of `PATH`.
    pub(super) fn new(folders: &[PathBuf]) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut real: Vec<PathBuf> = Vec::new();
        for folder in folders.iter().cloned().chain(std::env::split_paths(&path)) {
            // One folder may be on the list by several names, such as /bin for /usr/bin.
            if let Ok(folder) = folder.canonicalize()
                && !real.contains(&folder)
            {
                real.push(folder);
            }
        }
        Self { folders: real, asked: Mutex::default() }
    }

    /// Every program there is for `engine`, those of earlier folders first.
    pub(super) async fn all(&self, engine: Engine) -> Vec<Program> {
        let mut found = Vec::new();
        // Held while a program is asked, so that many who want it at once ask it once.
        let mut asked = self.asked.lock().await;
        for folder in &self.folders {
            let path = folder.join(file_name(engine));
            let Ok(file) = path.metadata() else { continue };
            if !file.is_file() || file.permissions().mode() & 0o111 == 0 {
                continue;
            }
            let (modified, length) = (file.modified().unwrap_or(SystemTime::UNIX_EPOCH), file.len());
            let version = match asked.get(&path) {
                Some(answer) if answer.modified == modified && answer.length == length => answer.version.clone(),
                _ => {
                    let version = ask(&path, engine).await;
                    asked.insert(path.clone(), Answer { modified, length, version: version.clone() });
                    version
                }
            };
            found.extend(version.map(|version| Program { path, version }));
        }
        found
    }

    /// The program that serves `version` of `engine` best.
    pub(super) async fn nearest(&self, engine: Engine, version: &EngineVersion) -> Result<Program, BackendError> {
        let mut programs = self.all(engine).await;
        let versions: Vec<_> = programs.iter().map(|program| program.version.clone()).collect();
        nearest(&version.published(engine), &versions).map(|index| programs.swap_remove(index)).ok_or_else(|| {
            let name = file_name(engine);
            let reason = if versions.is_empty() {
                format!("there is no {name} on PATH; install it, or tell with --engine-path where it is")
            } else {
                let versions: Vec<_> = versions.iter().map(EngineVersion::as_str).collect();
                format!(
                    "only {name} {} is there; install a newer one, or tell with --engine-path where it is",
                    versions.join(" and ")
                )
            };
            BackendError::NoSuchEngine { engine, version: version.clone(), reason }
        })
    }
}

/// What the program of an engine is called.
pub(super) fn file_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Memcached => "memcached",
        Engine::Redis => "redis-server",
        Engine::Valkey => "valkey-server",
    }
}

/// Asks a program for its version. Nothing when it does not tell, or is another engine under this engine's name, as
/// where `redis-server` is a link to Valkey.
async fn ask(path: &Path, engine: Engine) -> Option<EngineVersion> {
    let telling = Command::new(path).arg("--version").stdin(Stdio::null()).kill_on_drop(true).output();
    let said = match timeout(TELLING, telling).await {
        Ok(Ok(output)) => output.stdout,
        Ok(Err(error)) => {
            tracing::warn!(program = %path.display(), %error, "a program does not start");
            return None;
        }
        Err(_) => {
            tracing::warn!(program = %path.display(), "a program does not tell its version in time");
            return None;
        }
    };
    let version = told(&String::from_utf8_lossy(&said), engine);
    if version.is_none() {
        tracing::warn!(program = %path.display(), %engine, "a program is not the engine it is named after");
    }
    version
}

/// The version in what a program said: `memcached 1.6.18` or `Redis server v=7.0.15 sha=..`.
fn told(said: &str, engine: Engine) -> Option<EngineVersion> {
    let mut words = said.lines().next()?.split_whitespace();
    if !words.next()?.eq_ignore_ascii_case(engine.name()) {
        return None;
    }
    words.find_map(|word| {
        let word = word.strip_prefix("v=").unwrap_or(word);
        let end = word.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(word.len());
        word[..end].parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn versions_are_read() {
        for (said, engine, version) in [
            ("memcached 1.6.18\n", Engine::Memcached, Some("1.6.18")),
            ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0\n", Engine::Redis, Some("7.0.15")),
            ("Valkey server v=8.0.1 sha=00000000:0\n", Engine::Valkey, Some("8.0.1")),
            ("Valkey server v=8.1.0-rc1 sha=1\n", Engine::Valkey, Some("8.1.0")),
            ("Valkey server v=8.0.1\n", Engine::Redis, None),
            ("", Engine::Redis, None),
        ] {
            assert_eq!(told(said, engine).as_ref().map(EngineVersion::as_str), version, "{said}");
        }
    }

    fn script(folder: &Path, version: &str) {
        fs::create_dir_all(folder).expect("a folder");
        let path = folder.join("valkey-server");
        fs::write(
            &path,
            format!("#!/bin/sh\necho asked >>'{}/asked'\necho 'Valkey server v={version} sha=0'\n", folder.display()),
        )
        .expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    #[tokio::test]
    async fn a_program_is_asked_once_until_it_changes() {
        let root = tempfile::tempdir().expect("a folder");
        let (old, new) = (root.path().join("old"), root.path().join("new"));
        script(&old, "90.0.1");
        script(&new, "90.2.0");
        let programs = Programs::new(&[old.clone(), new.clone()]);
        let wanted = "90.0".parse().expect("a version");
        for _ in 0..3 {
            let program = programs.nearest(Engine::Valkey, &wanted).await.expect("a program");
            assert_eq!(program.path, old.join("valkey-server"));
        }
        assert_eq!(fs::read_to_string(old.join("asked")).expect("the answers").lines().count(), 1);

        script(&old, "91.10.0");
        let program = programs.nearest(Engine::Valkey, &wanted).await.expect("a program");
        assert_eq!((program.path, program.version.as_str()), (new.join("valkey-server"), "90.2.0"));

        let missing = programs.nearest(Engine::Valkey, &"99.0".parse().expect("a version")).await;
        let message = missing.expect_err("no such version").to_string();
        assert!(message.contains("91.10.0 and 90.2.0") || message.contains("90.2.0"), "{message}");
    }
}
