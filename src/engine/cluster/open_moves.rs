//! Moves of slots that were begun and not ended.

use super::{
    member::{Member, connect_all},
    view::ClusterView,
};
use crate::{engine::EngineError, model::SlotSet};

/// Slots on their way from one primary to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenMove {
    /// The id of the node that they come from.
    pub source: String,
    /// The id of the node that they go to.
    pub target: String,
    /// The slots.
    pub slots: SlotSet,
}

/// The moves between `members` that were cut short. Each is to be ended by [`move_slots`](super::move_slots), in the
/// same direction: the keys of one slot may be on both sides.
///
/// # Errors
/// When an engine does not answer.
pub async fn open_moves(members: &[Member]) -> Result<Vec<OpenMove>, EngineError> {
    let mut views = Vec::new();
    for mut node in connect_all(members).await? {
        views.push(node.client.view().await?);
    }
    Ok(of_views(&views))
}

fn of_views(views: &[ClusterView]) -> Vec<OpenMove> {
    let mut moves: Vec<OpenMove> = Vec::new();
    let mut add = |source: &str, target: &str, slots: &SlotSet| match moves
        .iter_mut()
        .find(|one| one.source == source && one.target == target)
    {
        Some(one) => one.slots = one.slots.union(slots),
        None => moves.push(OpenMove { source: source.into(), target: target.into(), slots: slots.clone() }),
    };
    for myself in views.iter().map(ClusterView::myself).filter(|node| node.is_primary()) {
        for (target, slots) in &myself.migrating {
            add(&myself.id, target, slots);
        }
        for (source, slots) in &myself.importing {
            add(source, &myself.id, slots);
        }
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_a_move_tell_of_it() {
        let view = |line: &str| line.parse::<ClusterView>().expect("a view");
        let views = [
            view("aa 127.0.0.1:7000@17000 myself,master - 0 0 1 connected 0-8191 [5->-bb] [6->-bb]"),
            view("bb 127.0.0.2:7000@17000 myself,master - 0 0 2 connected 8192-16383 [6-<-aa] [7-<-aa]"),
            view("cc 127.0.0.3:7000@17000 myself,slave bb 0 0 2 connected [7-<-aa]"),
        ];
        let slots = "5-7".parse().expect("slots");
        assert_eq!(of_views(&views), [OpenMove { source: "aa".into(), target: "bb".into(), slots }]);
    }
}
