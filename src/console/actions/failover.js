// Gives a shard, or a global datastore, another primary.

import { awsRequest, openForm } from '../form.js';

/** Has a shard fail over, as if its primary had failed. */
export function openFailover(group, shard) {
  openForm({
    title: `Fail over ${group.id}`,
    text: `A replica of shard ${shard.id} takes over, and the node that was the primary is replaced. Clients of the primary endpoint are led to the new one.`,
    submit: 'Fail over',
    request: () => awsRequest('TestFailover', { ReplicationGroupId: group.id, NodeGroupId: shard.id }),
    done: `Shard ${shard.id} of ${group.id} is failing over.`,
  });
}

/** Makes a replica the primary. */
export function openPromote(group, node) {
  openForm({
    title: `Promote ${node.cache_cluster_id}`,
    text: group.automatic_failover
      ? 'ElastiCache wants automatic failover to be off for this. It is on: turn it off under Modify first, or have the shard fail over.'
      : 'It becomes the primary, with all that was written; the present primary becomes a replica.',
    submit: 'Promote',
    request: () =>
      awsRequest('ModifyReplicationGroup', {
        ReplicationGroupId: group.id,
        PrimaryClusterId: node.cache_cluster_id,
        ApplyImmediately: true,
      }),
    done: `${node.cache_cluster_id} becomes the primary.`,
  });
}

/** Has another region of a global datastore take writes. */
export function openGlobalFailover(global) {
  const others = global.members.filter(([region]) => region !== global.primary_region);
  const groups = new Map(others);
  openForm({
    title: `Fail over ${global.id}`,
    submit: 'Fail over',
    fields: [
      {
        name: 'region',
        kind: 'select',
        label: 'Region that takes writes from then on',
        options: others.map(([region]) => region),
        value: others[0][0],
      },
    ],
    request: ({ region }) =>
      awsRequest('FailoverGlobalReplicationGroup', {
        GlobalReplicationGroupId: global.id,
        PrimaryRegion: region,
        PrimaryReplicationGroupId: groups.get(region),
      }),
    done: ({ region }) => `${global.id} is failing over to ${region}.`,
  });
}
