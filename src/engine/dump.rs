//! Pulling all that an engine holds over the wire, as a replica does that has nothing yet: no file of the engine is
//! touched, wherever it runs, and what comes is a dump of one moment.
//!
//! `SYNC` is the handshake that every version answers. The engine sends empty lines while it makes the dump, then tells
//! its length (`$1234`), or that it does not know it and by what the end can be told (`$EOF:` and 40 characters). Nothing
//! that comes after the dump is read: the connection is given up.

use std::{net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{EngineError, launch::EngineSettings, redis_launch::ADMIN_USER, restricted};

/// How long an engine may say nothing. While it makes the dump it says something every second.
const IDLE: Duration = Duration::from_mins(1);

/// The most that is held in memory.
const PIECE: usize = 128 << 10;

/// The length of the mark by which the end of a dump of unknown length can be told.
const MARK: usize = 40;

/// The longest line before the dump.
const LONGEST_LINE: usize = 1024;

/// A dump that is on its way.
#[derive(Debug)]
pub struct Dump {
    connection: TcpStream,
    /// What was read and not handed out yet.
    buffer: BytesMut,
    rest: Rest,
}

/// What is still to come.
#[derive(Debug)]
enum Rest {
    /// That many bytes.
    Bytes(u64),
    /// Everything up to this mark.
    Until([u8; MARK]),
    Nothing,
}

impl Dump {
    /// Asks the engine at `address`, which was started with `settings`, for a dump. Returns when it begins to come.
    ///
    /// # Errors
    /// When the engine does not answer or refuses, as a replica does that has lost its primary.
    pub async fn request(address: SocketAddr, settings: &EngineSettings) -> Result<Self, EngineError> {
        let connection = timeout(IDLE, TcpStream::connect(address)).await.map_err(|_| EngineError::TimedOut)??;
        let mut dump = Self { connection, buffer: BytesMut::new(), rest: Rest::Nothing };
        if restricted::has_acl(settings) {
            dump.ask(&["AUTH", ADMIN_USER, settings.admin.password()]).await?;
        }
        let wishes = [
            // The dump need not pass through a file, where the engine is set up for that.
            ["REPLCONF", "capa", "eof"],
            // Nothing that is written meanwhile is wanted, so the engine need not keep it: it would grow by that, and at some
            // size give up.
            ["REPLCONF", "rdb-only", "1"],
        ];
        for wish in wishes {
            match dump.ask(&wish).await {
                Ok(()) | Err(EngineError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        dump.send(&["SYNC"]).await?;
        dump.rest = loop {
            let line = dump.line().await?;
            if !line.is_empty() {
                break Rest::announced(&line)?;
            }
        };
        Ok(dump)
    }

    /// The next piece; none when that was all.
    ///
    /// # Errors
    /// When the engine goes away or says nothing for a minute. What came so far is of no use then.
    pub async fn next(&mut self) -> Result<Option<Bytes>, EngineError> {
        loop {
            match self.rest {
                Rest::Nothing => return Ok(None),
                Rest::Bytes(0) => self.rest = Rest::Nothing,
                Rest::Bytes(rest) if !self.buffer.is_empty() => {
                    let length = usize::try_from(rest).unwrap_or(usize::MAX).min(self.buffer.len());
                    self.rest = Rest::Bytes(rest - length as u64);
                    return Ok(Some(self.buffer.split_to(length).freeze()));
                }
                Rest::Bytes(_) => self.read().await?,
                Rest::Until(mark) => {
                    if self.buffer.ends_with(&mark) {
                        self.rest = Rest::Nothing;
                        let length = self.buffer.len() - MARK;
                        return Ok(Some(self.buffer.split_to(length).freeze()));
                    }
                    // What may be the beginning of the mark waits for the rest of it.
                    if self.buffer.len() > MARK {
                        let length = self.buffer.len() - MARK;
                        return Ok(Some(self.buffer.split_to(length).freeze()));
                    }
                    self.read().await?;
                }
            }
        }
    }

    /// Sends a command and reads its answer, which has to be one line.
    async fn ask(&mut self, words: &[&str]) -> Result<(), EngineError> {
        self.send(words).await?;
        let line = self.line().await?;
        match line.split_first() {
            Some((b'+', _)) => Ok(()),
            Some((b'-', reason)) => Err(EngineError::Refused(String::from_utf8_lossy(reason).into_owned())),
            _ => Err(EngineError::Unintelligible("what is said before a dump".into())),
        }
    }

    async fn send(&mut self, words: &[&str]) -> Result<(), EngineError> {
        let words = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
        let command = format!("*{}\r\n", words.len()) + &words.collect::<String>();
        timeout(IDLE, self.connection.write_all(command.as_bytes())).await.map_err(|_| EngineError::TimedOut)??;
        Ok(())
    }

    /// The next line, without its end.
    async fn line(&mut self) -> Result<Vec<u8>, EngineError> {
        loop {
            if let Some(end) = self.buffer.iter().position(|byte| *byte == b'\n') {
                let line = self.buffer.split_to(end + 1);
                return Ok(line.trim_ascii_end().to_vec());
            }
            if self.buffer.len() > LONGEST_LINE {
                return Err(EngineError::Unintelligible("a line before a dump that does not end".into()));
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<(), EngineError> {
        self.buffer.reserve(PIECE);
        let read = timeout(IDLE, self.connection.read_buf(&mut self.buffer)).await;
        match read.map_err(|_| EngineError::TimedOut)?? {
            0 => Err(EngineError::Unreachable("it ended in the middle of a dump".into())),
            _ => Ok(()),
        }
    }
}

impl Rest {
    /// What the line before a dump says of its length.
    fn announced(line: &[u8]) -> Result<Self, EngineError> {
        let wrong = || EngineError::Unintelligible("the length of a dump".into());
        match line.split_first() {
            Some((b'-', reason)) => Err(EngineError::Refused(String::from_utf8_lossy(reason).into_owned())),
            Some((b'$', length)) => {
                if let Some(mark) = length.strip_prefix(b"EOF:") {
                    return Ok(Self::Until(mark.try_into().map_err(|_| wrong())?));
                }
                let length = str::from_utf8(length).ok().and_then(|length| length.parse().ok());
                length.map(Self::Bytes).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, time::Duration};

    use tokio::net::TcpListener;

    use super::*;
    use crate::{
        engine::InstanceSecret,
        model::{Access, Engine},
    };

    const MARK_TEXT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn settings() -> EngineSettings {
        EngineSettings {
            engine: Engine::Redis,
            version: "5.0".parse().expect("a version"),
            port: 1,
            parameters: BTreeMap::new(),
            open_files: None,
            access: Access::Open,
            iam_passwords: BTreeMap::new(),
            admin: InstanceSecret::new([0; 32]).of_engine("e"),
            replicates: false,
            is_serverless: false,
            cluster: None,
        }
    }

    /// What is made of an engine that says `pieces`, each in a packet of its own, and goes away.
    async fn pulled(pieces: &[&str]) -> Result<Vec<u8>, EngineError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let pieces: Vec<String> = pieces.iter().map(|piece| (*piece).to_owned()).collect();
        let engine = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.expect("a connection");
            connection.set_nodelay(true).expect("set");
            for piece in pieces {
                connection.write_all(piece.as_bytes()).await.expect("written");
                tokio::task::yield_now().await;
            }
            // Not closed before the other side has said all it has to say.
            let mut said = Vec::new();
            let _ = timeout(Duration::from_millis(200), connection.read_to_end(&mut said)).await;
        });
        let answer = async {
            let mut dump = Dump::request(address, &settings()).await?;
            let mut all = Vec::new();
            while let Some(piece) = dump.next().await? {
                all.extend_from_slice(&piece);
            }
            Ok(all)
        };
        let answer = answer.await;
        engine.await.expect("the engine ends");
        answer
    }

    #[tokio::test]
    async fn a_dump_of_known_length_ends_there() {
        let dump = pulled(&["+OK\r\n", "+OK\r\n", "\n", "\n\n$9\r\nREDIS", "0009*1\r\n$4\r\nPING\r\n"]).await;
        assert_eq!(dump.expect("a dump"), b"REDIS0009");
        assert_eq!(pulled(&["-ERR what\r\n-ERR what\r\n$0\r\n"]).await.expect("an empty one"), b"");
    }

    #[tokio::test]
    async fn a_dump_of_unknown_length_ends_at_its_mark() {
        let all = format!("+OK\r\n+OK\r\n$EOF:{MARK_TEXT}\r\nREDIS0009{}{MARK_TEXT}", &MARK_TEXT[..39]);
        let expected = format!("REDIS0009{}", &MARK_TEXT[..39]);
        assert_eq!(pulled(&[&all]).await.expect("a dump"), expected.as_bytes());
        let letters: Vec<String> = all.chars().map(String::from).collect();
        let letters: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(pulled(&letters).await.expect("a dump"), expected.as_bytes());
    }

    #[tokio::test]
    async fn half_a_dump_is_none() {
        for said in ["$9\r\nREDIS".to_owned(), format!("$EOF:{MARK_TEXT}\r\nREDIS"), "\n".into()] {
            assert!(matches!(pulled(&["+OK\r\n+OK\r\n", &said]).await, Err(EngineError::Unreachable(_))), "{said}");
        }
        let refused = pulled(&["+OK\r\n+OK\r\n-NOMASTERLINK Can't SYNC while not connected with my master\r\n"]).await;
        assert!(matches!(refused, Err(EngineError::Refused(reason)) if reason.starts_with("NOMASTERLINK")));
        assert!(matches!(pulled(&["+OK\r\n+OK\r\n$x\r\n"]).await, Err(EngineError::Unintelligible(_))));
    }
}
