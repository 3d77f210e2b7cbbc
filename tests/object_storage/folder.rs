//! The folder that stands in for S3.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use cachette::object_storage::{Limits, ObjectStorage, ObjectStorageError as Error, Settings};
use tempfile::TempDir;

use super::{Desk, bytes, names};

/// A folder with one bucket, `my-bucket`.
fn buckets() -> (TempDir, ObjectStorage) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("my-bucket")).expect("a bucket");
    let storage = at(folder.path());
    (folder, storage)
}

fn at(folder: &Path) -> ObjectStorage {
    ObjectStorage::new(Settings::Folder(folder.to_owned()), Limits::default())
}

#[tokio::test]
async fn objects_go_there_and_back() {
    let ((folder, storage), desk) = (buckets(), Desk::new());
    for (key, size) in [("none", 0), ("a folder/below/a+b \u{e4}.rdb", 100_000)] {
        let content = bytes(size);
        let from = desk.write("from", &content);
        storage.check_writable("my-bucket", key).await.expect("it can be written");
        storage.put("my-bucket", key, &from, &()).await.expect(key);
        assert_eq!(fs::read(folder.path().join("my-bucket").join(key)).expect("an object"), content);
        assert_eq!(storage.check_readable("my-bucket", key).await.expect(key), size as u64);
        let to = desk.path("to");
        assert_eq!(storage.fetch("my-bucket", key, &to, size as u64).await.expect(key), size as u64);
        assert_eq!(fs::read(&to).expect("a file"), content);
        assert_eq!(fs::metadata(to).expect("a file").permissions().mode() & 0o077, 0, "it is for nobody else");
    }
    assert_eq!(names(&folder.path().join("my-bucket")), ["a folder", "none"]);
    assert_eq!(names(&folder.path().join("my-bucket/a folder/below")).len(), 1);
    assert_eq!(desk.names(), ["from", "to"]);
}

#[tokio::test]
async fn an_object_that_is_there_is_not_replaced() {
    let ((folder, storage), desk) = (buckets(), Desk::new());
    storage.put("my-bucket", "key", &desk.write("first", b"first"), &()).await.expect("it is new");
    let second = desk.write("second", b"second");
    assert!(matches!(storage.put("my-bucket", "key", &second, &()).await, Err(Error::AlreadyExists)));
    assert!(matches!(storage.check_writable("my-bucket", "key").await, Err(Error::AlreadyExists)));
    let bucket = folder.path().join("my-bucket");
    assert_eq!(fs::read(bucket.join("key")).expect("an object"), b"first");
    assert_eq!(names(&bucket), ["key"]);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let ((folder, storage), desk) = (buckets(), Desk::new());
    let (from, to) = (desk.write("from", b"12345"), desk.path("to"));
    fs::create_dir(folder.path().join("my-bucket/folder")).expect("a folder");
    fs::write(folder.path().join("a-file"), b"").expect("a file");
    for key in ["key", "folder", "no/key", "folder/key"] {
        assert!(matches!(storage.check_readable("my-bucket", key).await, Err(Error::NoSuchKey)), "{key}");
        assert!(matches!(storage.fetch("my-bucket", key, &to, 9).await, Err(Error::NoSuchKey)), "{key}");
    }
    for bucket in ["no-bucket", "a-file", "..", "my-bucket/folder", ""] {
        assert!(matches!(storage.check_readable(bucket, "key").await, Err(Error::NoSuchBucket)), "{bucket}");
        assert!(matches!(storage.put(bucket, "key", &from, &()).await, Err(Error::NoSuchBucket)), "{bucket}");
    }
    storage.put("my-bucket", "folder/key", &from, &()).await.expect("it is new");
    assert!(matches!(storage.fetch("my-bucket", "folder/key", &to, 4).await, Err(Error::TooLarge { limit: 4 })));
    assert!(matches!(storage.put("my-bucket", "folder/key/below", &from, &()).await, Err(Error::Failed(_))));
    assert_eq!(desk.names(), ["from"]);
}

#[tokio::test]
async fn nothing_outside_of_a_bucket_can_be_named() {
    let ((folder, storage), desk) = (buckets(), Desk::new());
    let (from, to) = (desk.write("secret", b"x"), desk.path("to"));
    let bucket = folder.path().join("my-bucket");
    fs::create_dir(folder.path().join("my-other")).expect("a bucket");
    fs::write(folder.path().join("my-other/key"), b"x").expect("an object");
    symlink(desk.path("secret"), bucket.join("link")).expect("a link");
    symlink(desk.path(""), bucket.join("linked")).expect("a link");
    symlink(desk.path(""), folder.path().join("linked")).expect("a link");
    let absolute = desk.path("secret").into_os_string().into_string().expect("a path");
    for key in ["../my-other/key", "a/../../my-other/key", "link", "linked/secret", absolute.as_str(), "./link", ""] {
        assert!(matches!(storage.fetch("my-bucket", key, &to, 9).await, Err(Error::NoSuchKey)), "{key}");
    }
    assert!(matches!(storage.fetch("linked", "secret", &to, 9).await, Err(Error::NoSuchBucket)));
    for key in ["../my-other/new", "linked/new", "/new", "a/./new"] {
        let put = storage.put("my-bucket", key, &from, &()).await;
        assert!(matches!(put, Err(Error::Failed(_))), "{key}: {put:?}");
        assert!(storage.check_writable("my-bucket", key).await.is_err(), "{key}");
    }
    assert!(matches!(storage.put("my-bucket", "link", &from, &()).await, Err(Error::AlreadyExists)));
    assert_eq!(
        (desk.names(), names(&folder.path().join("my-other"))),
        (vec!["secret".to_owned()], vec!["key".to_owned()])
    );
}

#[tokio::test]
async fn a_pipe_is_no_object_and_holds_nobody_up() {
    let ((folder, storage), desk) = (buckets(), Desk::new());
    let pipe = folder.path().join("my-bucket/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    assert!(matches!(storage.fetch("my-bucket", "pipe", &desk.path("to"), 9).await, Err(Error::NoSuchKey)));
}

#[tokio::test]
async fn without_settings_there_is_nothing() {
    let (storage, desk) = (ObjectStorage::none(), Desk::new());
    assert!(matches!(storage.check_readable("my-bucket", "key").await, Err(Error::NotConfigured)));
    assert!(matches!(storage.check_writable("my-bucket", "key").await, Err(Error::NotConfigured)));
    assert!(matches!(storage.fetch("my-bucket", "key", &desk.path("to"), 9).await, Err(Error::NotConfigured)));
    let put = storage.put("my-bucket", "key", &desk.path("from"), &()).await.expect_err("there is nowhere");
    assert!(put.to_string().contains("--s3-dir"), "{put}");
}
