//! Which versions of the format there are, and which engine reads which.

use super::RdbError;
use crate::model::{Engine, EngineVersion};

/// The oldest version that is read, that of Redis 2.6. Older dumps have no checksum.
const OLDEST: u32 = 6;

/// The newest version that Redis and Valkey have in common.
const COMMON: u32 = 11;

/// Redis 7.4 and 8.
const REDIS: u32 = 12;

/// Valkey 9, which left a gap for what Redis may come to.
const VALKEY: u32 = 80;

/// The notes in which engines say of which version they are.
pub(super) const NOTES: [&[u8]; 2] = [b"redis-ver", b"valkey-ver"];

/// The length of every header, in bytes.
pub(super) const HEADER: usize = 9;

/// The newest version that `engine` reads; 0 for Memcached, which reads none. See [`loads`] for whether it reads a
/// given one.
#[must_use]
pub fn version_of(engine: Engine, version: &EngineVersion) -> u32 {
    let published = version.published(engine);
    match (engine, published.major(), published.minor()) {
        (Engine::Memcached, ..) => 0,
        (Engine::Redis, ..=2, _) | (Engine::Redis, 3, ..=1) => 6,
        (Engine::Redis, 3, _) => 7,
        (Engine::Redis, 4, _) => 8,
        (Engine::Redis, 5 | 6, _) => 9,
        (Engine::Redis, 7, ..=1) => 10,
        (Engine::Redis, 7, ..=3) | (Engine::Valkey, ..=8, _) => COMMON,
        (Engine::Redis, ..) => REDIS,
        (Engine::Valkey, ..) => VALKEY,
    }
}

/// Whether `engine` loads a dump whose version is `rdb`: it is not newer than the engine, and not of the other kind.
#[must_use]
pub fn loads(engine: Engine, version: &EngineVersion, rdb: u32) -> bool {
    let newest = version_of(engine, version);
    rdb <= newest && newer_of(newest, rdb).is_ok()
}

/// The version that a reader of both has.
pub(super) fn newer_of(a: u32, b: u32) -> Result<u32, RdbError> {
    let (older, newer) = (a.min(b), a.max(b));
    let apart = older > COMMON && is_valkey(older) != is_valkey(newer);
    if apart { Err(RdbError::Incompatible(older, newer)) } else { Ok(newer) }
}

/// Whether only Valkey reads this version.
pub(super) fn is_valkey(version: u32) -> bool {
    version >= VALKEY
}

/// The version that a header names. `header` is shorter than that of a dump when the file is.
pub(super) fn read_header(header: &[u8]) -> Result<u32, RdbError> {
    let (digits, magic_is_valkey) = match (header.strip_prefix(b"REDIS"), header.strip_prefix(b"VALKEY")) {
        (Some(digits), _) => (digits, false),
        (_, Some(digits)) => (digits, true),
        _ if b"REDIS".starts_with(header) || b"VALKEY".starts_with(header) => return Err(RdbError::Truncated),
        _ => return Err(RdbError::NotRdb),
    };
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(RdbError::NotRdb);
    }
    if header.len() < HEADER {
        return Err(RdbError::Truncated);
    }
    let version = digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    match version {
        OLDEST..=REDIS if !magic_is_valkey => Ok(version),
        VALKEY if magic_is_valkey => Ok(version),
        _ => Err(RdbError::Version(version)),
    }
}

/// The header of a dump of this version.
pub(super) fn header(version: u32) -> String {
    if is_valkey(version) { format!("VALKEY{version:03}") } else { format!("REDIS{version:04}") }
}

/// The version of a dump that is made of nothing.
pub(super) const fn of_nothing() -> u32 {
    OLDEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_loads_what_is_not_newer_and_not_of_the_other_kind() {
        let loaded = |engine, version: &str| -> Vec<u32> {
            let version = version.parse().expect("a version");
            [6, 9, 10, 11, 12, 80].into_iter().filter(|rdb| loads(engine, &version, *rdb)).collect()
        };
        assert_eq!(loaded(Engine::Redis, "6.2"), [6, 9]);
        assert_eq!(loaded(Engine::Redis, "7.1"), [6, 9, 10]);
        assert_eq!(loaded(Engine::Redis, "7.2"), [6, 9, 10, 11]);
        assert_eq!(loaded(Engine::Redis, "8.0"), [6, 9, 10, 11, 12]);
        assert_eq!(loaded(Engine::Valkey, "7.2"), [6, 9, 10, 11]);
        assert_eq!(loaded(Engine::Valkey, "8.2"), [6, 9, 10, 11]);
        assert_eq!(loaded(Engine::Valkey, "9.0"), [6, 9, 10, 11, 80]);
        assert!(loaded(Engine::Memcached, "1.6.22").is_empty());
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        for version in [6, 9, 10, 11, 12, 80] {
            assert_eq!(read_header(header(version).as_bytes()).expect("a version"), version);
        }
    }

    #[test]
    fn headers_of_other_files_and_versions_are_told_apart() {
        let error = |header: &str| read_header(header.as_bytes()).expect_err(header);
        assert!(matches!(error("REDIS0005"), RdbError::Version(5)));
        assert!(matches!(error("REDIS0013"), RdbError::Version(13)));
        assert!(matches!(error("REDIS0080"), RdbError::Version(80)));
        assert!(matches!(error("VALKEY011"), RdbError::Version(11)));
        assert!(matches!(error("VALKEY081"), RdbError::Version(81)));
        assert!(matches!(error("REDIS00x9"), RdbError::NotRdb));
        assert!(matches!(error("*1\r\n$4\r\nP"), RdbError::NotRdb));
        assert!(matches!(error("\x1f"), RdbError::NotRdb));
        for short in ["", "R", "VALK", "REDIS", "REDIS00", "VALKEY08"] {
            assert!(matches!(error(short), RdbError::Truncated), "{short:?}");
        }
    }
}
