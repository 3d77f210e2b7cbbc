//! Which shard is to own which slots after shards were added, removed or found uneven.

use std::collections::BTreeMap;

use super::{NodeGroupId, SLOTS, SlotSet};

/// The slots that each shard is to own so that those of `staying` own all of them, evenly to within one slot, and as few
/// as possible move. Shards of `present` that do not stay own none in the end.
///
/// # Panics
/// When no shard stays: somebody has to own the slots.
#[must_use]
pub fn even_targets(
    present: &BTreeMap<NodeGroupId, SlotSet>,
    staying: &[NodeGroupId],
) -> BTreeMap<NodeGroupId, SlotSet> {
    assert!(!staying.is_empty(), "somebody has to own the slots");
    let owned = |id: &NodeGroupId| present.get(id).cloned().unwrap_or_default();
    // Who has most keeps most: a shard that has one slot more than others need not give it away.
    let mut by_size: Vec<_> = staying.iter().map(|id| (id, owned(id))).collect();
    by_size.sort_by_key(|(id, slots)| (std::cmp::Reverse(slots.len()), (*id).clone()));
    let (share, rest) = (usize::from(SLOTS) / staying.len(), usize::from(SLOTS) % staying.len());
    let mut targets = BTreeMap::new();
    let mut wanting = Vec::new();
    let mut kept = SlotSet::default();
    for (place, (id, slots)) in by_size.into_iter().enumerate() {
        let size = share + usize::from(place < rest);
        let keeps: SlotSet = slots.iter().take(size).collect();
        kept = kept.union(&keeps);
        wanting.push((id.clone(), size - keeps.len()));
        targets.insert(id.clone(), keeps);
    }
    let free: Vec<u16> = SlotSet::all().difference(&kept).iter().collect();
    let mut free = free.into_iter();
    wanting.sort();
    for (id, missing) in wanting {
        let more: SlotSet = free.by_ref().take(missing).collect();
        if let Some(target) = targets.get_mut(&id) {
            *target = target.union(&more);
        }
    }
    targets.extend(present.keys().filter(|id| !staying.contains(id)).map(|id| (id.clone(), SlotSet::default())));
    targets
}

/// How many slots have to move from `present` to `target`.
#[must_use]
pub fn slots_to_move(present: &BTreeMap<NodeGroupId, SlotSet>, target: &BTreeMap<NodeGroupId, SlotSet>) -> usize {
    let missing = |(id, slots): (&NodeGroupId, &SlotSet)| {
        present.get(id).map_or(slots.len(), |present| slots.difference(present).len())
    };
    target.iter().map(missing).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids(numbers: impl IntoIterator<Item = u16>) -> Vec<NodeGroupId> {
        numbers.into_iter().map(NodeGroupId::new).collect()
    }

    #[test]
    fn a_second_shard_gets_half() {
        let present = [(NodeGroupId::new(1), SlotSet::all())].into();
        let targets = even_targets(&present, &ids([1, 2]));
        let texts: Vec<_> = targets.values().map(ToString::to_string).collect();
        assert_eq!(texts, ["0-8191", "8192-16383"]);
        assert_eq!(slots_to_move(&present, &targets), 8192);
    }

    #[test]
    fn a_shard_that_goes_owns_nothing() {
        let present: BTreeMap<_, _> = ids(1..=3).into_iter().zip(SlotSet::even_split(3)).collect();
        let targets = even_targets(&present, &ids([1, 3]));
        assert_eq!(targets[&NodeGroupId::new(2)], SlotSet::default());
        assert_eq!(slots_to_move(&present, &targets), 5461);
    }

    proptest! {
        #[test]
        fn all_slots_are_owned_evenly_and_few_move(before in 1..12_u16, after in 1..12_u16, skip in 0..12_u16) {
            let present: BTreeMap<_, _> = ids(1..=before).into_iter().zip(SlotSet::even_split(before)).collect();
            let staying = ids(skip + 1..=skip + after);
            let targets = even_targets(&present, &staying);
            let all = targets.values().fold(SlotSet::default(), |all, slots| all.union(slots));
            let count: usize = targets.values().map(SlotSet::len).sum();
            prop_assert_eq!((all, count), (SlotSet::all(), usize::from(SLOTS)));
            let sizes = || staying.iter().map(|id| targets[id].len());
            prop_assert!(sizes().max().unwrap() - sizes().min().unwrap() <= 1);
            // What stays where it is: as much of each shard that stays as its share allows.
            let kept: usize = staying.iter().filter_map(|id| present.get(id)).map(|slots| {
                slots.len().min(usize::from(SLOTS) / staying.len())
            }).sum();
            prop_assert!(slots_to_move(&present, &targets) <= usize::from(SLOTS) - kept);
        }
    }
}
