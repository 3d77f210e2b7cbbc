//! Keys of every kind, in every form in which engines keep them.

use sha2::{Digest, Sha256};

use crate::{Keys, server::Server};

/// What is compared of a key.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyState {
    /// What the engine makes of the value: its serialized form, or a digest where that has no order.
    value: Vec<u8>,
    /// In Unix milliseconds; -1 for never.
    pub expires_at: i64,
}

/// Bytes that look random and are the same every time.
struct Random(u64);

impl Random {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        while bytes.len() < length {
            self.0 += 1;
            bytes.extend_from_slice(&Sha256::digest(self.0.to_be_bytes()));
        }
        bytes.truncate(length);
        bytes
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(u16::from_be_bytes(self.bytes(2).try_into().expect("two bytes"))) % limit
    }

    /// A text that engines store as a number, as it is, or compressed.
    fn text(&mut self) -> Vec<u8> {
        match self.below(6) {
            0 => (self.below(200)).to_string().into(),
            1 => format!("-{}", self.below(60_000) * 1_000).into(),
            2 => vec![b'z'; self.below(300)],
            3 => [b"the same again ".repeat(self.below(40)), self.bytes(8)].concat(),
            4 => {
                let length = self.below(20_000);
                self.bytes(length)
            }
            _ => {
                let length = self.below(60);
                self.bytes(length)
            }
        }
    }
}

/// Fills three databases of `server`, and loads two libraries: `both`, and one named `prefix`.
pub fn write(server: &mut Server, prefix: &str) {
    let mut random = Random(u64::from(prefix.as_bytes()[0]) << 32);
    for library in ["both", prefix] {
        let code = format!(
            "#!lua name={library}\n-- {}\nredis.register_function('{library}', function() return 1 end)",
            "as long as it takes to be compressed ".repeat(10)
        );
        server.run(&["FUNCTION", "LOAD", &code]);
    }
    for (database, keys) in [(0, 400), (3, 40), (100, 20)] {
        server.run(&["SELECT", &database.to_string()]);
        for number in 0..keys {
            let key = name(&mut random, prefix, number);
            write_key(server, &mut random, &key, number % 7);
            if random.below(3) == 0 {
                let seconds = (100_000 + random.below(60_000)).to_string();
                server.run(&[&b"EXPIRE"[..], &key, seconds.as_bytes()]);
            }
        }
    }
}

/// The name of a key: plain, with a tag, a number, or long enough to be compressed.
fn name(random: &mut Random, prefix: &str, number: usize) -> Vec<u8> {
    match random.below(5) {
        0 => format!("{}{number}", prefix.as_bytes()[0]).into(),
        1 => format!("{prefix}-{{tag-{}}}-{number}", number % 5).into(),
        2 => format!("{prefix}{}{number}", "-long".repeat(20)).into(),
        3 => [prefix.as_bytes(), &random.bytes(9), number.to_string().as_bytes()].concat(),
        _ => format!("{prefix}:{number}").into(),
    }
}

fn write_key(server: &mut Server, random: &mut Random, key: &[u8], kind: usize) {
    let members = 1 + random.below(30);
    let mut add = |command: &str, arguments: &[&[u8]]| {
        server.run(&[&[command.as_bytes(), key], arguments].concat());
    };
    match kind {
        0 => add("SET", &[&random.text()]),
        1 => (0..members).for_each(|_| add("RPUSH", &[&random.text()])),
        // Whole numbers only, or anything.
        2 => (0..members).for_each(|_| add("SADD", &[random.below(9_999).to_string().as_bytes()])),
        3 => (0..members).for_each(|_| add("SADD", &[&random.text()])),
        4 => (0..members).for_each(|place| {
            let score = ["-inf", "inf", "0.1", "17", "-3e50"][place % 5];
            add("ZADD", &[score.as_bytes(), &random.text()]);
        }),
        5 => (0..members).for_each(|_| add("HSET", &[&random.text(), &random.text()])),
        _ => {
            for place in 1..=members {
                add("XADD", &[format!("5-{place}").as_bytes(), b"field", &random.text()]);
            }
            add("XDEL", &[b"5-1"]);
            server.run(&[b"XGROUP", &b"CREATE"[..], key, b"readers", b"0"]);
            server.run(&[b"XGROUP", &b"CREATE"[..], key, b"idle", b"$"]);
            for consumer in [&b"one"[..], b"two"] {
                server.run(&[
                    b"XREADGROUP",
                    &b"GROUP"[..],
                    b"readers",
                    consumer,
                    b"COUNT",
                    b"5",
                    b"STREAMS",
                    key,
                    b">",
                ]);
            }
            server.run(&[&b"XACK"[..], key, b"readers", b"5-3"]);
        }
    }
}

/// Every key of `server` as it is.
pub fn state(server: &mut Server) -> Keys {
    let mut keys = Keys::new();
    for database in 0..200_u32 {
        server.run(&["SELECT", &database.to_string()]);
        for key in server.ask::<Vec<Vec<u8>>>(&["KEYS", "*"]) {
            let kind: String = server.ask(&[&b"TYPE"[..], &key]);
            let value = match kind.as_str() {
                "set" | "hash" => server.ask::<Vec<String>>(&[&b"DEBUG"[..], b"DIGEST-VALUE", &key])[0].clone().into(),
                _ => server.ask(&[&b"DUMP"[..], &key]),
            };
            let expires_at = server.ask(&[&b"PEXPIRETIME"[..], &key]);
            keys.insert((database, key), KeyState { value, expires_at });
        }
    }
    keys
}

/// The names of the libraries of functions, in order.
pub fn libraries(server: &mut Server) -> Vec<String> {
    let list: Vec<Vec<redis::Value>> = server.ask(&["FUNCTION", "LIST"]);
    let mut names: Vec<String> = list
        .iter()
        .filter_map(|library| library.get(1).and_then(|name| redis::from_redis_value_ref(name).ok()))
        .collect();
    names.sort_unstable();
    names
}
