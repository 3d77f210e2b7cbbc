//! Data that an engine is to find at its start. They go into the container before it is started, in an archive that is
//! made while it is sent.

use std::{collections::BTreeMap, io, path::Path, time::Duration};

use bollard::{body_try_stream, query_parameters::UploadToContainerOptions};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use tokio::{fs::File, io::AsyncReadExt};

use super::{Shared, failed};
use crate::backend::{BackendError, EngineSpec};

/// Where the images' engines keep their data, which is their working directory.
const FOLDER: &str = "/data";

/// What the engine reads at its start.
const NAME: &str = "dump.rdb";

/// The user of the official images' engines. An image of another kind may have another one, so everybody in the container
/// may read the file.
const USER: u64 = 999;

/// What archives are made of, in bytes.
const BLOCK: usize = 512;

/// How much is read at a time, in bytes.
const PIECE: usize = 256 << 10;

/// How long the daemon may take to write the data.
const PATIENCE: Duration = Duration::from_mins(15);

impl Shared {
    /// Puts the files of `spec` where the engine of a container that was not started yet looks for them.
    pub(super) async fn put_files(&self, name: &str, spec: &EngineSpec) -> Result<(), BackendError> {
        if spec.data_file.is_none() && spec.small_files.is_empty() {
            return Ok(());
        }
        let archive = archive(spec.data_file.as_deref(), &spec.small_files).await;
        let archive = archive.map_err(|error| BackendError::Failed {
            action: "reading the data for a container".into(),
            reason: error.to_string(),
        })?;
        let options = UploadToContainerOptions { path: FOLDER.to_owned(), ..Default::default() };
        let docker = self.docker.clone().with_timeout(PATIENCE);
        let uploaded = docker.upload_to_container(name, Some(options), body_try_stream(archive)).await;
        uploaded.map_err(|error| failed("putting data into a container", &error))
    }
}

/// An archive with small files and the file `data`, if any, in it, piece by piece.
async fn archive(
    data: Option<&Path>,
    small: &BTreeMap<String, String>,
) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>> {
    let mut head = Vec::new();
    for (name, text) in small {
        // The engine changes them, whoever it is.
        head.extend_from_slice(header(name, text.len() as u64, 0o666)?.as_bytes());
        head.extend_from_slice(text.as_bytes());
        head.resize(head.len().next_multiple_of(BLOCK), 0);
    }
    let (mut file, mut size) = (None, 0);
    if let Some(data) = data {
        let opened = File::open(data).await?;
        size = opened.metadata().await?.len();
        head.extend_from_slice(header(NAME, size, 0o644)?.as_bytes());
        // Just as much as was announced, should the file have grown since.
        file = Some(opened.take(size));
    }
    let content = stream::try_unfold(file, async |file| {
        let Some(mut file) = file else { return Ok(None) };
        let mut piece = BytesMut::with_capacity(PIECE);
        Ok((file.read_buf(&mut piece).await? > 0).then(|| (piece.freeze(), Some(file))))
    });
    // The last block is filled up, and two empty ones are the end.
    let tail = size.next_multiple_of(BLOCK as u64) - size + 2 * BLOCK as u64;
    let tail = Bytes::from(vec![0; usize::try_from(tail).unwrap_or_default()]);
    let one = |bytes| stream::once(async { Ok(bytes) });
    Ok(one(Bytes::from(head)).chain(content).chain(one(tail)))
}

/// What stands in front of a file in an archive.
fn header(name: &str, size: u64, mode: u32) -> io::Result<tar::Header> {
    let mut header = tar::Header::new_gnu();
    header.set_path(name)?;
    header.set_size(size);
    header.set_mode(mode);
    header.set_uid(USER);
    header.set_gid(USER);
    header.set_cksum();
    Ok(header)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn an_archive_holds_the_files() {
        let folder = tempfile::tempdir().expect("a folder");
        for size in [0, 1, 511, 512, 513, 600_000] {
            let path = folder.path().join("data");
            let content: Vec<u8> = (0..size).map(|number: u32| number.to_le_bytes()[0]).collect();
            std::fs::write(&path, &content).expect("written");
            let small = BTreeMap::from([("small".to_owned(), "text".to_owned())]);
            let archive = archive(Some(&path), &small).await.expect("an archive");
            let pieces: Vec<Bytes> = archive.try_collect().await.expect("all of it");
            let bytes = pieces.concat();
            assert!(bytes.len().is_multiple_of(512));
            let mut archive = tar::Archive::new(bytes.as_slice());
            let mut entries = archive.entries().expect("entries");
            let first = entries.next().expect("one").expect("a file");
            assert_eq!((first.path().expect("a path").as_ref(), first.size()), (Path::new("small"), 4));
            let mut entry = entries.next().expect("one").expect("a file");
            assert_eq!(entry.path().expect("a path").as_ref(), Path::new(NAME));
            let mut found = Vec::new();
            entry.read_to_end(&mut found).expect("read");
            assert_eq!(found, content);
            assert!(entries.next().is_none());
        }
    }
}
