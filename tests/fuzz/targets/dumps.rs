//! Dump files of the engines: what is accepted can be copied without a loss, and nothing that is cut is accepted.

use std::{fs, path::Path};

use cachette::{
    model::SlotSet,
    rdb::{RdbError, check_stream, combine},
};
use tempfile::TempDir;

/// `input` is a dump without its checksum, which could not be guessed. One of zero says that there is none.
pub fn check(input: &[u8]) {
    let dump = [input, &[0; 8]].concat();
    let read = |bytes: &[u8]| check_stream(bytes, bytes.len() as u64);
    let Ok(info) = read(&dump) else { return };
    assert!(matches!(read(&dump[..dump.len() - 1]), Err(RdbError::Truncated)));

    let folder = TempDir::new().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("dump"), &dump).expect("a file");
    let copy = |wanted: Option<&SlotSet>, from: &Path, name: &str| combine(&[from], wanted, &path(name));
    assert_eq!(copy(None, &path("dump"), "copy").expect("a copy"), info);
    assert_eq!(copy(None, &path("copy"), "again").expect("a copy of the copy"), info);
    assert_eq!(fs::read(path("copy")).expect("a copy"), fs::read(path("again")).expect("another"));

    // Names are read only now, and may turn out to be damaged.
    let parts: Result<Vec<_>, _> =
        SlotSet::even_split(2).iter().map(|slots| copy(Some(slots), &path("dump"), "part")).collect();
    match parts {
        Ok(parts) => {
            assert_eq!(parts.iter().map(|part| part.keys).sum::<u64>(), info.keys);
            assert_eq!(parts.iter().map(|part| part.expires).sum::<u64>(), info.expires);
        }
        Err(error) => assert!(matches!(error, RdbError::Malformed(..)), "{error}"),
    }
}
