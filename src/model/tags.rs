//! The tags of a resource, and the rules for changing them.
//!
//! Which resources take tags, and which pass theirs on, is not decided here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::limits::TAGS_PER_RESOURCE;

/// The longest key, characters.
pub const KEY_LENGTH: usize = 128;
/// The longest value, characters.
pub const VALUE_LENGTH: usize = 256;

/// Keys that begin so, in any letter case, belong to AWS.
const RESERVED_PREFIX: &str = "aws:";

/// Tags, sorted by key. Keys and values keep their letter case; a value may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TagSet(BTreeMap<String, String>);

/// A change of tags that `ElastiCache` refuses. Only the codes are known, the texts are ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// More tags than a resource may have. AWS code: `TagQuotaPerResourceExceeded`.
    #[error(
        "The request cannot be processed because it would cause the resource to have more than {TAGS_PER_RESOURCE} tags."
    )]
    Quota,
    /// A key that is empty or too long. AWS code: `InvalidParameterValue`.
    #[error("Invalid tag key. Tag keys must be between 1 and {KEY_LENGTH} characters.")]
    KeyLength,
    /// A value that is too long. AWS code: `InvalidParameterValue`.
    #[error("Invalid tag value. Tag values must be at most {VALUE_LENGTH} characters.")]
    ValueLength,
    /// A key that belongs to AWS. AWS code: `InvalidParameterValue`.
    #[error("Tag keys must not begin with aws:.")]
    ReservedKey,
    /// None of the keys to remove is there. AWS code: `TagNotFound`.
    #[error("The requested tag was not found on this resource.")]
    NotFound,
}

impl TagSet {
    /// The tags of a new resource. Of a key that is given twice the last value counts.
    ///
    /// # Errors
    ///
    /// As [`Self::add`].
    pub fn new(tags: impl IntoIterator<Item = (String, String)>) -> Result<Self, TagError> {
        let mut set = Self::default();
        set.add(tags)?;
        Ok(set)
    }

    /// Adds tags; a key that is there already gets the new value. Nothing is changed when one is refused.
    ///
    /// # Errors
    ///
    /// [`TagError`], when a key or value breaks a rule or there would be too many.
    pub fn add(&mut self, tags: impl IntoIterator<Item = (String, String)>) -> Result<(), TagError> {
        let mut merged = self.0.clone();
        for (key, value) in tags {
            check(&key, &value)?;
            merged.insert(key, value);
        }
        if merged.len() > TAGS_PER_RESOURCE {
            return Err(TagError::Quota);
        }
        self.0 = merged;
        Ok(())
    }

    /// Removes the tags of these keys. Keys that are not there are passed over, unless none of them is.
    ///
    /// # Errors
    ///
    /// [`TagError::NotFound`], when there are keys and no tag has one of them.
    pub fn remove<'a>(&mut self, keys: impl IntoIterator<Item = &'a str>) -> Result<(), TagError> {
        let (mut asked, mut removed) = (false, false);
        for key in keys {
            asked = true;
            removed |= self.0.remove(key).is_some();
        }
        if asked && !removed { Err(TagError::NotFound) } else { Ok(()) }
    }

    /// The tags as key and value, sorted by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether there are no tags.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many tags there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

fn check(key: &str, value: &str) -> Result<(), TagError> {
    if key.is_empty() || key.chars().count() > KEY_LENGTH {
        return Err(TagError::KeyLength);
    }
    if value.chars().count() > VALUE_LENGTH {
        return Err(TagError::ValueLength);
    }
    if key.get(..RESERVED_PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED_PREFIX)) {
        return Err(TagError::ReservedKey);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    fn numbered(count: usize) -> Vec<(String, String)> {
        (0..count).map(|number| (format!("key{number}"), String::new())).collect()
    }

    #[test]
    fn the_same_key_is_overwritten_and_case_matters() {
        let mut set = TagSet::new(tags(&[("Name", "a"), ("name", "b")])).expect("tags");
        set.add(tags(&[("Name", "c")])).expect("tags");
        assert_eq!(set.iter().collect::<Vec<_>>(), [("Name", "c"), ("name", "b")]);
    }

    #[test]
    fn there_is_room_for_fifty() {
        let mut set = TagSet::new(numbered(50)).expect("fifty tags");
        assert_eq!(set.add(tags(&[("one", "more")])), Err(TagError::Quota));
        assert_eq!(set.len(), 50);
        set.add(tags(&[("key0", "other")])).expect("a key that is there");
        assert_eq!(set.get("key0"), Some("other"));
        assert_eq!(TagSet::new(numbered(51)), Err(TagError::Quota));
    }

    #[test]
    fn keys_and_values_have_rules() {
        let refused = |key: &str, value: &str| TagSet::new(tags(&[(key, value)])).err();
        assert_eq!(refused("", "v"), Some(TagError::KeyLength));
        assert_eq!(refused(&"é".repeat(128), ""), None);
        assert_eq!(refused(&"é".repeat(129), ""), Some(TagError::KeyLength));
        assert_eq!(refused("k", &"é".repeat(256)), None);
        assert_eq!(refused("k", &"é".repeat(257)), Some(TagError::ValueLength));
        assert_eq!(refused("aws:cloudformation:stack-name", "v"), Some(TagError::ReservedKey));
        assert_eq!(refused("AWS:x", "v"), Some(TagError::ReservedKey));
        assert_eq!(refused("awsome", "v"), None);
        assert_eq!(refused("é:aws:", "v"), None);
    }

    #[test]
    fn a_refused_addition_changes_nothing() {
        let mut set = TagSet::new(tags(&[("a", "1")])).expect("tags");
        set.add(tags(&[("a", "2"), ("aws:b", "3")])).expect_err("reserved");
        assert_eq!(set.get("a"), Some("1"));
    }

    #[test]
    fn removing_needs_one_key_that_is_there() {
        let mut set = TagSet::new(tags(&[("a", "1"), ("b", "2")])).expect("tags");
        set.remove(["a", "missing"]).expect("one is there");
        assert_eq!(set.iter().collect::<Vec<_>>(), [("b", "2")]);
        assert_eq!(set.remove(["missing"]), Err(TagError::NotFound));
        assert_eq!(set.remove([]), Ok(()));
        set.remove(["b"]).expect("there");
        assert!(set.is_empty());
    }
}
