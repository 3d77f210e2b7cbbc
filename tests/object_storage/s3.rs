//! The S3 of moto.

use std::{fs, sync::Mutex, time::Duration};

use async_trait::async_trait;
use cachette::object_storage::{Limits, ObjectStorageError as Error, UploadLog};
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};

use super::{Desk, LIMIT, bytes, moto::Moto, s3_at, s3_with};

const NO_LIMIT: u64 = u64::MAX;

#[tokio::test]
async fn objects_go_there_and_back() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    // Nothing, a little, as much as fits in one request, and in three.
    for (key, size) in [("none", 0), ("a folder/a+b & \u{e4}.rdb", 1000), ("one", 8 << 20), ("three", (16 << 20) + 5)] {
        let content = bytes(size);
        let from = desk.write("from", &content);
        storage.check_writable("my-bucket", key).await.expect("it can be written");
        storage.put("my-bucket", key, &from, &()).await.expect(key);
        assert_eq!(storage.check_readable("my-bucket", key).await.expect(key), size as u64);
        let to = desk.path("to");
        assert_eq!(storage.fetch("my-bucket", key, &to, size as u64).await.expect(key), size as u64);
        assert!(fs::read(to).expect("a file") == content, "{key} came back as something else");
    }
    let listing = moto.answer("GET", "/my-bucket?list-type=2", "");
    assert_eq!(listing.matches("<Key>").count(), 4, "{listing}");
    let uploads = moto.answer("GET", "/my-bucket?uploads", "");
    assert!(!uploads.contains("<UploadId>"), "checking and writing leaves nothing behind: {uploads}");
    assert_eq!(desk.names(), ["from", "to"]);
}

/// Takes down what was begun, and lets nobody go on.
#[derive(Default)]
struct Stuck {
    begun: Notify,
    id: Mutex<String>,
}

#[async_trait]
impl UploadLog for Stuck {
    async fn begun(&self, key: &str, id: &str) -> Result<(), Error> {
        assert_eq!(key, "key");
        id.clone_into(&mut self.id.lock().expect("the id"));
        self.begun.notify_one();
        std::future::pending().await
    }
}

/// Cannot take anything down.
struct Full;

#[async_trait]
impl UploadLog for Full {
    async fn begun(&self, _key: &str, _id: &str) -> Result<(), Error> {
        Err(Error::Failed("the disk is full".to_owned()))
    }
}

#[tokio::test]
async fn what_was_begun_in_vain_is_abandoned() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    let from = desk.write("from", &bytes((8 << 20) + 1));
    let uploads = || moto.answer("GET", "/my-bucket?uploads", "").matches("<UploadId>").count();

    let stuck = Stuck::default();
    tokio::select! {
        done = storage.put("my-bucket", "key", &from, &stuck) => panic!("{done:?}"),
        () = stuck.begun.notified() => assert_eq!(uploads(), 1),
    }
    let ended = async {
        while uploads() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LIMIT, ended).await.expect("nobody waits for it any more, so it is abandoned");

    let refused = storage.put("my-bucket", "key", &from, &Full).await;
    assert!(matches!(refused, Err(Error::Failed(reason)) if reason.contains("disk is full")));
    assert_eq!(uploads(), 0);
    // It is over, which is all that is wanted.
    let id = stuck.id.lock().expect("the id").clone();
    storage.abandon("my-bucket", "key", &id).await.expect("it is over");
}

#[tokio::test]
async fn an_upload_of_an_earlier_server_can_be_ended() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    let from = desk.write("from", &bytes((8 << 20) + 1));
    let begun = moto.answer("POST", "/my-bucket/key?uploads=", "");
    let id = begun.split("<UploadId>").nth(1).and_then(|rest| rest.split('<').next()).expect("an id");
    storage.abandon("my-bucket", "key", id).await.expect("it is there");
    assert!(!moto.answer("GET", "/my-bucket?uploads", "").contains("<UploadId>"));
    storage.put("my-bucket", "key", &from, &()).await.expect("it is new");
    assert!(matches!(storage.abandon("no-bucket", "key", id).await, Err(Error::NoSuchBucket) | Ok(())));
}

#[tokio::test]
async fn an_object_that_is_there_is_not_replaced() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    storage.put("my-bucket", "key", &desk.write("first", b"first"), &()).await.expect("it is new");
    let second = desk.write("second", b"second");
    assert!(matches!(storage.put("my-bucket", "key", &second, &()).await, Err(Error::AlreadyExists)));
    assert!(matches!(storage.check_writable("my-bucket", "key").await, Err(Error::AlreadyExists)));
    storage.fetch("my-bucket", "key", &desk.path("to"), NO_LIMIT).await.expect("it is there");
    assert_eq!(fs::read(desk.path("to")).expect("a file"), b"first");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    let (from, to) = (desk.write("from", b"x"), desk.path("to"));
    assert!(matches!(storage.check_readable("my-bucket", "key").await, Err(Error::NoSuchKey)));
    assert!(matches!(storage.fetch("my-bucket", "key", &to, NO_LIMIT).await, Err(Error::NoSuchKey)));
    assert!(matches!(storage.check_readable("no-bucket", "key").await, Err(Error::NoSuchBucket)));
    assert!(matches!(storage.fetch("no-bucket", "key", &to, NO_LIMIT).await, Err(Error::NoSuchBucket)));
    assert!(matches!(storage.check_writable("no-bucket", "key").await, Err(Error::NoSuchBucket)));
    assert!(matches!(storage.put("no-bucket", "key", &from, &()).await, Err(Error::NoSuchBucket)));
    assert!(matches!(storage.put("my-bucket", "key", &desk.path("gone"), &()).await, Err(Error::LocalFile(_))));
    assert_eq!(desk.names(), ["from"]);
}

#[tokio::test]
async fn an_object_that_is_too_large_leaves_no_file() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    storage.put("my-bucket", "key", &desk.write("from", b"12345"), &()).await.expect("it is new");
    let fetched = storage.fetch("my-bucket", "key", &desk.path("to"), 4).await;
    assert!(matches!(fetched, Err(Error::TooLarge { limit: 4 })));
    assert_eq!(desk.names(), ["from"]);
}

#[tokio::test]
async fn a_policy_of_the_bucket_is_heard() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let storage = s3_at(&moto.url(), Limits::default());
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::my-bucket/*"}]}"#;
    storage.put("my-bucket", "key", &desk.write("from", b"12345"), &()).await.expect("it is allowed");
    assert!(moto.ask("PUT", "/my-bucket?policy", policy) < 300);
    assert!(matches!(storage.fetch("my-bucket", "key", &desk.path("to"), NO_LIMIT).await, Err(Error::Forbidden)));
}

#[tokio::test]
async fn requests_are_signed() {
    let (moto, desk) = (Moto::start(), Desk::new());
    let from = desk.write("from", b"12345");
    let stranger = s3_with(&moto.url(), &[("AWS_SECRET_ACCESS_KEY", "another")]);
    assert!(matches!(stranger.put("my-bucket", "key", &from, &()).await, Err(Error::Forbidden)));
    let guest = s3_with(&moto.url(), &[("AWS_SESSION_TOKEN", "a/token+="), ("AWS_REGION", "us-east-1")]);
    guest.put("my-bucket", "key", &from, &()).await.expect("the token is signed too");
}
