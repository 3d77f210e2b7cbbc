//! The files of an init: which there are, and the entries in them.

use std::{
    collections::HashMap,
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use super::{
    document::{self, Node, Value},
    environment::Environment,
    parameters::{self, Mistake, Written},
};
use crate::{
    model::{Scope, hex::hex},
    protocol::Operation,
};

/// How a file's name has to end.
const ENDINGS: [&str; 3] = ["json", "yaml", "yml"];

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Where an entry stands.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub file: Arc<Path>,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file.display(), self.line)
    }
}

/// An operation that is to be carried out once.
#[derive(Debug)]
pub struct Entry {
    /// Where it is asked for.
    pub place: Place,
    /// For whom, and where.
    pub scope: Scope,
    /// What is asked for.
    pub operation: Operation,
    /// Tells it from every other entry, wherever either stands.
    pub digest: String,
}

/// Why there is nothing to carry out.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A file or folder cannot be read.
    #[error("--init {path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is too large.
    #[error("--init {}: the file is larger than {} MiB", .0.display(), LARGEST >> 20)]
    TooLarge(PathBuf),
    /// A file is not text.
    #[error("{}: the file is not in UTF-8", .0.display())]
    NotText(PathBuf),
    /// A folder has no files for us.
    #[error("--init {}: there is no file in this folder whose name ends in .json, .yaml or .yml", .0.display())]
    Empty(PathBuf),
    /// Something in a file is wrong.
    #[error("{place}: {reason}")]
    Wrong {
        /// Where.
        place: Place,
        /// What.
        reason: String,
    },
}

/// Reads all entries of a file, or of the files of a folder in the order of their names.
///
/// # Errors
/// When anything in any of them is wrong.
pub fn read(path: &Path, scope: &Scope, environment: &Environment) -> Result<Vec<Entry>, ReadError> {
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| ReadError::Io { path, source }
    };
    let mut files = vec![path.to_owned()];
    if fs::metadata(path).map_err(io(path))?.is_dir() {
        let found = fs::read_dir(path).map_err(io(path))?.map(|entry| entry.map(|entry| entry.path()));
        files = found.collect::<Result<Vec<_>, _>>().map_err(io(path))?;
        let is_ours = |file: &PathBuf| file.extension().is_some_and(|end| ENDINGS.iter().any(|ours| end == *ours));
        files.retain(|file| is_ours(file) && !file.is_dir());
        files.sort_unstable_by(|a, b| a.file_name().cmp(&b.file_name()));
        if files.is_empty() {
            return Err(ReadError::Empty(path.to_owned()));
        }
    }
    let mut entries = Vec::new();
    let mut times = HashMap::new();
    for file in files {
        if fs::metadata(&file).map_err(io(&file))?.len() > LARGEST {
            return Err(ReadError::TooLarge(file));
        }
        let bytes = fs::read(&file).map_err(io(&file))?;
        let text = String::from_utf8(bytes).map_err(|_| ReadError::NotText(file.clone()))?;
        let file: Arc<Path> = file.into();
        let wrong =
            |Mistake { line, reason }| ReadError::Wrong { place: Place { file: Arc::clone(&file), line }, reason };
        let mut reader = Reader { file: &file, scope: scope.clone(), environment, times: &mut times };
        reader.entries(&text, &mut entries).map_err(wrong)?;
    }
    Ok(entries)
}

struct Reader<'r> {
    file: &'r Arc<Path>,
    /// Where what follows is to be.
    scope: Scope,
    environment: &'r Environment,
    /// How often an entry of this content has come.
    times: &'r mut HashMap<String, u32>,
}

impl Reader<'_> {
    fn entries(&mut self, text: &str, entries: &mut Vec<Entry>) -> Result<(), Mistake> {
        let document = document::read(text).map_err(|error| Mistake::at(error.line, error.reason))?;
        let items = match document.value {
            Value::Nothing => return Ok(()),
            Value::List(items) => items,
            other => {
                let reason = format!("the file has to be a list of operations, not {}", other.kind());
                return Err(Mistake::at(document.line, reason));
            }
        };
        for item in items {
            entries.extend(self.entry(item)?);
        }
        Ok(())
    }

    fn entry(&mut self, item: Node) -> Result<Option<Entry>, Mistake> {
        let Value::Map(members) = item.value else {
            let reason = format!("an entry has to be an operation with its parameters, not {}", item.value.kind());
            return Err(Mistake::at(item.line, reason));
        };
        let [(name, input)] = <[_; 1]>::try_from(members).map_err(|members| {
            let reason = format!("an entry has to be one operation, and here are {} names", members.len());
            Mistake::at(item.line, reason)
        })?;
        let Value::Scalar(operation) = &name.value else {
            return Err(Mistake::at(name.line, "a name has to be a word"));
        };
        if matches!(operation.as_str(), "Region" | "Account") {
            return self.turn_to(operation, &input).map(|()| None);
        }
        let written = parameters::read(&name, &input, self.environment)
            .map_err(|mistake| Mistake { reason: format!("{operation}: {}", mistake.reason), ..mistake })?;
        let digest = self.digest(operation, &written);
        let place = Place { file: Arc::clone(self.file), line: item.line };
        Ok(Some(Entry { place, scope: self.scope.clone(), operation: written.operation, digest }))
    }

    /// Takes in where what follows is to be.
    fn turn_to(&mut self, what: &str, value: &Node) -> Result<(), Mistake> {
        let Value::Scalar(name) = &value.value else {
            return Err(Mistake::at(value.line, format!("{what} has to be a name, not {}", value.value.kind())));
        };
        if what == "Region" {
            let is_word = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !is_word || !(1..=32).contains(&name.len()) {
                return Err(Mistake::at(value.line, format!("{name} is not the name of a region such as eu-west-1")));
            }
            self.scope.region.clone_from(name);
        } else {
            if name.len() != 12 || !name.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(Mistake::at(value.line, "an account is a number of twelve digits"));
            }
            self.scope.account.clone_from(name);
        }
        Ok(())
    }

    /// Tells an entry by what it says and how often that has been said before. What comes from the environment is no part
    /// of it: what is remembered must not help to guess a password.
    fn digest(&mut self, operation: &str, written: &Written) -> String {
        let content = (&self.scope.account, &self.scope.region, operation, &written.parameters);
        let content = serde_json::to_string(&content).unwrap_or_default();
        let times = self.times.entry(content.clone()).or_default();
        *times += 1;
        let mut digest = Sha256::new_with_prefix(content);
        digest.update(times.to_be_bytes());
        hex(&digest.finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope() -> Scope {
        Scope::new("000000000000", "us-east-1")
    }

    fn read_files(files: &[(&str, &str)]) -> Result<Vec<Entry>, ReadError> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("written");
        }
        read(folder.path(), &scope(), &Environment::new(|_| None))
    }

    fn refused(text: &str) -> String {
        let error = read_files(&[("a.yaml", text)]).expect_err(text).to_string();
        error.rsplit_once("a.yaml").map_or(error.clone(), |(_, reason)| reason.to_owned())
    }

    #[test]
    fn the_files_of_a_folder_come_in_the_order_of_their_names() {
        let user_group = |id: &str| format!("- CreateUserGroup: {{UserGroupId: {id}, Engine: redis}}\n");
        let entries = read_files(&[
            ("b.yml", &user_group("two")),
            ("a.json", "[{\"CreateUserGroup\": {\"UserGroupId\": \"one\", \"Engine\": \"redis\"}}]"),
            ("c.yaml", &format!("- Region: eu-west-1\n- Account: 111122223333\n{}", user_group("three"))),
            ("d.yaml", &user_group("four")),
            ("e.yaml", "# nothing yet\n"),
            ("README.md", "{"),
        ]);
        let told: Vec<_> = entries
            .expect("entries")
            .into_iter()
            .map(|entry| {
                let Operation::CreateUserGroup(input) = entry.operation else { panic!("the operation") };
                format!("{} {} {}", input.user_group_id, entry.scope, entry.place.line)
            })
            .collect();
        assert_eq!(
            told,
            [
                "one 000000000000/us-east-1 1",
                "two 000000000000/us-east-1 1",
                "three 111122223333/eu-west-1 3",
                "four 000000000000/us-east-1 1",
            ]
        );
        assert!(matches!(read_files(&[("a.txt", "")]), Err(ReadError::Empty(_))));
    }

    #[test]
    fn entries_are_told_apart_by_what_they_say() {
        let digests = |text: &str| -> Vec<String> {
            read_files(&[("a.yaml", text)]).expect("entries").into_iter().map(|entry| entry.digest).collect()
        };
        let first = digests("- CreateUserGroup: {UserGroupId: a, Engine: redis}");
        let moved = digests("\n- CreateUserGroup: {Engine: 'redis', UserGroupId: a}");
        assert_eq!(first, moved, "where it stands and how it is written say nothing");
        let others = digests(
            "- CreateUserGroup: {UserGroupId: a, Engine: redis}
- CreateUserGroup: {UserGroupId: a, Engine: redis}
- CreateUserGroup: {UserGroupId: a, Engine: valkey}
- Region: eu-west-1
- CreateUserGroup: {UserGroupId: a, Engine: redis}",
        );
        assert_eq!(others[0], first[0]);
        let distinct: std::collections::BTreeSet<_> = others.iter().collect();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn one_line_tells_where_what_is_wrong() {
        for (text, expected) in [
            ("CreateUser: {}", ":1: the file has to be a list of operations, not a map"),
            ("- CreateUser", ":1: an entry has to be an operation with its parameters, not a single value"),
            ("\n- A: {}\n  B: {}", ":2: an entry has to be one operation, and here are 2 names"),
            ("- Region: EU", ":1: EU is not the name of a region such as eu-west-1"),
            ("- Region: [eu]", ":1: Region has to be a name, not a list"),
            ("- Account: 12", ":1: an account is a number of twelve digits"),
            (
                "- CreateUserGroup:\n    UserGroupId: a\n    Engin: redis",
                ":3: CreateUserGroup: there is no parameter Engin; did you mean Engine?",
            ),
        ] {
            assert_eq!(refused(text), expected);
        }
        assert!(refused("- a\n- }").starts_with(":2: "));
        let nowhere = read(Path::new("/nowhere/init.yaml"), &scope(), &Environment::new(|_| None));
        assert!(nowhere.expect_err("no file").to_string().starts_with("--init /nowhere/init.yaml: "));
    }
}
