//! Data that an engine is to find at its start. They go into the container before it is started, in an archive that is
//! made while it is sent.

use std::{io, path::Path, time::Duration};

use bollard::{body_try_stream, query_parameters::UploadToContainerOptions};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt, stream};
use tokio::{fs::File, io::AsyncReadExt};

use super::{Shared, failed};
use crate::backend::BackendError;

/// Where the images' engines keep their data, which is their working directory.
const FOLDER: &str = "/data";

/// What the engine reads at its start.
const NAME: &str = "dump.rdb";

/// The user of the official images' engines. An image of another kind may have another one, so everybody in the container
/// may read the file.
const USER: u64 = 999;

/// What archives are made of, in bytes.
const BLOCK: u64 = 512;

/// How much is read at a time, in bytes.
const PIECE: usize = 256 << 10;

/// How long the daemon may take to write the data.
const PATIENCE: Duration = Duration::from_mins(15);

impl Shared {
    /// Puts the file `data` where the engine of a container that was not started yet looks for it.
    pub(super) async fn put_data(&self, name: &str, data: &Path) -> Result<(), BackendError> {
        let archive = archive(data).await.map_err(|error| BackendError::Failed {
            action: "reading the data for a container".into(),
            reason: error.to_string(),
        })?;
        let options = UploadToContainerOptions { path: FOLDER.to_owned(), ..Default::default() };
        let docker = self.docker.clone().with_timeout(PATIENCE);
        let uploaded = docker.upload_to_container(name, Some(options), body_try_stream(archive)).await;
        uploaded.map_err(|error| failed("putting data into a container", &error))
    }
}

/// An archive with the file `data` in it, piece by piece.
async fn archive(data: &Path) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
    let file = File::open(data).await?;
    let size = file.metadata().await?.len();
    let mut header = tar::Header::new_gnu();
    header.set_path(NAME)?;
    header.set_size(size);
    header.set_mode(0o644);
    header.set_uid(USER);
    header.set_gid(USER);
    header.set_cksum();
    // Just as much as was announced, should the file have grown since.
    let content = stream::try_unfold(file.take(size), async |mut file| {
        let mut piece = BytesMut::with_capacity(PIECE);
        Ok((file.read_buf(&mut piece).await? > 0).then(|| (piece.freeze(), file)))
    });
    let head = Bytes::copy_from_slice(header.as_bytes());
    // The last block is filled up, and two empty ones are the end.
    let tail = size.next_multiple_of(BLOCK) - size + 2 * BLOCK;
    let tail = Bytes::from(vec![0; usize::try_from(tail).unwrap_or_default()]);
    Ok(stream::once(async { Ok(head) }).chain(content).chain(stream::once(async { Ok(tail) })))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use futures_util::TryStreamExt;

    use super::*;

    #[tokio::test]
    async fn an_archive_holds_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        for size in [0, 1, 511, 512, 513, 600_000] {
            let path = folder.path().join("data");
            let content: Vec<u8> = (0..size).map(|number: u32| number.to_le_bytes()[0]).collect();
            std::fs::write(&path, &content).expect("written");
            let pieces: Vec<Bytes> = archive(&path).await.expect("an archive").try_collect().await.expect("all of it");
            let bytes = pieces.concat();
            assert!(bytes.len().is_multiple_of(512));
            let mut archive = tar::Archive::new(bytes.as_slice());
            let mut entries = archive.entries().expect("entries");
            let mut entry = entries.next().expect("one").expect("a file");
            assert_eq!(entry.path().expect("a path").as_ref(), Path::new(NAME));
            let mut found = Vec::new();
            entry.read_to_end(&mut found).expect("read");
            assert_eq!(found, content);
            assert!(entries.next().is_none());
        }
    }
}
