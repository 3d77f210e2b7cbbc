//! `DescribeUpdateActions`.

use chrono::{DateTime, Utc};

use super::{asked_for, target::Target, view::View};
use crate::{
    model::{UpdateTarget, catalogue::service_updates::ServiceUpdate},
    operations::{Operations, errors, pagination::Page, request::Request},
    protocol::{AwsError, Output, types},
};

impl Operations {
    /// # Compatibility
    /// `scheduled` is what applies itself in the next maintenance window. `scheduling` and `not-applicable` do not
    /// occur. What an update does not apply to has no action.
    pub(in crate::operations) fn describe_update_actions(
        &self,
        request: &Request,
        input: &types::DescribeUpdateActionsMessage,
    ) -> Result<Output, AwsError> {
        let types::DescribeUpdateActionsMessage {
            service_update_name,
            replication_group_ids,
            cache_cluster_ids,
            engine,
            service_update_status,
            service_update_time_range,
            update_action_status,
            show_node_level_update_status,
            max_records,
            marker,
        } = input;
        let page = Page::new(*max_records, marker.as_deref())?;
        let now = self.clock.now();
        let mut updates = asked_for(service_update_name.as_deref(), service_update_status.as_deref(), now)?;
        if let Some(range) = service_update_time_range {
            check_range(range)?;
            updates.retain(|update| is_in(update.released, range));
        }
        let tables = self.store.tables();
        let view = View { tables: &tables, now, shows_nodes: show_node_level_update_status.unwrap_or(false) };
        let names =
            Names { groups: named(replication_group_ids.as_ref()), clusters: named(cache_cluster_ids.as_ref()) };
        let is_wanted = |target: &Target<'_>| {
            names.include(&target.name())
                && engine.as_ref().is_none_or(|engine| target.engine().name().eq_ignore_ascii_case(engine))
        };
        let targets: Vec<_> = Target::all(&tables, &request.scope).filter(is_wanted).collect();
        let actions = updates.iter().flat_map(|update| {
            let concerned = targets.iter().filter(|target| target.is_concerned(update));
            concerned.map(move |target| (key(update, target), update, target))
        });
        let rest = actions.filter(|(key, ..)| page.after().is_none_or(|after| key.as_str() > after));
        let statuses = update_action_status.as_ref().filter(|statuses| !statuses.is_empty());
        let shown = rest.map(|(key, update, target)| (key, view.action(update, target))).filter(|(_, action)| {
            statuses.is_none_or(|asked| action.update_action_status.is_some_and(|is| asked.contains(&is)))
        });
        let (actions, marker) = page.take(shown, |(key, _)| key.as_str());
        Ok(Output::DescribeUpdateActions(types::UpdateActionsMessage {
            marker,
            update_actions: Some(actions.into_iter().map(|(_, action)| action).collect()),
        }))
    }
}

/// What the actions are sorted by. Clusters come before groups, as in the list of all targets.
fn key(update: &ServiceUpdate, target: &Target<'_>) -> String {
    target.name().action_id(&update.name)
}

/// The groups and clusters that are asked for; all, where none are named.
struct Names {
    groups: Vec<String>,
    clusters: Vec<String>,
}

impl Names {
    fn include(&self, target: &UpdateTarget) -> bool {
        let names_none = self.groups.is_empty() && self.clusters.is_empty();
        names_none
            || match target {
                UpdateTarget::CacheCluster(id) => self.clusters.contains(id),
                UpdateTarget::ReplicationGroup(id) => self.groups.contains(id),
            }
    }
}

fn named(ids: Option<&Vec<String>>) -> Vec<String> {
    ids.into_iter().flatten().map(|id| id.to_ascii_lowercase()).collect()
}

fn check_range(range: &types::TimeRangeFilter) -> Result<(), AwsError> {
    match (range.start_time, range.end_time) {
        (Some(start), Some(end)) if start > end => {
            Err(errors::invalid_combination("StartTime must not be later than EndTime."))
        }
        _ => Ok(()),
    }
}

fn is_in(time: DateTime<Utc>, range: &types::TimeRangeFilter) -> bool {
    range.start_time.is_none_or(|start| time >= start) && range.end_time.is_none_or(|end| time <= end)
}
