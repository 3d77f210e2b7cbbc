// A replication group: its endpoints, its shards with the role of each node, and what can be done with it.

import { call, tagsOf } from '../api.js';
import { h } from '../dom.js';
import { faultBanners, nodeTable } from '../nodes.js';
import { watchNodes } from '../watching.js';
import { button, copyable, count, engineName, facts, heading, moment, section, status, tagList } from '../parts.js';
import { caches } from '../resources.js';

export const title = (id) => id;

export async function show(id) {
  const known = await caches();
  const group = known.replication_groups.find((each) => each.id === id);
  const nodes = group?.shards.flatMap((shard) => shard.nodes) ?? [];
  const [described, member] = await Promise.all([
    call('DescribeReplicationGroups', { ReplicationGroupId: id }).then((answer) => answer.ReplicationGroups[0]),
    memberOf(nodes),
  ]);
  const tags = await tagsOf(described.ARN, described.Status);
  if (!group) throw new Error(`${id} is only just being made. Look again.`);
  return [
    heading(group.id, {
      above:
        group.cluster_mode === 'disabled'
          ? 'Replication group'
          : `Replication group, cluster mode ${group.cluster_mode}`,
      beside: status(group.status),
      actions: actions(group, described, member),
    }),
    group.description && h('p', { class: 'lead', key: 'about' }, group.description),
    group.failure && h('p', { class: 'banner bad', role: 'alert', key: 'failure' }, group.failure),
    ...faultBanners(known.faults, group.id, nodes),
    section('Endpoints', {}, facts([...endpoints(described)])),
    section('Settings', {}, facts([...settings(group, described, member), ['Tags', tagList(tags)]])),
    ...group.shards.map((shard) => shardSection(group, shard)),
    ...watchNodes({ type: 'replication-group', id: group.id, nodes, engine: group.engine }),
  ];
}

/** One of the members, which have what is the same for all. They come and go. */
async function memberOf([node]) {
  if (!node) return {};
  const answer = await call('DescribeCacheClusters', { CacheClusterId: node.cache_cluster_id }).catch(() => ({}));
  return answer.CacheClusters?.[0] ?? {};
}

/** The endpoints that there are, by what people call them. */
function* endpoints(described) {
  const shown = (name, endpoint) => [
    name,
    copyable(`${endpoint.Address}:${endpoint.Port}`, `${name.toLowerCase()} endpoint`),
  ];
  if (described.ConfigurationEndpoint) yield shown('Configuration', described.ConfigurationEndpoint);
  const [shard] = described.NodeGroups ?? [];
  if (shard?.PrimaryEndpoint) yield shown('Primary', shard.PrimaryEndpoint);
  if (shard?.ReaderEndpoint) yield shown('Reader', shard.ReaderEndpoint);
}

function settings(group, described, member) {
  return [
    ['Engine', `${engineName(group.engine)} ${group.engine_version}`],
    ['Node type', group.cache_node_type],
    [
      'Size',
      `${count(group.shards.length, 'shard')}, ${count(group.shards.flatMap((shard) => shard.nodes).length, 'node')}`,
    ],
    ['Automatic failover', described.AutomaticFailover],
    ['Multi-AZ', described.MultiAZ],
    ['Encryption in transit', group.transit_encryption ?? 'off'],
    ['Encryption at rest', described.AtRestEncryptionEnabled === 'true' ? 'on' : 'off'],
    [
      'Access',
      described.UserGroupIds?.length
        ? `user group ${described.UserGroupIds.join(', ')}`
        : described.AuthTokenEnabled === 'true'
          ? 'AUTH token'
          : 'open',
    ],
    ['Parameter group', member.CacheParameterGroup?.CacheParameterGroupName],
    [
      'Snapshots kept',
      described.SnapshotRetentionLimit === '0'
        ? 'none automatically'
        : `${described.SnapshotRetentionLimit} days, taken ${described.SnapshotWindow} UTC`,
    ],
    ['Maintenance', member.PreferredMaintenanceWindow && `${member.PreferredMaintenanceWindow} UTC`],
    ['Global datastore', group.global_replication_group_id],
    ['Created', moment(group.created)],
    ['ARN', described.ARN && copyable(described.ARN, 'ARN')],
  ];
}

function shardSection(group, shard) {
  const { length } = group.shards;
  const name = length > 1 ? `Shard ${shard.id}` : 'Nodes';
  const fail = button('Fail over', () => failover(group, shard), {
    kind: 'small',
    name: `Fail over shard ${shard.id}`,
    disabled: shard.nodes.length < 2,
  });
  return section(
    name,
    { key: `shard-${shard.id}`, actions: [length > 1 && status(shard.status), fail].filter(Boolean) },
    shard.slots && h('p', { class: 'note' }, `Slots ${shard.slots}`),
    nodeTable(name, shard.nodes, { promote: group.cluster_mode === 'disabled' && ((node) => promote(group, node)) }),
  );
}

function actions(group, described, member) {
  const settled = group.status !== 'creating' && group.status !== 'deleting';
  const open = (label, module, run, kind) =>
    button(label, async () => run(await import(module)), { kind, disabled: !settled });
  return [
    open('Connect', '../actions/connect.js', (m) => m.openConnect('replication-groups', group.id)),
    open('Modify', '../actions/modify.js', (m) => m.openModifyGroup(group, described, member)),
    open('Scale', '../actions/scale.js', (m) => m.openScaleGroup(group)),
    open('Snapshot', '../actions/snapshots.js', (m) => m.openSnapshot({ ReplicationGroupId: group.id })),
    button('Delete', async () => (await import('../actions/delete-cache.js')).openDeleteGroup(group), {
      kind: 'danger',
      disabled: group.status === 'deleting',
    }),
  ];
}

async function failover(group, shard) {
  (await import('../actions/failover.js')).openFailover(group, shard);
}

async function promote(group, node) {
  (await import('../actions/failover.js')).openPromote(group, node);
}
