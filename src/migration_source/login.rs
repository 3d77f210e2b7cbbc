//! Logs in to an engine before anybody else says anything on the connection.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{ConnectError, SourceStream};
use crate::secrets_manager::SourceLogin;

/// The longest answer to a login.
const LONGEST_LINE: usize = 512;

/// Says who we are, and reads no more than the answer to that.
pub(super) async fn log_in(stream: &mut SourceStream, login: &SourceLogin) -> Result<(), ConnectError> {
    stream.write_all(&request(login)).await?;
    stream.flush().await?;
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        if line.len() >= LONGEST_LINE {
            return Err(ConnectError::Refused("what answers there is no redis or valkey".to_owned()));
        }
        line.push(stream.read_u8().await.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ConnectError::Silent("the connection was closed".to_owned()),
            _ => error.into(),
        })?);
    }
    match line.first() {
        Some(b'+') => Ok(()),
        // The code alone: what follows may repeat the name.
        Some(b'-') => {
            let code = line[1..].split(|byte| !byte.is_ascii_uppercase()).next().unwrap_or_default();
            let code = String::from_utf8_lossy(code);
            match code.as_ref() {
                "LOADING" | "BUSY" => Err(ConnectError::Silent(format!("it answers {code}"))),
                _ => Err(ConnectError::Refused(format!("it does not take the login: {code}"))),
            }
        }
        _ => Err(ConnectError::Refused("what answers there is no redis or valkey".to_owned())),
    }
}

fn request(login: &SourceLogin) -> Vec<u8> {
    let words: Vec<&str> =
        ["AUTH"].into_iter().chain(login.username.as_deref()).chain([login.password.as_str()]).collect();
    let mut request = format!("*{}\r\n", words.len());
    for word in words {
        request.extend(["$", &word.len().to_string(), "\r\n", word, "\r\n"]);
    }
    request.into_bytes()
}

#[cfg(test)]
mod tests {
    use tokio::io::duplex;

    use super::*;

    async fn answered(answer: &[u8]) -> (Result<(), ConnectError>, Vec<u8>) {
        let (ours, mut theirs) = duplex(1024);
        theirs.write_all(answer).await.expect("written");
        let mut stream: SourceStream = Box::new(ours);
        let login = SourceLogin { username: Some("u".into()), password: "hush".into() };
        let outcome = log_in(&mut stream, &login).await;
        drop(stream);
        let mut said = Vec::new();
        theirs.read_to_end(&mut said).await.expect("read");
        (outcome, said)
    }

    #[tokio::test]
    async fn it_reads_no_more_than_the_answer() {
        let (outcome, said) = answered(b"+OK\r\n").await;
        assert!(outcome.is_ok());
        assert_eq!(said, b"*3\r\n$4\r\nAUTH\r\n$1\r\nu\r\n$4\r\nhush\r\n");
    }

    #[tokio::test]
    async fn a_refusal_tells_no_more_than_its_code() {
        for (answer, is_passing) in [
            (&b"-WRONGPASS invalid username-password pair or user hush is disabled.\r\n"[..], false),
            (b"-LOADING hush\r\n", true),
            (b"HTTP/1.1 400 hush\r\n", false),
        ] {
            let error = answered(answer).await.0.expect_err("a refusal");
            assert_eq!(error.is_passing(), is_passing);
            assert!(!error.to_string().contains("hush"), "{error}");
        }
    }
}
