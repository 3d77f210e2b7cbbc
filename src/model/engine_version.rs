//! Engine versions and their order.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::Engine;

/// A version of an engine as it was written: `7.1`, `5.0.6`, `1.6.22`. Versions order by their numbers; a part that
/// is missing counts as zero in comparisons and stays missing in the text.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EngineVersion {
    text: String,
    parts: [u32; 3],
    given: usize,
}

impl EngineVersion {
    /// The first number.
    #[must_use]
    pub fn major(&self) -> u32 {
        self.parts[0]
    }

    /// The second number, zero when it was not written.
    #[must_use]
    pub fn minor(&self) -> u32 {
        self.parts[1]
    }

    /// The third number, zero when it was not written.
    #[must_use]
    pub fn patch(&self) -> u32 {
        self.parts[2]
    }

    /// How many numbers were written, from one to three.
    #[must_use]
    pub fn precision(&self) -> usize {
        self.given
    }

    /// Whether this version is what somebody gets who asks for `wanted`: equal in all numbers that were asked for.
    #[must_use]
    pub fn satisfies(&self, wanted: &Self) -> bool {
        self.parts[..wanted.given] == wanted.parts[..wanted.given]
    }

    /// The published version that a version of `ElastiCache` corresponds to: itself, but for those that only AWS ever
    /// released. Redis OSS 7.1 is AWS's own work on 7.0, and Valkey 8.2 is AWS's own work on 8.1.
    #[must_use]
    pub fn published(&self, engine: Engine) -> Self {
        match (engine, self.major(), self.minor()) {
            (Engine::Redis, 7, 1) => Self::of(7, 0),
            (Engine::Valkey, 8, 2) => Self::of(8, 1),
            _ => self.clone(),
        }
    }

    /// Major and minor number only.
    #[must_use]
    pub fn without_patch(&self) -> Self {
        Self::of(self.major(), self.minor())
    }

    /// The version of these two numbers.
    #[must_use]
    pub fn of(major: u32, minor: u32) -> Self {
        Self { text: format!("{major}.{minor}"), parts: [major, minor, 0], given: 2 }
    }

    /// The version as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl PartialEq for EngineVersion {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for EngineVersion {}

impl PartialOrd for EngineVersion {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EngineVersion {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.parts.cmp(&other.parts)
    }
}

impl std::hash::Hash for EngineVersion {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.parts.hash(state);
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A text that is no version: not one to three dotted numbers.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no engine version")]
pub struct InvalidVersion(String);

impl FromStr for EngineVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidVersion(text.to_owned());
        let mut parts = [0; 3];
        let mut given = 0;
        for part in text.split('.') {
            if given == parts.len() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(invalid());
            }
            parts[given] = part.parse().map_err(|_| invalid())?;
            given += 1;
        }
        Ok(Self { text: text.to_owned(), parts, given })
    }
}

impl TryFrom<String> for EngineVersion {
    type Error = InvalidVersion;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EngineVersion> for String {
    fn from(version: EngineVersion) -> Self {
        version.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> EngineVersion {
        text.parse().expect("a version")
    }

    #[test]
    fn versions_order_by_number_and_keep_their_text() {
        assert!(version("1.4.9") < version("1.4.14"));
        assert!(version("7") < version("7.1"));
        assert_eq!(version("7.0"), version("7.0.0"));
        assert_eq!(version("7.0").to_string(), "7.0");
        assert_eq!(version("7.0").precision(), 2);
    }

    #[test]
    fn what_only_aws_released_has_a_published_counterpart() {
        assert_eq!(version("7.1").published(Engine::Redis).as_str(), "7.0");
        assert_eq!(version("8.2").published(Engine::Valkey).as_str(), "8.1");
        assert_eq!(version("6.2").published(Engine::Redis).as_str(), "6.2");
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in ["", ".", "7.", "6.x", "1.2.3.4", "-1", "+7", " 7", "99999999999"] {
            assert!(text.parse::<EngineVersion>().is_err(), "{text:?}");
        }
    }
}
