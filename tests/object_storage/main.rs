//! Objects are read and written whole, in a folder and in S3, and what goes wrong has its name. S3 is moto's server; what
//! moto cannot be brought to do is done by a server that answers what it is told.

mod canned;
mod folder;
mod moto;
mod refusals;
mod s3;

use std::{fs, path::PathBuf, time::Duration};

use cachette::object_storage::{Limits, ObjectStorage, Settings};
use tempfile::TempDir;

/// How long anything may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A folder of the server's own, where files are that are sent and fetched.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        fs::write(self.path(name), bytes).expect("a file");
        self.path(name)
    }

    /// The names of all that is there.
    fn names(&self) -> Vec<String> {
        names(self.0.path())
    }
}

fn names(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name")).collect();
    names.sort();
    names
}

/// The S3 at `url`.
fn s3_at(url: &str, limits: Limits) -> ObjectStorage {
    ObjectStorage::new(settings(url, &[]), limits)
}

/// The same with other variables.
fn s3_with(url: &str, variables: &[(&str, &str)]) -> ObjectStorage {
    ObjectStorage::new(settings(url, variables), Limits::default())
}

fn settings(url: &str, variables: &[(&str, &str)]) -> Settings {
    let usual = [("AWS_ENDPOINT_URL_S3", url), ("AWS_ACCESS_KEY_ID", "key"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let value = |name: &str| {
        let mut all = variables.iter().chain(&usual);
        all.find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned())
    };
    Settings::read(None, value).unwrap_or_else(|error| panic!("{error}"))
}

/// Bytes that are not the same twice.
fn bytes(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(&mut next).take(count).collect()
}
