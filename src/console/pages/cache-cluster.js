// A cluster outside of groups: a single node of Redis or Valkey, or the nodes of a Memcached cluster.

import { call, tagsOf } from '../api.js';
import { h } from '../dom.js';
import { faultBanners, nodeTable } from '../nodes.js';
import { button, copyable, count, engineName, facts, heading, moment, section, status, tagList } from '../parts.js';
import { caches } from '../resources.js';
import { link } from '../routes.js';
import { watchNodes } from '../watching.js';

export const title = (id) => id;

export async function show(id) {
  const [known, [described]] = await Promise.all([
    caches(),
    call('DescribeCacheClusters', { CacheClusterId: id, ShowCacheNodeInfo: true }).then(
      (answer) => answer.CacheClusters,
    ),
  ]);
  const cluster = known.cache_clusters.find((each) => each.id === id);
  if (!cluster) return member(id, described);
  const tags = await tagsOf(described.ARN, described.CacheClusterStatus);
  return [
    heading(id, { above: 'Cluster', beside: status(cluster.status), actions: actions(cluster, described) }),
    ...faultBanners(known.faults, id, cluster.nodes),
    section('Endpoints', {}, facts([...endpoints(described)])),
    section('Settings', {}, facts([...settings(cluster, described), ['Tags', tagList(tags)]])),
    section('Nodes', {}, nodeTable('Nodes', cluster.nodes)),
    ...watchNodes({ type: 'cache-cluster', id, nodes: cluster.nodes, engine: cluster.engine }),
  ];
}

/** Members are shown with their group. */
function member(id, described) {
  const group = described.ReplicationGroupId;
  return [
    heading(id, { above: 'Cluster', beside: status(described.CacheClusterStatus) }),
    h('p', {}, 'It is a member of ', h('a', { href: link('replication-groups', group) }, group), '.'),
  ];
}

function* endpoints(described) {
  const text = (endpoint) => `${endpoint.Address}:${endpoint.Port}`;
  if (described.ConfigurationEndpoint) {
    yield ['Configuration', copyable(text(described.ConfigurationEndpoint), 'configuration endpoint')];
  }
  for (const { CacheNodeId: id, Endpoint: endpoint } of described.CacheNodes || []) {
    if (endpoint) yield [`Node ${id}`, copyable(text(endpoint), `endpoint of node ${id}`)];
  }
}

function settings(cluster, described) {
  return [
    ['Engine', `${engineName(cluster.engine)} ${cluster.engine_version}`],
    ['Node type', cluster.cache_node_type],
    ['Size', count(cluster.nodes.length, 'node')],
    ['Encryption in transit', cluster.transit_encryption ?? 'off'],
    ['Parameter group', described.CacheParameterGroup?.CacheParameterGroupName],
    ['Parameters', described.CacheParameterGroup?.ParameterApplyStatus],
    [
      'Snapshots kept',
      Number(described.SnapshotRetentionLimit) > 0 ? `${described.SnapshotRetentionLimit} days` : undefined,
    ],
    ['Maintenance', `${described.PreferredMaintenanceWindow} UTC`],
    ['Created', moment(cluster.created)],
    ['ARN', copyable(described.ARN, 'ARN')],
  ];
}

function actions(cluster, described) {
  const settled = cluster.status !== 'creating' && cluster.status !== 'deleting';
  const open = (label, module, run) => button(label, async () => run(await import(module)), { disabled: !settled });
  return [
    open('Connect', '../actions/connect.js', (m) => m.openConnect('cache-clusters', cluster.id)),
    open('Modify', '../actions/modify.js', (m) => m.openModifyCluster(cluster, described)),
    cluster.engine === 'memcached'
      ? open('Scale', '../actions/scale.js', (m) => m.openScaleCluster(cluster))
      : open('Snapshot', '../actions/snapshots.js', (m) => m.openSnapshot({ CacheClusterId: cluster.id })),
    open('Reboot', '../actions/reboot.js', (m) => m.openReboot(cluster)),
    button('Delete', async () => (await import('../actions/delete-cache.js')).openDeleteCluster(cluster), {
      kind: 'danger',
      disabled: cluster.status === 'deleting',
    }),
  ];
}
