//! The way of a group out of a cluster that it shares with groups of other regions. An engine in cluster mode that has
//! been a replica keeps its data only as long as it is one, or takes the slots for itself, which are others'. So the data
//! of each shard are pulled into a file, new engines start with those, make a cluster of the group's own, and take the
//! place of the old ones all at once. Until then everything is as it was, and from then on everything is new.

use futures_util::future::try_join_all;

use super::{Engine, GroupActor, GroupChange, Members, Progress, find, place::Place};
use crate::{
    engine::Dump,
    model::{EngineRef, EngineRole, NodeGroup, NodeGroupId, NodeId, ReplicationGroup},
    reconcile::{datastore, failure::StepError},
    snapshot_files::Fresh,
};

impl GroupActor {
    /// Pulls the data of these shards into files, and asks for new engines that start with them.
    pub(super) async fn take_data(
        &self,
        group: &ReplicationGroup,
        members: &Members,
        shards: &[NodeGroupId],
    ) -> Result<Progress, StepError> {
        let place = Place::of(group, &self.shared.store.tables());
        let pulls = shards.iter().filter_map(|id| Some((id, group.node_groups.get(id)?))).map(async |(id, shard)| {
            let is_followed = place.upstream.as_ref().is_some_and(|upstream| upstream.contains_key(id));
            let file = match source(shard, members).filter(|engine| engine.running.is_real()) {
                None => None,
                Some(engine) => Some(self.pull(&engine, is_followed).await?),
            };
            Ok::<_, StepError>((id.clone(), file))
        });
        let taken = try_join_all(pulls).await?;
        let files =
            taken.iter().map(|(id, file)| (id.clone(), file.as_ref().map(|file| file.file().clone()))).collect();
        self.change(GroupChange::DataTaken(files)).await?;
        // Until here no record named the files.
        drop(taken);
        Ok(Progress::Done)
    }

    /// Pulls what an engine holds.
    async fn pull(&self, engine: &Engine, is_followed: bool) -> Result<Fresh, StepError> {
        let mut client = self.client(engine).await?;
        if !is_followed && !client.replication().await?.link_is_up() {
            // A replica without its primary gives nobody its data.
            client.take_over().await?;
        }
        self.keep(engine, client).await;
        let mut writing = self.shared.snapshot_files.begin().await?;
        let mut dump = Dump::request(engine.running.address, &self.settings(engine)).await?;
        while let Some(piece) = dump.next().await? {
            writing.write(&piece).await?;
        }
        Ok(writing.finish().await?)
    }

    /// Makes a cluster of the new engines, and the group one that takes writes and is in no datastore.
    pub(super) async fn depart(&self, group: &ReplicationGroup, members: &Members) -> Result<Progress, StepError> {
        let Some(departure) = &group.departure else { return Ok(Progress::UnderWay) };
        let primaries = departure.filled.iter().map(|(id, engine)| (id, engine.clone())).collect();
        let seats = self.make_cluster(group, members, &primaries).await?;
        if seats.is_empty() {
            return Ok(Progress::UnderWay);
        }
        let now = self.shared.clock.now();
        let departed = GroupChange::Departed { primaries: departure.filled.clone(), seats };
        self.change_with(departed, move |draft, before| datastore::let_go(draft, before, now)).await?;
        Ok(Progress::Done)
    }
}

/// The engine of a shard that its data are taken of: one that has copied another region, best the one in the primary's
/// place.
fn source(shard: &NodeGroup, members: &Members) -> Option<Engine> {
    let of_member = |id: &String| {
        let node = members.get(id)?.nodes.get(&NodeId::FIRST)?;
        let names =
            node.engines.keys().map(|generation| EngineRef { cache_cluster_id: id.clone(), generation: *generation });
        names
            .filter_map(|name| find(members, &name))
            .find(|engine| matches!(engine.running.role, Some(EngineRole::Secondary { .. })))
    };
    of_member(&shard.primary.cache_cluster_id).or_else(|| shard.members.iter().find_map(of_member))
}
