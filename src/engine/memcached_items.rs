//! All that a memcached server holds, as commands that put it into another one.
//!
//! The keys are those that its crawler lists by walking the hash table. It holds locks while it waits for somebody to read
//! its list, which clients would wait for too, and so would whoever asks for an item; so all keys go into a file first.
//! Then each item is read, without counting as used. Items that come or go meanwhile may be missing or not: unlike a dump of Redis, this is
//! not of one moment. What is written are meta commands, `ms <key> <length> .. q`, with the moment at which the item
//! expires, so its time goes on while it is nowhere but in a file. One thing shows that it was read: an item that was
//! marked as stale hands the right to renew it to the first reader, which is this one.

use std::{
    collections::VecDeque,
    fmt::Write,
    net::SocketAddr,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use percent_encoding::percent_decode_str;
use tokio::{
    fs::File,
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter},
    net::TcpStream,
    time::timeout,
};

use super::EngineError;

/// How long an engine may say nothing.
const IDLE: Duration = Duration::from_mins(1);

/// How long an engine may take for all items of a file.
const LOAD_PATIENCE: Duration = Duration::from_mins(15);

/// How many items are asked for before the first is read. Few enough that the engine can take all questions in while
/// nobody reads its answers.
const BATCH: usize = 64;

/// The longest key that can be named, in characters.
const LONGEST_KEY: usize = 250;

/// How much is read of a file, and written to an engine, at once.
const BUFFER: usize = 128 << 10;

/// What ends every line and every value.
const END: &str = "\r\n";

/// The items of an engine, on their way.
#[derive(Debug)]
pub struct Items {
    /// The keys of those that were not asked for yet, a line each. The file has no name.
    keys: BufReader<File>,
    /// Where the items are read.
    values: BufReader<TcpStream>,
    /// The keys of those that were asked for and not read yet.
    asked: VecDeque<Key>,
}

impl Items {
    /// Asks the engine at `address` for the keys of all that it holds.
    ///
    /// # Errors
    /// When the engine cannot be reached, goes away, says nothing for a minute, or is listing its keys for somebody else;
    /// and when they cannot be put by.
    pub async fn request(address: SocketAddr) -> Result<Self, EngineError> {
        let mut list = connect(address).await?;
        // ElastiCache's parameters leave it off, and when it is on already that is an error.
        list.write_all(b"lru_crawler enable\r\n").await?;
        line(&mut list).await?;
        list.write_all(b"lru_crawler metadump hash\r\n").await?;
        let file = tempfile::tempfile().map_err(unusable)?;
        let mut keys = BufWriter::with_capacity(BUFFER, File::from_std(file));
        loop {
            let line = line(&mut list).await?;
            if line == "END" {
                break;
            }
            let key = listed(&line)?;
            keys.write_all(key.as_bytes()).await.map_err(unusable)?;
            keys.write_all(b"\n").await.map_err(unusable)?;
        }
        keys.flush().await.map_err(unusable)?;
        let mut keys = keys.into_inner();
        keys.rewind().await.map_err(unusable)?;
        let keys = BufReader::with_capacity(BUFFER, keys);
        Ok(Self { keys, values: connect(address).await?, asked: VecDeque::new() })
    }

    /// The commands that make the next items; none when that was all.
    ///
    /// # Errors
    /// When the engine goes away, says nothing for a minute, or has an item that cannot be named in its protocol. What came
    /// so far is of no use then.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, EngineError> {
        let mut commands = Vec::with_capacity(BUFFER);
        loop {
            while let Some(key) = self.asked.pop_front() {
                self.read(&key, &mut commands).await?;
                if commands.len() >= BUFFER {
                    return Ok(Some(commands));
                }
            }
            self.ask().await?;
            if self.asked.is_empty() {
                return Ok((!commands.is_empty()).then_some(commands));
            }
        }
    }

    /// Asks for some items.
    async fn ask(&mut self) -> Result<(), EngineError> {
        let (mut questions, mut listed) = (String::new(), String::new());
        while self.asked.len() < BATCH {
            listed.clear();
            if self.keys.read_line(&mut listed).await.map_err(unusable)? == 0 {
                break;
            }
            let key = Key::named(listed.trim_end())?;
            let _ = write!(questions, "mg {} f t u v{}{END}", key.word, key.flag());
            self.asked.push_back(key);
        }
        timeout(IDLE, self.values.write_all(questions.as_bytes())).await.map_err(|_| EngineError::TimedOut)??;
        Ok(())
    }

    /// Reads one item and adds the command that makes it, unless the item is gone by now.
    async fn read(&mut self, key: &Key, commands: &mut Vec<u8>) -> Result<(), EngineError> {
        let answer = line(&mut self.values).await?;
        if answer == "EN" {
            return Ok(());
        }
        let (length, client_flags, seconds) =
            item(&answer).ok_or_else(|| EngineError::Unintelligible("what it says of an item".into()))?;
        let expires = seconds.map(|seconds| format!(" T{}", now().saturating_add(seconds))).unwrap_or_default();
        let head = format!("ms {} {length} F{client_flags} q{}{expires}{END}", key.word, key.flag());
        commands.extend_from_slice(head.as_bytes());
        let start = commands.len();
        commands.resize(start + length + END.len(), 0);
        let value = self.values.read_exact(&mut commands[start..]);
        timeout(IDLE, value).await.map_err(|_| EngineError::TimedOut)??;
        Ok(())
    }
}

/// Has the engine at `address` make all items that the commands in `file` make, but for those whose time is over. Doing
/// it again changes nothing.
///
/// # Errors
/// When the file is not what [`Items`] wrote, or the engine goes away or does not take an item.
pub async fn load_items(address: SocketAddr, file: &Path) -> Result<(), EngineError> {
    let file = File::open(file).await.map_err(unusable)?;
    let (answers, commands) = connect(address).await?.into_inner().into_split();
    let load = async {
        tokio::try_join!(
            send(BufReader::with_capacity(BUFFER, file), BufWriter::with_capacity(BUFFER, commands)),
            until_done(BufReader::new(answers)),
        )
    };
    timeout(LOAD_PATIENCE, load).await.map_err(|_| EngineError::TimedOut)??;
    Ok(())
}

/// Sends the commands of a file, and after them one that is answered.
async fn send(mut commands: impl AsyncBufRead + Unpin, mut engine: impl AsyncWrite + Unpin) -> Result<(), EngineError> {
    let now = now();
    let (mut head, mut value) = (String::new(), Vec::new());
    loop {
        head.clear();
        if commands.read_line(&mut head).await.map_err(unusable)? == 0 {
            break;
        }
        let command = Command::parse(&head).ok_or_else(|| EngineError::Data("a command that is none".into()))?;
        value.resize(command.length + END.len(), 0);
        commands.read_exact(&mut value).await.map_err(unusable)?;
        if command.expires.is_none_or(|time| time > now) {
            engine.write_all(head.as_bytes()).await?;
            engine.write_all(&value).await?;
        }
    }
    engine.write_all(b"mn\r\n").await?;
    Ok(engine.flush().await?)
}

/// Waits for the answer to the last command. Those before it are answered when they failed.
async fn until_done(mut answers: impl AsyncBufRead + Unpin) -> Result<(), EngineError> {
    let mut answer = String::new();
    answers.read_line(&mut answer).await?;
    match answer.trim_end() {
        "MN" => Ok(()),
        "" => Err(EngineError::Unreachable("it closed the connection".into())),
        refusal => Err(EngineError::Refused(refusal.to_owned())),
    }
}

async fn connect(address: SocketAddr) -> Result<BufReader<TcpStream>, EngineError> {
    let stream = timeout(IDLE, TcpStream::connect(address)).await.map_err(|_| EngineError::TimedOut)??;
    stream.set_nodelay(true)?;
    Ok(BufReader::with_capacity(BUFFER, stream))
}

/// The error of a file.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` hands over")]
fn unusable(error: std::io::Error) -> EngineError {
    EngineError::Data(error.to_string())
}

/// The key in a line of the crawler's, with `%` for what is no letter.
fn listed(line: &str) -> Result<&str, EngineError> {
    let key = line.strip_prefix("key=").and_then(|rest| rest.split(' ').next());
    key.ok_or_else(|| EngineError::Refused(line.to_owned()))
}

/// How a key is named in commands.
#[derive(Debug, PartialEq, Eq)]
struct Key {
    word: String,
    /// It is written in Base64, since it has bytes that a word cannot have.
    is_encoded: bool,
}

impl Key {
    /// The key that the crawler calls so.
    fn named(word: &str) -> Result<Self, EngineError> {
        let key: Vec<u8> = percent_decode_str(word).collect();
        let named = match String::from_utf8(key) {
            Ok(word) if word.bytes().all(|byte| byte > b' ' && byte != 0x7f) => Self { word, is_encoded: false },
            Ok(word) => Self { word: BASE64.encode(word), is_encoded: true },
            Err(error) => Self { word: BASE64.encode(error.as_bytes()), is_encoded: true },
        };
        if named.word.len() > LONGEST_KEY {
            return Err(EngineError::Data("an item has a long key that is not text, and cannot be asked for".into()));
        }
        Ok(named)
    }

    /// What tells the engine how it is written.
    fn flag(&self) -> &'static str {
        if self.is_encoded { " b" } else { "" }
    }
}

/// What is to be known of a command in a file.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    /// How many bytes the value has that follows.
    length: usize,
    /// When the item expires, in seconds since 1970.
    expires: Option<u64>,
}

impl Command {
    fn parse(head: &str) -> Option<Self> {
        let mut words = head.strip_suffix(END)?.split(' ');
        let (Some("ms"), Some(_), Some(length)) = (words.next(), words.next(), words.next()) else { return None };
        let expires = words.find_map(|word| word.strip_prefix('T'));
        let expires = expires.map(str::parse).transpose().ok()?;
        Some(Self { length: length.parse().ok()?, expires })
    }
}

/// The length of a value, the client's flags, and how many seconds the item has left, if it expires.
fn item(answer: &str) -> Option<(usize, u32, Option<u64>)> {
    let mut words = answer.strip_prefix("VA ")?.split(' ');
    let length = words.next()?.parse().ok()?;
    let (mut client_flags, mut seconds) = (0, None);
    for word in words {
        if let Some(flags) = word.strip_prefix('f') {
            client_flags = flags.parse().ok()?;
        } else if let Some(left) = word.strip_prefix('t') {
            seconds = if left == "-1" { None } else { Some(left.parse().ok()?) };
        }
    }
    Some((length, client_flags, seconds))
}

/// The next line, without its end.
async fn line(stream: &mut BufReader<TcpStream>) -> Result<String, EngineError> {
    let mut line = String::new();
    timeout(IDLE, stream.read_line(&mut line)).await.map_err(|_| EngineError::TimedOut)??;
    if line.is_empty() {
        return Err(EngineError::Unreachable("it ended in the middle of its items".into()));
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

/// The time by which engines go: not the server's own clock, which users may move.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_named_so_that_they_can_be_asked_for() {
        let named = |word: &str| Key::named(word).map(|key| (key.word, key.is_encoded)).map_err(|e| e.to_string());
        assert_eq!(named("a%25%2bb"), Ok(("a%+b".into(), false)));
        assert_eq!(named("%C3%A4"), Ok(("\u{e4}".into(), false)));
        assert_eq!(named("a%20b"), Ok(("YSBi".into(), true)));
        assert_eq!(named("%FF%00"), Ok(("/wA=".into(), true)));
        assert_eq!(named(&"k".repeat(250)), Ok(("k".repeat(250), false)));
        assert!(named(&format!("{}%20", "k".repeat(249))).is_err_and(|error| error.contains("long key")));
        assert_eq!(listed("key=a%20b exp=-1 la=1").expect("a key"), "a%20b");
        assert!(listed("BUSY currently processing").is_err_and(|error| error.to_string().contains("BUSY")));
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(item("VA 3 f7 t-1"), Some((3, 7, None)));
        assert_eq!(item("VA 0 f4294967295 t99 W X"), Some((0, u32::MAX, Some(99))));
        for wrong in ["HD f7 t-1", "VA", "VA x", "VA 1 fx", "VA 1 t"] {
            assert_eq!(item(wrong), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn what_is_over_is_left_out_and_what_is_none_is_refused() {
        let soon = now() + 100;
        let file = format!("ms a 1 F1 q\r\n1\r\nms b 2 F0 q T1\r\n\r\n\r\nms c 0 F0 q b T{soon}\r\n\r\n");
        let mut sent = Vec::new();
        send(file.as_bytes(), &mut sent).await.expect("sent");
        let expected = format!("ms a 1 F1 q\r\n1\r\nms c 0 F0 q b T{soon}\r\n\r\nmn\r\n");
        assert_eq!(String::from_utf8_lossy(&sent), expected);
        for wrong in ["flush_all\r\n", "ms a 1 F1 q\r\n1", "ms a\r\n", "ms a 1 q", "ms a 1 Tx\r\n1\r\n"] {
            assert!(matches!(send(wrong.as_bytes(), &mut Vec::new()).await, Err(EngineError::Data(_))), "{wrong}");
        }
    }

    #[tokio::test]
    async fn only_the_last_answer_is_good() {
        until_done(&b"MN\r\n"[..]).await.expect("done");
        let refused = until_done(&b"SERVER_ERROR out of memory\r\nMN\r\n"[..]).await;
        assert!(matches!(refused, Err(EngineError::Refused(reason)) if reason.contains("out of memory")));
        assert!(matches!(until_done(&b""[..]).await, Err(EngineError::Unreachable(_))));
    }
}
