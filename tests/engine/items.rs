//! What a memcached server holds goes into a file and from there into another one.

use std::{net::SocketAddr, path::Path};

use cachette::engine::{EngineError, Items, load_items};
use tokio::{
    fs::{self, File},
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter},
    net::TcpStream,
    time::timeout,
};

use super::bed::{Bed, LIMIT};

/// So many that the list of their keys does not fit into what lies between the engine and a reader that waits.
const MANY: usize = 200_000;

/// Says something to an engine, the last command of which is `mn`, and answers what it says before it has done that.
async fn told(engine: SocketAddr, commands: &[u8]) -> Vec<u8> {
    let (answers, mut writer) = TcpStream::connect(engine).await.expect("a connection").into_split();
    let talk = async {
        let write = async {
            writer.write_all(commands).await.expect("written");
            writer.write_all(b"mn\r\n").await.expect("written");
        };
        let read = async {
            let (mut answers, mut all) = (BufReader::new(answers), Vec::new());
            while !all.ends_with(b"MN\r\n") {
                assert_ne!(answers.read_until(b'\n', &mut all).await.expect("read"), 0, "it went away");
            }
            all.truncate(all.len() - b"MN\r\n".len());
            all
        };
        tokio::join!(write, read).1
    };
    timeout(LIMIT, talk).await.expect("answered in time")
}

/// Writes all that an engine holds into a file.
async fn taken(engine: SocketAddr, file: &Path) -> Result<(), EngineError> {
    let mut file = BufWriter::new(File::create(file).await.expect("a file"));
    let mut items = Items::request(engine).await?;
    while let Some(commands) = items.next().await? {
        file.write_all(&commands).await.expect("written");
    }
    file.flush().await.expect("written");
    Ok(())
}

#[tokio::test]
async fn items_of_every_kind_come_back() {
    let (bed, folder) = (Bed::new().await, tempfile::tempdir().expect("a folder"));
    let (from, to, file) = (bed.boot_memcached().await, bed.boot_memcached().await, folder.path().join("items"));
    taken(from, &file).await.expect("nothing");
    assert_eq!(fs::read(&file).await.expect("read"), b"");
    load_items(to, &file).await.expect("nothing is loaded");

    let large = vec![b'\n'; 1_000_000];
    let key = "k".repeat(250);
    let mut set =
        format!("ms plain 2 F4294967295 q\r\nab\r\nms a%%b 0 q T1000\r\n\r\nms {key} 1 q\r\n1\r\n").into_bytes();
    set.extend_from_slice(b"ms YSBi 2 b q T-1\r\nno\r\nms /wA= 4 b q F5\r\n\r\n\r\n\r\nms large 1000000 q\r\n");
    set.extend_from_slice(&large);
    set.extend_from_slice(b"\r\n");
    assert_eq!(told(from, &set).await, b"");
    taken(from, &file).await.expect("taken");
    load_items(to, &file).await.expect("loaded");
    // Once more does no harm, as after a crash in the middle.
    load_items(to, &file).await.expect("loaded");
    let asked = format!("mg plain f t v\r\nmg a%%b f v\r\nmg {key} v\r\nmg YSBi b v\r\nmg /wA= b f v\r\n");
    let expected = "VA 2 f4294967295 t-1\r\nab\r\nVA 0 f0\r\n\r\nVA 1\r\n1\r\nEN\r\nVA 4 f5\r\n\r\n\r\n\r\n";
    let found = told(to, asked.as_bytes()).await;
    assert_eq!(String::from_utf8_lossy(&found), expected);
    let found = told(to, b"mg large v\r\n").await;
    assert!(found.strip_prefix(b"VA 1000000\r\n").is_some_and(|value| value.starts_with(&large)));
    let left = String::from_utf8(told(to, b"mg a%%b t\r\n").await).expect("text");
    let left: u64 = left.trim_end().strip_prefix("HD t").and_then(|left| left.parse().ok()).expect("a time");
    // An engine looks at the time once a second, and a busy one later: what it says is left may be a little too much.
    assert!((900..=1005).contains(&left), "{left}");

    fs::write(&file, b"ms a 9999999 q\r\n").await.expect("written");
    assert!(matches!(load_items(to, &file).await, Err(EngineError::Data(_))));
    let mut too_large = b"ms a 2000000 q\r\n".to_vec();
    too_large.resize(too_large.len() + 2_000_000, b'x');
    too_large.extend_from_slice(b"\r\n");
    fs::write(&file, too_large).await.expect("written");
    assert!(matches!(load_items(to, &file).await, Err(EngineError::Refused(_))), "it does not fit");
}

#[tokio::test]
async fn many_items_are_taken_while_clients_go_on() {
    let (bed, folder) = (Bed::new().await, tempfile::tempdir().expect("a folder"));
    let (from, to, file) = (bed.boot_memcached().await, bed.boot_memcached().await, folder.path().join("items"));
    let pad = "p".repeat(60);
    let set: Vec<_> = (0..MANY).map(|number| format!("ms {pad}{number} 6 q\r\n{number:06}\r\n")).collect();
    assert_eq!(told(from, set.concat().as_bytes()).await, b"");
    let taking = async { timeout(LIMIT, taken(from, &file)).await.expect("taken in time").expect("taken") };
    let client = async {
        for number in (0..MANY).step_by(500) {
            let asked = format!("mg {pad}{number} v\r\n");
            assert_eq!(told(from, asked.as_bytes()).await, format!("VA 6\r\n{number:06}\r\n").into_bytes());
        }
    };
    tokio::join!(taking, client);
    timeout(LIMIT, load_items(to, &file)).await.expect("loaded in time").expect("loaded");
    for number in (0..MANY).step_by(777) {
        let found = told(to, format!("mg {pad}{number} v\r\n").as_bytes()).await;
        assert_eq!(found, format!("VA 6\r\n{number:06}\r\n").into_bytes());
    }
    let mut stream = TcpStream::connect(to).await.expect("a connection");
    stream.write_all(b"stats\r\nquit\r\n").await.expect("written");
    let mut stats = String::new();
    stream.read_to_string(&mut stats).await.expect("read");
    assert!(stats.contains(&format!("STAT curr_items {MANY}\r\n")), "{stats}");
}
