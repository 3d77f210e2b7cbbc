// Adds and removes replicas, shards and nodes.

import { awsRequest, openForm } from '../form.js';

/** Of a replication group: replicas, and in cluster mode shards. One request changes one of them. */
export function openScaleGroup(group) {
  const shards = group.shards.length;
  const replicas = Math.max(...group.shards.map((shard) => shard.nodes.length)) - 1;
  const isClustered = group.cluster_mode !== 'disabled';
  openForm({
    title: `Scale ${group.id}`,
    submit: 'Scale',
    fields: [
      {
        name: 'what',
        kind: 'choice',
        label: 'What',
        value: 'replicas',
        when: () => isClustered,
        options: [
          ['replicas', 'Replicas', 'of each shard'],
          ['shards', 'Shards', 'keys move while clients go on'],
        ],
      },
      {
        name: 'replicas',
        kind: 'number',
        label: 'Replicas of each shard',
        value: replicas,
        min: 0,
        max: 5,
        required: true,
        when: ({ what }) => what !== 'shards',
      },
      {
        name: 'shards',
        kind: 'number',
        label: 'Shards',
        value: shards,
        min: 1,
        max: 500,
        required: true,
        when: ({ what }) => what === 'shards',
      },
    ],
    request: (values) =>
      values.shards === undefined ? toReplicas(group, values.replicas, replicas) : toShards(group, values.shards),
    done: `${group.id} is being scaled.`,
  });
}

function toReplicas(group, wanted, present) {
  return awsRequest(wanted < present ? 'DecreaseReplicaCount' : 'IncreaseReplicaCount', {
    ReplicationGroupId: group.id,
    NewReplicaCount: wanted,
    ApplyImmediately: true,
  });
}

/** The shards with the highest ids go. */
function toShards(group, wanted) {
  const leaving = group.shards.slice(wanted).map((shard) => shard.id);
  return awsRequest('ModifyReplicationGroupShardConfiguration', {
    ReplicationGroupId: group.id,
    NodeGroupCount: wanted,
    NodeGroupsToRemove: leaving.length > 0 ? leaving : undefined,
    ApplyImmediately: true,
  });
}

/** Of a Memcached cluster: nodes. Those with the highest ids go. */
export function openScaleCluster(cluster) {
  openForm({
    title: `Scale ${cluster.id}`,
    submit: 'Scale',
    fields: [
      { name: 'nodes', kind: 'number', label: 'Nodes', value: cluster.nodes.length, min: 1, max: 40, required: true },
    ],
    request: ({ nodes }) =>
      awsRequest('ModifyCacheCluster', {
        CacheClusterId: cluster.id,
        NumCacheNodes: nodes,
        CacheNodeIdsToRemove:
          nodes < cluster.nodes.length ? cluster.nodes.slice(nodes).map((node) => node.cache_node_id) : undefined,
        ApplyImmediately: true,
      }),
    done: `${cluster.id} is being scaled.`,
  });
}
