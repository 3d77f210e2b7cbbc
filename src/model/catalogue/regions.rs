//! What depends on the region: partition, zones, the block of default windows, names in endpoints.
//!
//! A region that is not in the table still works: its facts are derived from its name, so a new region of AWS, or one
//! that a test makes up, is no error.

use sha2::{Digest, Sha256};

use super::generated::regions::REGIONS;

/// A region of AWS.
#[derive(Debug)]
pub struct Region {
    /// The region's name: `us-east-1`.
    pub name: &'static str,
    /// How endpoint names call it: `use1`.
    pub short_code: &'static str,
    /// The part of the day in which `ElastiCache` places maintenance windows that nobody chose.
    pub maintenance_block: MaintenanceBlock,
    /// The letters of the availability zones.
    pub zones: &'static str,
    /// The prefix of the ids of global datastores whose primary is in this region, where AWS offers them.
    pub global_datastore_prefix: Option<&'static str>,
}

/// A part of every day, which may pass midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaintenanceBlock {
    /// When it begins: minutes after midnight UTC.
    pub start: u16,
    /// How long it is, minutes.
    pub minutes: u16,
}

/// A group of regions with accounts and endpoints of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Partition {
    /// `aws`.
    Aws,
    /// `aws-cn`.
    AwsCn,
    /// `aws-us-gov`.
    AwsUsGov,
}

impl Partition {
    /// Every partition.
    pub const ALL: [Self; 3] = [Self::Aws, Self::AwsCn, Self::AwsUsGov];

    /// The partition of a region, told by the region's name.
    #[must_use]
    pub fn of_region(region: &str) -> Self {
        if region.starts_with("cn-") {
            Self::AwsCn
        } else if region.starts_with("us-gov-") {
            Self::AwsUsGov
        } else {
            Self::Aws
        }
    }

    /// The name in ARNs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::AwsCn => "aws-cn",
            Self::AwsUsGov => "aws-us-gov",
        }
    }

    /// The domain under which endpoints are named: `amazonaws.com`, and another in China.
    #[must_use]
    pub fn dns_suffix(self) -> &'static str {
        match self {
            Self::Aws | Self::AwsUsGov => "amazonaws.com",
            Self::AwsCn => "amazonaws.com.cn",
        }
    }
}

/// Every region in the table, sorted by name.
#[must_use]
pub fn regions() -> &'static [Region] {
    REGIONS
}

/// The region of that name, if the table has it.
#[must_use]
pub fn region(name: &str) -> Option<&'static Region> {
    REGIONS.binary_search_by_key(&name, |region| region.name).ok().map(|index| &REGIONS[index])
}

/// How endpoint names call a region: `use1`.
#[must_use]
pub fn short_code(name: &str) -> String {
    region(name).map_or_else(|| derived_short_code(name), |region| region.short_code.to_owned())
}

/// The names of a region's availability zones, at least three: `us-east-1a`, `us-east-1b`, and so on.
#[must_use]
pub fn availability_zones(name: &str) -> Vec<String> {
    let letters = region(name).map_or("abc", |region| region.zones);
    letters.chars().map(|letter| format!("{name}{letter}")).collect()
}

/// The part of the day in which `ElastiCache` places maintenance windows that nobody chose.
#[must_use]
pub fn maintenance_block(name: &str) -> MaintenanceBlock {
    region(name).map_or(MaintenanceBlock { start: 3 * 60, minutes: 8 * 60 }, |region| region.maintenance_block)
}

/// The prefix of the ids of global datastores whose primary is in a region: five letters. Where AWS has none, five
/// letters made from the region's name.
#[must_use]
pub fn global_datastore_prefix(name: &str) -> String {
    let known = region(name).and_then(|region| region.global_datastore_prefix);
    known.map_or_else(
        || Sha256::digest(name.as_bytes()).iter().take(5).map(|byte| char::from(b'a' + byte % 26)).collect(),
        str::to_owned,
    )
}

/// `ap-southeast-9` is called `apse9`: the area, the first letters of the directions, the number.
fn derived_short_code(name: &str) -> String {
    let mut parts: Vec<&str> = name.split('-').collect();
    let (area, number) = match (parts.first().copied(), parts.len() > 1) {
        (Some(area), true) => (area, parts.pop().unwrap_or_default()),
        _ => return name.to_owned(),
    };
    let directions: String = parts[1..]
        .iter()
        .map(|part| match *part {
            "northeast" => "ne",
            "northwest" => "nw",
            "southeast" => "se",
            "southwest" => "sw",
            other => other.get(..1).unwrap_or_default(),
        })
        .collect();
    format!("{area}{directions}{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_region_is_found_and_has_three_zones() {
        assert!(regions().is_sorted_by_key(|region| region.name));
        for entry in regions() {
            assert!(std::ptr::eq(region(entry.name).expect("known"), entry));
            assert!(availability_zones(entry.name).len() >= 3, "{}", entry.name);
            assert!(entry.maintenance_block.start < 24 * 60);
            // China's north-west is the one that AWS shortened further.
            if entry.name != "cn-northwest-1" {
                assert_eq!(derived_short_code(entry.name), entry.short_code);
            }
        }
        assert_eq!(availability_zones("us-west-2")[0], "us-west-2a");
    }

    #[test]
    fn an_unknown_region_gets_derived_facts() {
        assert_eq!(short_code("ap-southeast-9"), "apse9");
        assert_eq!(short_code("local"), "local");
        assert_eq!(short_code(""), "");
        assert_eq!(availability_zones("eu-nowhere-1"), ["eu-nowhere-1a", "eu-nowhere-1b", "eu-nowhere-1c"]);
        assert_eq!(maintenance_block("eu-nowhere-1").start, 180);
        let prefix = global_datastore_prefix("eu-nowhere-1");
        assert!(prefix.len() == 5 && prefix.bytes().all(|byte| byte.is_ascii_lowercase()), "{prefix}");
        assert_ne!(prefix, global_datastore_prefix("eu-nowhere-2"));
        assert_eq!(global_datastore_prefix("us-east-1"), "ldgnf");
    }

    #[test]
    fn partitions_follow_the_name() {
        assert_eq!(Partition::of_region("cn-north-1").dns_suffix(), "amazonaws.com.cn");
        assert_eq!(Partition::of_region("us-gov-west-1").name(), "aws-us-gov");
        assert_eq!(Partition::of_region("us-east-1"), Partition::Aws);
    }
}
