//! Dumps made by hand. What engines write themselves is in `tests/rdb`.

use std::{fs, path::PathBuf};

use proptest::{collection::vec, prelude::*};
use tempfile::TempDir;

use super::{CHECKSUM, Info, RdbError, check_stream, combine};
use crate::model::SlotSet;

/// A dump of these items, with its end and checksum.
fn dump(header: &str, items: &[&[u8]]) -> Vec<u8> {
    let mut bytes = [header.as_bytes(), &items.concat(), b"\xff"].concat();
    bytes.extend(CHECKSUM.checksum(&bytes).to_le_bytes());
    bytes
}

fn read(bytes: &[u8]) -> Result<Info, RdbError> {
    check_stream(bytes, bytes.len() as u64)
}

const REDIS_VERSION: &[u8] = b"\xfa\x09redis-ver\x066.2.14";
const REPLICATION: &[u8] = b"\xfa\x07repl-id\x03abc";
const DATABASE_0: &[u8] = b"\xfe\0\xfb\x02\x01";
const DATABASE_300: &[u8] = b"\xfe\x41\x2c";
const LIBRARY: &[u8] = b"\xf5\x16#!lua name=mine\nreturn";
const OTHER_CODE: &[u8] = b"\xf5\x14#!lua name=mine\nelse";
const OTHER_LIBRARY: &[u8] = b"\xf5\x12#!lua name=yours\n#";
const MODULE_NOTE: &[u8] = b"\xf7\x81module-7\x02\x01\x05\x03abc\x03\0\0\0\0\x04\0\0\0\0\0\0\0\0\0";
const SLOT_INFO: &[u8] = b"\xf4\x01\x02\x03";
/// In slot 12182.
const FOO: &[u8] = b"\x00\x03foo\x03bar";
/// The number 123456789, whose slot is 12739, with a time and a frequency.
const NUMBER: &[u8] = b"\xfc\0\0\0\0\0\0\0\x7f\xf9\x05\x00\xc2\x15\xcd\x5b\x07\xc0\x01";
/// `{bar}` and 30 times `x`, compressed, in slot 5061; idle for a while, and expiring in seconds.
const PACKED: &[u8] = b"\xfd\0\0\0\x7f\xf8\x0a\x00\xc3\x0a\x23\x05{bar}x\xe0\x14\x00\x01v";

/// A value of each kind, in the oldest version that has it.
const VALUES: &[(&str, u8, &[u8])] = &[
    ("REDIS0006", 0, b"\x03abc"),
    ("REDIS0006", 1, b"\x02\x01a\xc0\x07"),
    ("REDIS0006", 2, b"\x01\x01a"),
    ("REDIS0006", 3, b"\x03\x01a\x033.5\x01b\xff\x01c\xfd"),
    ("REDIS0006", 4, b"\x01\x01f\x01v"),
    ("REDIS0008", 5, b"\x01\x01a\0\0\0\0\0\0\x08\x40"),
    ("REDIS0008", 7, b"\x81module-7\x01\x05\x02\x40\xff\x05\x01a\0"),
    ("REDIS0006", 9, b"\x02zm"),
    ("REDIS0006", 10, b"\x02zl"),
    ("REDIS0006", 11, b"\x02is"),
    ("REDIS0006", 12, b"\x02zl"),
    ("REDIS0006", 13, b"\x02zl"),
    ("REDIS0007", 14, b"\x02\x02zl\x02zl"),
    (
        "REDIS0009",
        15,
        b"\x01\x10nnnnnnnnnnnnnnnn\x02lp\x01\x05\x00\x01\x01g\x05\x00\
          \x01iiiiiiiiiiiiiiiitttttttt\x01\x01\x01ctttttttt\x01iiiiiiiiiiiiiiii",
    ),
    ("REDIS0010", 16, b"\x02lp"),
    ("REDIS0010", 17, b"\x02lp"),
    ("REDIS0010", 18, b"\x02\x02\x02lp\x01\x03big"),
    ("REDIS0010", 19, b"\0\x01\x05\x00\x05\x00\x00\x00\x01\x01\x01g\x05\x00\x01\0\x01\x01ctttttttt\0"),
    ("REDIS0011", 20, b"\x02lp"),
    ("REDIS0011", 21, b"\0\x01\x05\x00\x05\x00\x00\x00\x01\x01\x01g\x05\x00\x01\0\x01\x01cttttttttaaaaaaaa\0"),
    ("REDIS0012", 22, b"\x01\x05\x01f\x01v"),
    ("REDIS0012", 23, b"\x02lp"),
    ("REDIS0012", 24, b"tttttttt\x02\x01\x01f\x01v\x00\x01g\x01w"),
    ("REDIS0012", 25, b"tttttttt\x02lp"),
    ("VALKEY080", 22, b"\x02\x01f\x01vtttttttt\x01g\x01w\xff\xff\xff\xff\xff\xff\xff\xff"),
];

fn whole() -> Vec<u8> {
    let items = [REDIS_VERSION, LIBRARY, MODULE_NOTE, DATABASE_0, FOO, SLOT_INFO, NUMBER, DATABASE_300, PACKED];
    dump("REDIS0011", &items)
}

/// A folder for dumps.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// What is made of these dumps.
    fn combined(&self, dumps: &[Vec<u8>], wanted: Option<&str>) -> Result<Vec<u8>, RdbError> {
        let paths: Vec<_> = dumps.iter().enumerate().map(|(n, bytes)| self.put(&n.to_string(), bytes)).collect();
        let paths: Vec<_> = paths.iter().map(PathBuf::as_path).collect();
        let wanted = wanted.map(|slots| slots.parse::<SlotSet>().expect("slots"));
        let output = self.0.path().join("output");
        let info = combine(&paths, wanted.as_ref(), &output)?;
        let bytes = fs::read(&output).expect("the output");
        assert_eq!(read(&bytes).expect("a whole dump"), info);
        Ok(bytes)
    }
}

#[test]
fn a_dump_tells_what_it_holds() {
    let expected =
        Info { version: 11, keys: 3, expires: 2, databases: [0, 300].into(), written_by: Some("6.2.14".to_owned()) };
    assert_eq!(read(&whole()).expect("a whole dump"), expected);
}

#[test]
fn every_kind_of_value_is_passed_over_to_its_end() {
    for (header, kind, value) in VALUES {
        let key = [&[*kind], &b"\x01k"[..], value].concat();
        let info = read(&dump(header, &[&key, FOO])).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(info.keys, 2, "{kind}");
    }
}

#[test]
fn kinds_that_are_unknown_or_of_the_other_engine_are_refused() {
    for (header, kind) in [
        ("REDIS0011", 6),
        ("REDIS0011", 8),
        ("REDIS0011", 22),
        ("REDIS0012", 26),
        ("VALKEY080", 23),
        ("REDIS0011", 243),
    ] {
        let bytes = dump(header, &[&[kind], b"\x01k\x01v"]);
        assert!(matches!(read(&bytes), Err(RdbError::Malformed(..))), "{header} {kind}");
    }
}

#[test]
fn a_dump_that_is_cut_anywhere_is_no_dump() {
    let bytes = whole();
    for length in 0..bytes.len() {
        let result = read(&bytes[..length]);
        assert!(matches!(result, Err(RdbError::Truncated)), "{length}: {result:?}");
    }
    for (header, kind, value) in VALUES {
        let bytes = dump(header, &[&[*kind], b"\x01k", value]);
        for length in 0..bytes.len() {
            assert!(matches!(read(&bytes[..length]), Err(RdbError::Truncated)), "{kind} {length}");
        }
    }
}

#[test]
fn no_byte_can_be_changed_unseen() {
    let bytes = whole();
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            assert!(read(&changed).is_err(), "byte {place}, bit {bit}");
        }
    }
    let mut changed = bytes.clone();
    let value = bytes.windows(3).position(|window| window == b"bar").expect("a value");
    changed[value] = b'c';
    assert!(matches!(read(&changed), Err(RdbError::Checksum)));
}

#[test]
fn a_checksum_of_zero_says_that_there_is_none() {
    let mut bytes = whole();
    let place = bytes.len() - 8;
    bytes[place..].fill(0);
    assert!(read(&bytes).is_ok());
}

#[test]
fn nothing_may_follow_the_end() {
    let bytes = [whole(), vec![0]].concat();
    assert!(matches!(read(&bytes), Err(RdbError::Malformed(..))));
    let shorter = bytes.len() as u64 - 1;
    assert!(matches!(check_stream(&bytes[..], shorter), Err(RdbError::Malformed(..))));
}

#[test]
fn values_larger_than_what_is_read_at_once_are_copied_whole() {
    let large: Vec<_> = [&b"\x00\x03foo\x80\x00\x0f\x42\x40"[..], &vec![b'x'; 1_000_000]].concat();
    let dumps = [dump("REDIS0011", &[&large, NUMBER]), dump("REDIS0011", &[PACKED])];
    let bytes = Folder::new().combined(&dumps, None).expect("a dump");
    assert_eq!(bytes, dump("REDIS0011", &[b"\xfe\0", &large, NUMBER, PACKED]));
}

#[test]
fn one_dump_is_made_of_several() {
    let first = dump("REDIS0009", &[REDIS_VERSION, REPLICATION, LIBRARY, MODULE_NOTE, DATABASE_0, FOO, SLOT_INFO]);
    let second = dump("REDIS0011", &[REPLICATION, OTHER_CODE, OTHER_LIBRARY, DATABASE_0, NUMBER, DATABASE_300, PACKED]);
    let bytes = Folder::new().combined(&[first, second], None).expect("a dump");
    let both = b"\xfe\0\xfb\x04\x02";
    let items = [REDIS_VERSION, LIBRARY, both, FOO, OTHER_LIBRARY, NUMBER, b"\xfe\x80\0\0\x01\x2c", PACKED];
    assert_eq!(bytes, dump("REDIS0011", &items));
}

#[test]
fn keys_go_where_their_slot_is_wanted() {
    let folder = Folder::new();
    let part = |slots| folder.combined(&[whole()], Some(slots)).expect("a dump");
    let items = |keys: &[&[u8]]| dump("REDIS0011", &[&[REDIS_VERSION, LIBRARY], keys].concat());
    assert_eq!(part("12182"), items(&[b"\xfe\0", FOO]));
    assert_eq!(part("12183-16383"), items(&[b"\xfe\0", NUMBER]));
    assert_eq!(part("5061"), items(&[b"\xfe\x80\0\0\x01\x2c", PACKED]));
    assert_eq!(part("0"), items(&[]));
    // About half of the keys, as half of the slots.
    assert_eq!(part("8192-16383"), items(&[b"\xfe\0\xfb\x01\0", FOO, NUMBER]));
}

#[test]
fn nothing_is_written_when_an_input_is_damaged_or_does_not_fit() {
    let folder = Folder::new();
    let mut damaged = whole();
    damaged.pop();
    assert!(matches!(folder.combined(&[whole(), damaged], None), Err(RdbError::Truncated)));
    let (redis, valkey) = (dump("REDIS0012", &[FOO]), dump("VALKEY080", &[NUMBER]));
    assert!(matches!(folder.combined(&[redis, valkey], None), Err(RdbError::Incompatible(12, 80))));
    let left: Vec<_> =
        fs::read_dir(folder.0.path()).expect("the folder").map(|e| e.expect("one").file_name()).collect();
    assert!(left.iter().all(|name| name == "0" || name == "1"), "{left:?}");
}

proptest! {
    #[test]
    fn whatever_comes_is_read_or_refused(bytes in vec(any::<u8>(), 0..300), header in 0..3_usize) {
        let header = ["REDIS0011", "REDIS0012", "VALKEY080"][header];
        let _ = read(&[header.as_bytes(), &bytes].concat());
    }

    #[test]
    fn what_is_spoiled_is_read_or_refused(places in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), kind in 0..VALUES.len()) {
        let (header, kind, value) = VALUES[kind];
        let mut bytes = dump(header, &[REDIS_VERSION, LIBRARY, MODULE_NOTE, DATABASE_0, &[kind], b"\x01k", value, PACKED]);
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = read(&bytes);
    }
}
