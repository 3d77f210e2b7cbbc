//! Private addresses for engines: each gets one of the loopback network's, so that every engine can have the port that
//! its cache was asked for, and an engine that took the place of another is not mistaken for it by those that knew the
//! other, such as its replicas.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener},
    sync::atomic::{AtomicU32, Ordering},
};

use uuid::Uuid;

/// The addresses that are given out: 127.64.0.0/10.
const NETWORK: u32 = u32::from_be_bytes([127, 64, 0, 0]);
const HOSTS: u32 = (1 << 22) - 1;

/// How many addresses are tried before giving up. When one address has its port taken, all of them have, most likely:
/// somebody listens on that port of every address.
const TRIES: u32 = 8;

/// Gives out addresses, one after the other from where chance has it, so that an instance does not give one out twice
/// before it went round, and two instances hardly ever meet.
#[derive(Debug)]
pub(super) struct Addresses(AtomicU32);

impl Addresses {
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(Uuid::new_v4().as_fields().0))
    }

    /// An address on which nobody listens on `port`.
    pub(super) fn next(&self, port: u16) -> io::Result<SocketAddr> {
        let mut taken = None;
        for _ in 0..TRIES {
            let host = self.0.fetch_add(1, Ordering::Relaxed) & HOSTS;
            let address = SocketAddr::new(IpAddr::V4(Ipv4Addr::from(NETWORK | host)), port);
            match TcpListener::bind(address) {
                Ok(_) => return Ok(address),
                Err(error) => taken = Some(error),
            }
        }
        Err(taken.unwrap_or_else(|| io::ErrorKind::AddrInUse.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_differ_and_are_private() {
        let addresses = Addresses::new();
        let first = addresses.next(4597).expect("an address");
        let second = addresses.next(4597).expect("an address");
        assert_ne!(first, second);
        let IpAddr::V4(ip) = first.ip() else { panic!("{first}") };
        assert!(ip.is_loopback() && (64..128).contains(&ip.octets()[1]), "{ip}");
    }

    #[test]
    fn an_address_in_use_is_passed_over() {
        let addresses = Addresses::new();
        let next = NETWORK | (addresses.0.load(Ordering::Relaxed) & HOSTS);
        let listener = TcpListener::bind((Ipv4Addr::from(next), 0)).expect("a listener");
        let taken = listener.local_addr().expect("its address");
        let given = addresses.next(taken.port()).expect("an address");
        assert_ne!(given, taken);
    }
}
