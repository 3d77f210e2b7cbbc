//! Which server this is: an identity and a secret that live in the data directory, so that a server that is started
//! again knows its engines and they know it.

use std::{
    fs, io,
    io::{Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    engine::InstanceSecret,
    model::hex::{hex, unhex},
};

/// The file's name in the data directory.
const FILE: &str = "instance.json";

/// The format of the data directory. It rises when an older version could no longer read what a newer one writes.
const FORMAT: u32 = 1;

/// The identity of this server.
#[derive(Debug)]
pub struct Instance {
    /// Its name, in which its engines are labelled.
    pub name: String,
    /// What its engines' passwords are derived from.
    pub secret: InstanceSecret,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    /// The first versions did not write it.
    #[serde(default = "first_format")]
    format: u32,
    name: String,
    secret: String,
}

fn first_format() -> u32 {
    1
}

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InstanceError {
    /// The system refused.
    #[error("the data directory cannot be used: {path}: {source}; choose another with --data-dir")]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not one of ours.
    #[error("{0} is damaged; remove the data directory to start afresh, or choose another with --data-dir")]
    Damaged(PathBuf),
    /// A later version has been there.
    #[error(
        "{path} is of a later version of Cachette (format {format}, this one knows {FORMAT}); use that one, or choose \
         another folder with --data-dir"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format of the data directory.
        format: u32,
    },
}

impl Instance {
    /// The identity kept in `data_dir`, made there first if there is none. The folder and the file are for the server's
    /// user alone.
    ///
    /// # Errors
    /// When the folder or the file cannot be made, written or read.
    pub fn open(data_dir: &Path) -> Result<Self, InstanceError> {
        let at = |path: &Path| {
            let path = path.to_owned();
            move |source| InstanceError::Io { path, source }
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(data_dir).map_err(at(data_dir))?;
        let path = data_dir.join(FILE);
        let stored: Stored = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| InstanceError::Damaged(path.clone()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let stored = Stored::random().map_err(at(&path))?;
                stored.write(&path).map_err(at(&path))?;
                stored
            }
            Err(error) => return Err(at(&path)(error)),
        };
        if stored.format > FORMAT {
            return Err(InstanceError::Newer { path, format: stored.format });
        }
        let secret = stored.secret_bytes().ok_or(InstanceError::Damaged(path))?;
        Ok(Self { name: stored.name, secret: InstanceSecret::new(secret) })
    }
}

impl Stored {
    fn random() -> io::Result<Self> {
        let mut bytes = [0; 32];
        fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
        let secret = hex(&bytes);
        let name = uuid::Uuid::new_v4().simple().to_string();
        Ok(Self { format: FORMAT, name: name[..8].to_owned(), secret })
    }

    /// Writes the file whole or not at all.
    fn write(&self, path: &Path) -> io::Result<()> {
        let draft = path.with_extension("new");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(&draft, path)
    }

    fn secret_bytes(&self) -> Option<[u8; 32]> {
        unhex(&self.secret)?.try_into().ok()
    }
}

/// Where data is kept unless told otherwise, by the XDG rules.
#[must_use]
pub fn default_data_dir() -> Option<PathBuf> {
    let xdg = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    Some(xdg.or_else(home)?.join("cachette"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_identity_stays_and_is_for_the_owner_only() {
        let folder = tempfile::tempdir().expect("a folder");
        let data_dir = folder.path().join("data");
        let first = Instance::open(&data_dir).expect("made");
        let again = Instance::open(&data_dir).expect("read");
        assert_eq!(first.name, again.name);
        assert_eq!(first.secret.of_engine("e").password(), again.secret.of_engine("e").password());
        let mode = fs::metadata(data_dir.join(FILE)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_later_version_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        Instance::open(folder.path()).expect("made");
        let path = folder.path().join(FILE);
        let stored = fs::read_to_string(&path).expect("a file");
        fs::write(&path, stored.replace(r#""format":1"#, r#""format":2"#)).expect("written");
        assert!(matches!(Instance::open(folder.path()), Err(InstanceError::Newer { format: 2, .. })));
        fs::write(&path, stored.replace(r#""format":1,"#, "")).expect("written");
        Instance::open(folder.path()).expect("an early one is read");
    }

    #[test]
    fn a_damaged_identity_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        for content in ["", "{}", r#"{"name":"x","secret":"zz"}"#] {
            fs::write(folder.path().join(FILE), content).expect("written");
            assert!(matches!(Instance::open(folder.path()), Err(InstanceError::Damaged(_))), "{content}");
        }
    }
}
