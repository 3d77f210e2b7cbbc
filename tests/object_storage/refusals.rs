//! What servers do that do not do what they should.

use std::time::{Duration, Instant};

use cachette::object_storage::{Limits, ObjectStorageError as Error};
use tokio::net::TcpListener;

use super::{
    Desk, LIMIT, bytes,
    canned::{Canned, answer, refusal},
    s3_at,
};

const SHORT: Limits = Limits { connect: Duration::from_millis(300), idle: Duration::from_millis(300) };

/// Refuses everything that is there, and what is not.
fn missing() -> String {
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned()
}

#[tokio::test]
async fn silence_ends_everything() {
    let (server, desk) = (Canned::start([]).await, Desk::new());
    let storage = s3_at(server.url(), SHORT);
    let (from, start) = (desk.write("from", b"x"), Instant::now());
    assert!(matches!(storage.check_readable("my-bucket", "key").await, Err(Error::TimedOut)));
    assert!(matches!(storage.check_writable("my-bucket", "key").await, Err(Error::TimedOut)));
    assert!(matches!(storage.fetch("my-bucket", "key", &desk.path("to"), 10).await, Err(Error::TimedOut)));
    assert!(matches!(storage.put("my-bucket", "key", &from, &()).await, Err(Error::TimedOut)));
    assert!(start.elapsed() < LIMIT, "{:?}", start.elapsed());
    assert_eq!(server.heads().len(), 4, "nothing is sent twice that may have been heard");
    assert_eq!(desk.names(), ["from"]);
}

#[tokio::test]
async fn silence_in_the_middle_ends_a_transfer() {
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_owned();
    let (server, desk) = (Canned::start([half]).await, Desk::new());
    let fetched = s3_at(server.url(), SHORT).fetch("my-bucket", "key", &desk.path("to"), 1000).await;
    assert!(matches!(fetched, Err(Error::TimedOut)), "{fetched:?}");
    assert!(desk.names().is_empty(), "half a file is none");
}

#[tokio::test]
async fn an_object_without_a_length_is_measured_on_the_way() {
    let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n";
    let (server, desk) = (Canned::start([chunks.to_owned(), chunks.to_owned()]).await, Desk::new());
    let storage = s3_at(server.url(), Limits::default());
    let fetched = storage.fetch("my-bucket", "key", &desk.path("to"), 5).await;
    assert!(matches!(fetched, Err(Error::TooLarge { limit: 5 })), "{fetched:?}");
    assert!(desk.names().is_empty());
    assert_eq!(storage.fetch("my-bucket", "key", &desk.path("to"), 6).await.expect("it fits"), 6);
}

#[tokio::test]
async fn refusals_are_named() {
    let headers = "x-amz-bucket-region: eu-west-1\r\n";
    let server = Canned::start([
        refusal("403 Forbidden", "AccessDenied"),
        refusal("403 Forbidden", "SignatureDoesNotMatch"),
        answer("301 Moved Permanently", headers, ""),
        refusal("400 Bad Request", "AuthorizationHeaderMalformed"),
        refusal("400 Bad Request", "Odd"),
    ])
    .await;
    let (storage, desk) = (s3_at(server.url(), Limits::default()), Desk::new());
    let to = desk.path("to");
    assert!(matches!(storage.fetch("my-bucket", "key", &to, 9).await, Err(Error::Forbidden)));
    assert!(matches!(storage.fetch("my-bucket", "key", &to, 9).await, Err(Error::Forbidden)));
    assert!(matches!(storage.fetch("my-bucket", "key", &to, 9).await, Err(Error::OtherRegion)));
    assert!(matches!(storage.fetch("my-bucket", "key", &to, 9).await, Err(Error::OtherRegion)));
    let odd = storage.fetch("my-bucket", "key", &to, 9).await.expect_err("it is refused").to_string();
    assert_eq!(odd, "object storage failed: status 400 Bad Request Odd no");
}

#[tokio::test]
async fn a_busy_server_is_asked_again() {
    let busy = || refusal("503 Service Unavailable", "SlowDown");
    let (server, desk) = (Canned::start([busy(), busy(), answer("200 OK", "", "data")]).await, Desk::new());
    let storage = s3_at(server.url(), Limits::default());
    assert_eq!(storage.fetch("my-bucket", "key", &desk.path("to"), 9).await.expect("the third answer"), 4);
    let server = Canned::start([busy(), busy(), busy(), answer("200 OK", "", "data")]).await;
    let fetched = s3_at(server.url(), Limits::default()).fetch("my-bucket", "key", &desk.path("to"), 9).await;
    assert!(matches!(fetched, Err(Error::Failed(_))), "{fetched:?}");
}

#[tokio::test]
async fn nobody_there_is_a_failure_and_not_a_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let error = s3_at(&url, Limits::default()).check_readable("my-bucket", "key").await.expect_err("nobody is there");
    assert!(matches!(error, Error::Failed(_)), "{error:?}");
    assert!(error.to_string().contains("refused") && !error.to_string().contains("secret"), "{error}");
}

#[tokio::test]
async fn whoever_was_faster_is_not_overwritten() {
    let precondition = || refusal("412 Precondition Failed", "PreconditionFailed");
    let bucket = || answer("200 OK", "", "");
    let (server, desk) = (Canned::start([missing(), bucket(), precondition()]).await, Desk::new());
    let storage = s3_at(server.url(), Limits::default());
    let put = storage.put("my-bucket", "key", &desk.write("from", b"x"), &()).await;
    assert!(matches!(put, Err(Error::AlreadyExists)), "{put:?}");
    let heads = server.heads();
    assert!(heads[2].starts_with("put /my-bucket/key ") && heads[2].contains("if-none-match: *"), "{}", heads[2]);
    assert!(heads.iter().all(|head| head.contains("authorization: aws4-hmac-sha256") && !head.contains("secret,")));
}

#[tokio::test]
async fn a_failure_that_comes_late_counts_and_the_upload_is_given_up() {
    let server = Canned::start([
        missing(),
        answer("200 OK", "", ""),
        answer("200 OK", "", "<Result><UploadId>a/b+c</UploadId></Result>"),
        answer("200 OK", "ETag: \"1\"\r\n", ""),
        answer("200 OK", "ETag: \"2\"\r\n", ""),
        refusal("200 OK", "InternalError"),
        answer("204 No Content", "", ""),
    ])
    .await;
    let (storage, desk) = (s3_at(server.url(), Limits::default()), Desk::new());
    let put = storage.put("my-bucket", "key", &desk.write("from", &bytes((8 << 20) + 1)), &()).await;
    assert!(matches!(&put, Err(Error::Failed(text)) if text.contains("InternalError")), "{put:?}");
    let heads = server.heads();
    assert!(heads[6].starts_with("delete /my-bucket/key?uploadid=a%2fb%2bc "), "{}", heads[6]);
}
