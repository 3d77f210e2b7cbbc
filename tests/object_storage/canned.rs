//! A server that answers what it is told, once for each connection.

use std::sync::{Arc, Mutex};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// A server that ends with the test.
pub struct Canned {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
    _connections: JoinSet<()>,
}

impl Canned {
    /// Gives each connection, in turn, one of these answers, and keeps it open; to those that come later it says nothing.
    pub async fn start(answers: impl IntoIterator<Item = String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heads = Arc::new(Mutex::new(Vec::new()));
        let mut connections = JoinSet::new();
        let mut answers: Vec<_> = answers.into_iter().collect();
        answers.reverse();
        let seen = Arc::clone(&heads);
        connections.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(serve(stream, answers.pop(), Arc::clone(&seen)));
            }
        });
        Self { url, heads, _connections: connections }
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was asked so far: the heads of all requests.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("a lock").clone()
    }
}

async fn serve(mut stream: TcpStream, answer: Option<String>, heads: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    heads.lock().expect("a lock").push(String::from_utf8_lossy(&head).to_lowercase());
    if let Some(answer) = answer {
        let _ = stream.write_all(answer.as_bytes()).await;
    }
    // Whatever else is sent, until the client goes.
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}

/// An answer with a body.
pub fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len())
}

/// What S3 says when it refuses.
pub fn refusal(status: &str, code: &str) -> String {
    answer(status, "", &format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>no</Message></Error>"))
}
