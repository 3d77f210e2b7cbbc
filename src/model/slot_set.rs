//! Sets of hash slots. A cluster spreads its keys over 16,384 of them, and every shard owns some. `ElastiCache`'s API
//! writes such a set as ranges with commas between: `0-5461,10923-16383`.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How many hash slots there are.
pub const SLOTS: u16 = 16_384;

/// A set of hash slots.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct SlotSet {
    /// The first and the last slot of each range, in order. No two ranges touch, so equal sets are equal in memory.
    ranges: Vec<(u16, u16)>,
}

/// A text that is not a set of slots.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a list of hash slots between 0 and 16383, such as 0-5461,10923-16383")]
pub struct NotSlots(String);

impl SlotSet {
    /// Every slot there is.
    #[must_use]
    pub fn all() -> Self {
        Self { ranges: vec![(0, SLOTS - 1)] }
    }

    /// Every slot there is, spread over `shards` sets of consecutive slots as `ElastiCache` spreads them: what does not
    /// divide evenly goes to the first sets, as in `0-5461`, `5462-10922`, `10923-16383`.
    #[must_use]
    pub fn even_split(shards: u16) -> Vec<Self> {
        let mut next = 0;
        let size = |shard| SLOTS / shards + u16::from(shard < SLOTS % shards);
        let mut take = |size: u16| {
            next += size;
            if size == 0 { Self::default() } else { Self { ranges: vec![(next - size, next - 1)] } }
        };
        (0..shards).map(|shard| take(size(shard))).collect()
    }

    /// How many slots it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.iter().map(|(first, last)| usize::from(last - first) + 1).sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Whether it holds `slot`.
    #[must_use]
    pub fn contains(&self, slot: u16) -> bool {
        let after = self.ranges.partition_point(|(first, _)| *first <= slot);
        after > 0 && slot <= self.ranges[after - 1].1
    }

    /// Its slots in order.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = u16> + '_ {
        self.ranges.iter().flat_map(|(first, last)| *first..=*last)
    }

    /// The first and the last slot of each run of consecutive slots, in order.
    #[must_use]
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.ranges
    }

    /// The slots of either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut ranges: Vec<_> = self.ranges.iter().chain(&other.ranges).copied().collect();
        ranges.sort_unstable();
        Self::joined(ranges)
    }

    /// The slots of this set that `other` does not hold.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.iter().filter(|slot| !other.contains(*slot)).collect()
    }

    /// The slots of both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|slot| other.contains(*slot)).collect()
    }

    /// The set of these ranges, which have to be in order and may overlap or touch.
    fn joined(ranges: impl IntoIterator<Item = (u16, u16)>) -> Self {
        let mut joined: Vec<(u16, u16)> = Vec::new();
        for (first, last) in ranges {
            match joined.last_mut() {
                Some((_, end)) if first <= *end + 1 => *end = last.max(*end),
                _ => joined.push((first, last)),
            }
        }
        Self { ranges: joined }
    }
}

impl FromIterator<u16> for SlotSet {
    /// # Panics
    /// When a number is not that of a slot.
    fn from_iter<I: IntoIterator<Item = u16>>(slots: I) -> Self {
        let slots: BTreeSet<u16> = slots.into_iter().collect();
        assert!(slots.last().is_none_or(|slot| *slot < SLOTS), "there are 16384 slots");
        Self::joined(slots.into_iter().map(|slot| (slot, slot)))
    }
}

impl FromStr for SlotSet {
    type Err = NotSlots;

    fn from_str(text: &str) -> Result<Self, NotSlots> {
        let not_slots = || NotSlots(text.to_owned());
        let slot = |text: &str| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            digits.then(|| text.parse().ok()).flatten().filter(|slot| *slot < SLOTS).ok_or_else(not_slots)
        };
        let mut ranges = Vec::new();
        for part in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (slot(first)?, slot(last)?);
            if first > last {
                return Err(not_slots());
            }
            ranges.push((first, last));
        }
        ranges.sort_unstable();
        Ok(Self::joined(ranges))
    }
}

impl TryFrom<String> for SlotSet {
    type Error = NotSlots;

    fn try_from(text: String) -> Result<Self, NotSlots> {
        text.parse()
    }
}

impl From<SlotSet> for String {
    fn from(slots: SlotSet) -> Self {
        slots.to_string()
    }
}

impl fmt::Display for SlotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (first, last)) in self.ranges.iter().enumerate() {
            if place > 0 {
                f.write_str(",")?;
            }
            if first == last { write!(f, "{first}")? } else { write!(f, "{first}-{last}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::btree_set, prelude::*};

    use super::*;

    fn split(shards: u16) -> Vec<String> {
        SlotSet::even_split(shards).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn slots_are_spread_as_elasticache_spreads_them() {
        assert_eq!(split(1), ["0-16383"]);
        assert_eq!(split(2), ["0-8191", "8192-16383"]);
        assert_eq!(split(3), ["0-5461", "5462-10922", "10923-16383"]);
    }

    #[test]
    fn what_is_no_list_of_slots_is_refused() {
        for text in ["16384", "0-16384", "5-4", "a", "1-", "-1", "+1", "1,,2", ",", "1-2-3", "99999999"] {
            assert_eq!(text.parse::<SlotSet>(), Err(NotSlots(text.to_owned())), "{text}");
        }
        assert_eq!("".parse(), Ok(SlotSet::default()));
        assert_eq!("3, 1-2,2-2".parse::<SlotSet>().map(|slots| slots.to_string()), Ok("1-3".to_owned()));
    }

    fn slots() -> impl Strategy<Value = BTreeSet<u16>> {
        // Small numbers, so that slots are often neighbours, and the ends of what there is.
        btree_set(prop_oneof![0..40_u16, 16_370..SLOTS], 0..40)
    }

    proptest! {
        #[test]
        fn a_set_is_the_set_of_its_slots(a in slots(), b in slots(), slot in 0..SLOTS) {
            let set = |slots: &BTreeSet<u16>| slots.iter().copied().collect::<SlotSet>();
            let (x, y) = (set(&a), set(&b));
            prop_assert_eq!(x.len(), a.len());
            prop_assert_eq!(x.contains(slot), a.contains(&slot));
            prop_assert!(x.iter().eq(a.iter().copied()));
            prop_assert_eq!(x.union(&y), set(&(&a | &b)));
            prop_assert_eq!(x.difference(&y), set(&(&a - &b)));
            prop_assert_eq!(x.intersection(&y), set(&(&a & &b)));
            prop_assert_eq!(x.to_string().parse(), Ok(x.clone()));
            let text = serde_json::to_string(&x).expect("a text");
            prop_assert_eq!(serde_json::from_str::<SlotSet>(&text).expect("slots"), x);
        }

        #[test]
        fn a_split_is_even_and_whole(shards in 1..=500_u16) {
            let sets = SlotSet::even_split(shards);
            let sizes: Vec<_> = sets.iter().map(SlotSet::len).collect();
            prop_assert!(sizes.iter().max().expect("one") - sizes.iter().min().expect("one") <= 1);
            let whole = sets.iter().fold(SlotSet::default(), |whole, set| whole.union(set));
            prop_assert_eq!(whole, SlotSet::all());
        }
    }
}
