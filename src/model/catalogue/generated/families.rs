// Generated from the facts by tests/catalogue. Do not edit.

use crate::model::catalogue::families::Family;

pub static FAMILIES: &[Family] = &[
    super::memcached1_4::FAMILY,
    super::memcached1_5::FAMILY,
    super::memcached1_6::FAMILY,
    super::redis2_6::FAMILY,
    super::redis2_8::FAMILY,
    super::redis3_2::FAMILY,
    super::redis4_0::FAMILY,
    super::redis5_0::FAMILY,
    super::redis6_x::FAMILY,
    super::redis7::FAMILY,
    super::valkey7::FAMILY,
    super::valkey8::FAMILY,
    super::valkey9::FAMILY,
];
