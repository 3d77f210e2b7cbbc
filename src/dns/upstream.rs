//! Passes questions on to another DNS server, as they came, and its answers back.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    time::Duration,
};

use hickory_server::{net::xfer::Protocol, proto::op::Message, server::Request};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
    sync::Semaphore,
    time,
};

/// How long the other server may take. Clients ask again after five seconds.
const PATIENCE: Duration = Duration::from_secs(4);

/// How many questions may be passed on at a time: each has a socket of its own until it is answered.
const AT_A_TIME: usize = 256;

/// The places for those.
static PLACES: Semaphore = Semaphore::const_new(AT_A_TIME);

/// Where the system keeps its own DNS servers.
const SYSTEM: &str = "/etc/resolv.conf";

/// The port of DNS.
const PORT: u16 = 53;

/// Another DNS server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upstream(SocketAddr);

/// The system has no other DNS server.
#[derive(Debug, thiserror::Error)]
#[error("--dns-upstream auto: {SYSTEM} names no other DNS server; name one")]
pub struct NoUpstream;

impl FromStr for Upstream {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let address = text.parse::<SocketAddr>();
        let address = address.or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, PORT)));
        address
            .map(Self)
            .map_err(|_| "write `auto`, or an address with or without a port, such as 192.0.2.53".to_owned())
    }
}

impl Upstream {
    /// The server that this machine asks itself, unless that is `own`.
    ///
    /// # Errors
    /// When there is none.
    pub fn of_system(own: SocketAddr) -> Result<Self, NoUpstream> {
        let text = fs::read_to_string(SYSTEM).unwrap_or_default();
        first_of(&text, own).ok_or(NoUpstream)
    }

    /// Whether it is the server that listens at `own`: it would ask itself, and go on doing so. At every address means at
    /// the loopback ones too; which others are this machine's is not looked up.
    #[must_use]
    pub fn is(self, own: SocketAddr) -> bool {
        let (ours, theirs) = (own.ip().to_canonical(), self.0.ip().to_canonical());
        own.port() == self.0.port() && (ours == theirs || ours.is_unspecified() && theirs.is_loopback())
    }

    /// Asks what was asked here. It is an error when too many questions wait already.
    pub(super) async fn ask(self, request: &Request) -> io::Result<Message> {
        let _place = PLACES.try_acquire().map_err(io::Error::other)?;
        let asked = async {
            match request.protocol() {
                Protocol::Udp => self.by_udp(request.as_slice()).await,
                _ => self.by_tcp(request.as_slice()).await,
            }
        };
        let bytes = time::timeout(PATIENCE, asked).await.map_err(io::Error::from)??;
        Message::from_vec(&bytes).map_err(io::Error::other)
    }

    async fn by_udp(self, question: &[u8]) -> io::Result<Vec<u8>> {
        let any: IpAddr = if self.0.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
        // A port of its own for each question: whoever wants to forge an answer has to guess it.
        let socket = UdpSocket::bind((any, 0)).await?;
        socket.connect(self.0).await?;
        socket.send(question).await?;
        let mut answer = vec![0; usize::from(u16::MAX)];
        loop {
            let length = socket.recv(&mut answer).await?;
            if answer[..length].get(..2) == question.get(..2) {
                answer.truncate(length);
                return Ok(answer);
            }
        }
    }

    async fn by_tcp(self, question: &[u8]) -> io::Result<Vec<u8>> {
        let length = u16::try_from(question.len()).map_err(io::Error::other)?;
        let mut stream = TcpStream::connect(self.0).await?;
        stream.write_all(&[&length.to_be_bytes(), question].concat()).await?;
        let mut answer = vec![0; usize::from(stream.read_u16().await?)];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }
}

/// The first server of a `resolv.conf` that is not `own`.
fn first_of(text: &str, own: SocketAddr) -> Option<Upstream> {
    let servers = text.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().filter(|word| *word == "nameserver").and(words.next())?.parse().ok()
    });
    servers.map(|server| Upstream(SocketAddr::new(server, PORT))).find(|upstream| !upstream.is(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_s_server_is_found_and_is_never_this_one() {
        let text = "# mine\nsearch example.com\nnameserver 127.0.0.1\nnameserver 192.0.2.53 # theirs\n";
        let first = |own: &str| first_of(text, own.parse().expect("an address")).map(|upstream| upstream.0.to_string());
        assert_eq!(first("127.0.0.1:5353").as_deref(), Some("127.0.0.1:53"));
        assert_eq!(first("127.0.0.1:53").as_deref(), Some("192.0.2.53:53"));
        assert_eq!(first("0.0.0.0:53").as_deref(), Some("192.0.2.53:53"));
        assert_eq!(first("[::]:53").as_deref(), Some("192.0.2.53:53"));
        assert_eq!(first_of("options edns0\n", "127.0.0.1:53".parse().expect("an address")), None);
    }

    #[test]
    fn a_server_is_named_with_or_without_its_port() {
        let read = |text: &str| text.parse::<Upstream>().map(|upstream| upstream.0.to_string());
        assert_eq!(read("192.0.2.53").as_deref(), Ok("192.0.2.53:53"));
        assert_eq!(read("[2001:db8::1]:5353").as_deref(), Ok("[2001:db8::1]:5353"));
        assert!(read("dns.example.com").is_err());
    }
}
