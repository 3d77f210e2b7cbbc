//! A set of hash slots, as ranges in rising order. Of the 16,384 slots of a cluster each shard owns such a set.

use std::{fmt, ops::RangeInclusive, str::FromStr};

use serde::{Deserialize, Serialize};

/// How many slots there are.
pub const SLOTS: u16 = 16_384;

/// Hash slots, written as `0-324,5462-5692`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SlotSet {
    /// In rising order, neither empty nor touching each other.
    ranges: Vec<(u16, u16)>,
}

impl SlotSet {
    /// Every slot.
    #[must_use]
    pub fn all() -> Self {
        Self { ranges: vec![(0, SLOTS - 1)] }
    }

    /// All slots in `parts` parts of consecutive slots that differ by one slot at most, as `ElastiCache` splits them:
    /// `0-5461`, `5462-10922`, `10923-16383`.
    #[must_use]
    pub fn even_split(parts: usize) -> Vec<Self> {
        let slots = usize::from(SLOTS);
        let mut next = 0;
        (0..parts)
            .map(|part| {
                let length = slots / parts + usize::from(part < slots % parts);
                let first = next;
                next += length;
                (first..next).filter_map(|slot| u16::try_from(slot).ok()).collect()
            })
            .collect()
    }

    /// The ranges, in rising order.
    pub fn ranges(&self) -> impl Iterator<Item = RangeInclusive<u16>> + '_ {
        self.ranges.iter().map(|(first, last)| *first..=*last)
    }

    /// The slots, in rising order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.ranges().flatten()
    }

    /// How many slots there are in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|(first, last)| usize::from(last - first) + 1).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether `slot` is in it.
    #[must_use]
    pub fn contains(&self, slot: u16) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= slot);
        after.checked_sub(1).is_some_and(|index| slot <= self.ranges[index].1)
    }

    /// The slots that are in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut ranges: Vec<_> = self.ranges.iter().chain(&other.ranges).copied().collect();
        ranges.sort_unstable();
        let mut union = Self::default();
        for (first, last) in ranges {
            union.append(first, last);
        }
        union
    }

    /// The slots that are not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.iter().filter(|slot| !other.contains(*slot)).collect()
    }

    /// The slots that are in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|slot| other.contains(*slot)).collect()
    }

    /// Adds a range that does not begin before the last one.
    fn append(&mut self, first: u16, last: u16) {
        match self.ranges.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => self.ranges.push((first, last)),
        }
    }
}

impl FromIterator<u16> for SlotSet {
    fn from_iter<I: IntoIterator<Item = u16>>(slots: I) -> Self {
        let mut slots: Vec<_> = slots.into_iter().collect();
        slots.sort_unstable();
        let mut set = Self::default();
        for slot in slots {
            set.append(slot, slot);
        }
        set
    }
}

impl fmt::Display for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (first, last)) in self.ranges.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            if first == last {
                write!(f, "{first}")?;
            } else {
                write!(f, "{first}-{last}")?;
            }
        }
        Ok(())
    }
}

/// A text that names no slots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no list of slot ranges such as 0-324,5462-5692")]
pub struct InvalidSlots(String);

impl FromStr for SlotSet {
    type Err = InvalidSlots;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidSlots(text.to_owned());
        let slot = |text: &str| text.trim().parse::<u16>().ok().filter(|slot| *slot < SLOTS).ok_or_else(invalid);
        let mut ranges = Vec::new();
        for range in text.split(',').filter(|_| !text.is_empty()) {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let (first, last) = (slot(first)?, slot(last)?);
            if first > last {
                return Err(invalid());
            }
            ranges.push((first, last));
        }
        ranges.sort_unstable();
        let mut set = Self::default();
        for (first, last) in ranges {
            set.append(first, last);
        }
        Ok(set)
    }
}

impl TryFrom<String> for SlotSet {
    type Error = InvalidSlots;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<SlotSet> for String {
    fn from(slots: SlotSet) -> Self {
        slots.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(text: &str) -> SlotSet {
        text.parse().expect("slots")
    }

    #[test]
    fn texts_come_back_in_canonical_form() {
        for (text, canonical) in [("", ""), ("5", "5"), ("7-9,0-3,4", "0-4,7-9"), ("0-5,3-8", "0-8")] {
            assert_eq!(slots(text).to_string(), canonical);
        }
        for text in ["a", "-1", "16384", "5-3", "1,,2"] {
            assert!(text.parse::<SlotSet>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_split_is_that_of_elasticache() {
        let texts = |parts| SlotSet::even_split(parts).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(texts(2), ["0-8191", "8192-16383"]);
        assert_eq!(texts(3), ["0-5461", "5462-10922", "10923-16383"]);
        assert_eq!(SlotSet::even_split(90).iter().map(SlotSet::len).sum::<usize>(), usize::from(SLOTS));
    }

    #[test]
    fn sets_are_joined_and_taken_apart() {
        let (a, b) = (slots("0-10,20-30"), slots("5-25"));
        assert_eq!(a.union(&b).to_string(), "0-30");
        assert_eq!(a.difference(&b).to_string(), "0-4,26-30");
        assert_eq!(a.intersection(&b).to_string(), "5-10,20-25");
        assert!(a.contains(10) && !a.contains(11) && a.contains(20));
        assert_eq!(a.len(), 22);
    }
}
