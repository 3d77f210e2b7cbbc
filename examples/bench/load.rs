//! The load: requests over connections that are kept alive, each connection asking again as soon as it was answered.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use futures_util::future::try_join_all;
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::Error;

/// How many connections ask at the same time.
pub const CONNECTIONS: usize = 16;

/// What a load saw.
pub struct Seen {
    /// Answers a second.
    pub rate: f64,
    /// The time within which 99 of 100 answers came.
    pub p99: Duration,
}

/// Asks for `duration` over [`CONNECTIONS`] connections. `next` makes each request. The connections are opened, and each
/// used once, before the clock starts.
pub async fn run(address: SocketAddr, duration: Duration, next: impl Fn() -> Vec<u8>) -> Result<Seen, Error> {
    let mut connections = try_join_all((0..CONNECTIONS).map(|_| Connection::open(address))).await?;
    for connection in &mut connections {
        connection.ask(&next()).await?;
    }
    let start = Instant::now();
    let next = &next;
    let all = connections.into_iter().map(|mut connection| async move {
        let mut taken = Vec::new();
        while start.elapsed() < duration {
            let request = next();
            let asked = Instant::now();
            connection.ask(&request).await?;
            taken.push(asked.elapsed());
        }
        Ok::<_, Error>(taken)
    });
    let mut taken = try_join_all(all).await?.concat();
    let elapsed = start.elapsed();
    taken.sort_unstable();
    let p99 = taken.get(taken.len() * 99 / 100).copied().unwrap_or_default();
    let answers = u32::try_from(taken.len())?;
    Ok(Seen { rate: f64::from(answers) / elapsed.as_secs_f64(), p99 })
}

/// A connection to an HTTP server.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Result<Self, Error> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(512 << 10) })
    }

    /// Sends a request and answers the body of the response. Any status but 200 is an error.
    pub async fn ask(&mut self, request: &[u8]) -> Result<&[u8], Error> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut whole = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server closed the connection".into());
            }
            if whole.is_none() {
                whole = self.extent()?;
            }
            if let Some((start, end)) = whole.filter(|(_, end)| self.buffer.len() >= *end) {
                if !self.buffer.starts_with(b"HTTP/1.1 200") {
                    return Err(String::from_utf8_lossy(&self.buffer).into_owned().into());
                }
                return Ok(&self.buffer[start..end]);
            }
        }
    }

    /// Where the body starts and ends, once the headers are there.
    fn extent(&self) -> Result<Option<(usize, usize)>, Error> {
        let Some(start) = memmem::find(&self.buffer, b"\r\n\r\n").map(|end| end + 4) else { return Ok(None) };
        let headers = std::str::from_utf8(&self.buffer[..start])?;
        let length = headers.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.ok_or("the answer has no content-length")?.parse()?;
        Ok(Some((start, start + length)))
    }
}

/// A request to the API, with the headers that an AWS SDK sends.
pub fn api_request(address: SocketAddr, form: &str) -> Vec<u8> {
    format!(
        "POST / HTTP/1.1\r\n\
         host: {address}\r\n\
         content-type: application/x-www-form-urlencoded; charset=utf-8\r\n\
         user-agent: aws-sdk-rust/1.3.9 os/linux lang/rust/1.90.0\r\n\
         x-amz-date: 20260101T000000Z\r\n\
         authorization: AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/elasticache/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=0000000000000000000000000000000000000000000000000000000000000000\r\n\
         amz-sdk-request: attempt=1; max=3\r\n\
         content-length: {length}\r\n\r\n\
         Version=2015-02-02&{form}",
        length = "Version=2015-02-02&".len() + form.len()
    )
    .into_bytes()
}

/// A request to the server's own affairs.
pub fn get(address: SocketAddr, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").into_bytes()
}
