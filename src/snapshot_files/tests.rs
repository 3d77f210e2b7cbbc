//! Snapshot files are there only when they are whole, and go when nobody names them.

use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;

use super::*;

fn files() -> (TempDir, SnapshotFiles) {
    let folder = tempfile::tempdir().expect("a folder");
    let files = SnapshotFiles::open(&folder.path().join("snapshots")).expect("opened");
    (folder, files)
}

async fn written(files: &SnapshotFiles, pieces: &[&[u8]]) -> Fresh {
    let mut writing = files.begin().await.expect("begun");
    for piece in pieces {
        writing.write(piece).await.expect("written");
    }
    writing.finish().await.expect("finished")
}

fn names(files: &SnapshotFiles) -> BTreeSet<String> {
    list(&files.folder).expect("listed").into_iter().map(|(id, _)| id).collect()
}

#[tokio::test]
async fn what_is_written_is_read_back_and_nobody_elses_business() {
    let (_folder, files) = files();
    let fresh = written(&files, &[b"REDIS", b"", b"0009"]).await;
    let file = fresh.file().clone();
    assert_eq!(file.size, 9);
    let path = files.checked(&file).await.expect("as it was written");
    assert_eq!(fs::read(&path).expect("read"), b"REDIS0009");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);

    fs::write(&path, b"REDIS0008").expect("changed");
    assert!(matches!(files.checked(&file).await, Err(FilesError::Damaged(_))));
    fs::write(&path, b"REDIS").expect("cut off");
    assert!(files.checked(&file).await.expect_err("cut off").is_final());
    fs::remove_file(&path).expect("removed");
    assert!(files.checked(&file).await.expect_err("gone").is_final());
}

#[tokio::test]
async fn what_is_not_finished_leaves_nothing_behind() {
    let (_folder, files) = files();
    let mut writing = files.begin().await.expect("begun");
    writing.write(b"REDIS").await.expect("written");
    assert_eq!(names(&files).len(), 1);
    drop(writing);
    assert_eq!(names(&files), BTreeSet::new());
    let refused: Result<Fresh, FilesError> = files
        .take_in(async |path| {
            fs::write(path, b"half").expect("written");
            Err(FilesError::Damaged("half"))
        })
        .await;
    assert!(refused.is_err());
    assert_eq!(names(&files), BTreeSet::new());
}

#[tokio::test]
async fn a_sweep_takes_what_nobody_knows_and_nothing_else() {
    let (_folder, files) = files();
    let (recorded, unrecorded, lost) =
        (written(&files, &[b"a"]).await, written(&files, &[b"b"]).await, written(&files, &[b"c"]).await);
    let known = BTreeSet::from([recorded.file().id.clone()]);
    let kept = BTreeSet::from([recorded.file().id.clone(), unrecorded.file().id.clone()]);
    drop((recorded, lost));
    // Left by a server that was killed: its own halves, and those of what writes at a place that it was given.
    for end in ["part", "part.unfinished", "part.Xy3z"] {
        let half = place(&files.folder, &uuid::Uuid::new_v4().simple().to_string(), end);
        fs::write(&half, b"half").expect("written");
    }
    let stranger = files.folder.join("notes.txt");
    fs::write(&stranger, b"").expect("written");

    files.sweep(|| known.clone()).await.expect("swept");
    assert_eq!(names(&files), kept);
    assert!(stranger.exists(), "it is not ours");
    drop(unrecorded);
    files.sweep(|| known.clone()).await.expect("swept");
    assert_eq!(names(&files), known);
}

#[tokio::test]
async fn others_may_write_beside_the_place_they_were_given() {
    let (_folder, files) = files();
    let scratch = files.scratch();
    let beside = scratch.path().with_extension("part.unfinished");
    fs::write(&beside, b"half").expect("written");
    files.sweep(BTreeSet::new).await.expect("swept");
    assert!(beside.exists(), "somebody works with it");
    drop(scratch);
    files.sweep(BTreeSet::new).await.expect("swept");
    assert!(!beside.exists());
}

#[tokio::test]
async fn a_copy_outlives_what_it_was_made_of() {
    let (_folder, files) = files();
    let first = written(&files, &[b"REDIS"]).await;
    let copy = files.copy(first.file()).await.expect("copied");
    assert_ne!(copy.file().id, first.file().id);
    drop(first);
    files.sweep(BTreeSet::new).await.expect("swept");
    let path = files.checked(copy.file()).await.expect("whole");
    assert_eq!(fs::read(path).expect("read"), b"REDIS");
}

#[tokio::test]
async fn a_scratch_file_in_common_is_written_once_and_kept_until_nobody_needs_it() {
    let (_folder, files) = files();
    let written = std::sync::atomic::AtomicU32::new(0);
    let take = async |content| {
        let write = async |path| {
            written.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            tokio::task::yield_now().await;
            fs::write(path, content).map_err(FilesError::io("writing"))
        };
        files.common_scratch(content, write).await
    };
    let failed: Result<CommonScratch, FilesError> =
        files.common_scratch("a", async |_| Err(FilesError::Damaged("no"))).await;
    assert!(failed.is_err(), "and the next one tries again");
    let (first, second, other) = tokio::join!(take("a"), take("a"), take("b"));
    let (first, second, other) = (first.expect("written"), second.expect("the same"), other.expect("another"));
    assert_eq!((first.path(), written.load(std::sync::atomic::Ordering::Relaxed)), (second.path(), 2));
    assert_ne!(first.path(), other.path());
    drop(first);
    files.sweep(BTreeSet::new).await.expect("swept");
    assert_eq!(fs::read(second.path()).expect("still there"), b"a");
    drop((second, other));
    assert_eq!(names(&files), BTreeSet::new());
}
