//! The hash slot of a key, by the rule that every engine and client in cluster mode follows.

use crc::{CRC_16_XMODEM, Crc, Table};

use crate::model::SLOTS;

static HASH: Crc<u16, Table<16>> = Crc::<u16, Table<16>>::new(&CRC_16_XMODEM);

/// The slot of `key`: of what stands between its first `{` and the next `}` when that is something, else of all of it.
pub(super) fn slot_of(key: &[u8]) -> u16 {
    HASH.checksum(tag(key).unwrap_or(key)) % SLOTS
}

fn tag(key: &[u8]) -> Option<&[u8]> {
    let after = memchr::memchr(b'{', key)? + 1;
    let length = memchr::memchr(b'}', &key[after..])?;
    (length > 0).then(|| &key[after..after + length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_those_of_the_engines() {
        for (key, slot) in [("foo", 12182), ("123456789", 12739), ("", 0), ("user1000", 3443)] {
            assert_eq!(slot_of(key.as_bytes()), slot, "{key}");
        }
    }

    #[test]
    fn keys_with_one_tag_share_a_slot() {
        for key in ["{user1000}.a", "b{user1000}", "{user1000}{other}", "{user1000}}"] {
            assert_eq!(slot_of(key.as_bytes()), slot_of(b"user1000"), "{key}");
        }
        for key in ["foo{}{user1000}", "foo{user1000", "}user1000{"] {
            assert_eq!(slot_of(key.as_bytes()), HASH.checksum(key.as_bytes()) % SLOTS, "{key}");
        }
    }
}
