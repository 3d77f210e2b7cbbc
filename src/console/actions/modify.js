// Changes the settings of caches. Only what was changed in the form is sent.

import { awsRequest, openForm } from '../form.js';
import { NODE_TYPES } from './create-cache.js';

const WHEN = { name: 'now', kind: 'check', label: 'At once, not in the maintenance window', value: true };

/** Of a replication group; `member` is one of its clusters, which has the settings that all share. */
export function openModifyGroup(group, described, member) {
  const before = {
    description: group.description,
    type: group.cache_node_type,
    version: group.engine_version,
    parameters: member.CacheParameterGroup?.CacheParameterGroupName ?? '',
    failover: described.AutomaticFailover === 'enabled',
    multiAz: described.MultiAZ === 'enabled',
    retention: Number(described.SnapshotRetentionLimit),
    maintenance: member.PreferredMaintenanceWindow ?? '',
    userGroup: described.UserGroupIds?.[0] ?? '',
  };
  openForm({
    title: `Modify ${group.id}`,
    submit: 'Modify',
    fields: [
      { name: 'description', label: 'Description', value: before.description },
      { name: 'type', label: 'Node type', value: before.type, options: NODE_TYPES },
      { name: 'version', label: 'Engine version', value: before.version },
      { name: 'parameters', label: 'Parameter group', value: before.parameters },
      { name: 'failover', kind: 'check', label: 'Automatic failover', value: before.failover },
      { name: 'multiAz', kind: 'check', label: 'Spread over availability zones (Multi-AZ)', value: before.multiAz },
      { name: 'userGroup', label: 'User group', value: before.userGroup, more: true },
      {
        name: 'retention',
        kind: 'number',
        label: 'Days for which daily snapshots are kept',
        value: before.retention,
        min: 0,
        max: 35,
        more: true,
      },
      {
        name: 'maintenance',
        label: 'Maintenance window',
        value: before.maintenance,
        more: true,
        hint: 'In UTC, such as sun:05:00-sun:06:00.',
      },
      WHEN,
    ],
    request: (values) => {
      const of = changes(before, values);
      return awsRequest('ModifyReplicationGroup', {
        ReplicationGroupId: group.id,
        ReplicationGroupDescription: of('description'),
        CacheNodeType: of('type'),
        EngineVersion: of('version'),
        CacheParameterGroupName: of('parameters'),
        AutomaticFailoverEnabled: of('failover'),
        MultiAZEnabled: of('multiAz'),
        UserGroupIdsToAdd: of('userGroup') ? [values.userGroup] : undefined,
        UserGroupIdsToRemove: of('userGroup') !== undefined && before.userGroup ? [before.userGroup] : undefined,
        SnapshotRetentionLimit: of('retention'),
        SnapshottingClusterId: of('retention') > 0 ? snapshotted(group, described) : undefined,
        PreferredMaintenanceWindow: of('maintenance'),
        ApplyImmediately: values.now,
      });
    },
    done: `${group.id} is being modified.`,
  });
}

/** The member that daily snapshots are taken of, where one has to be named: a replica, so that the primary has no work. */
function snapshotted(group, described) {
  if (group.cluster_mode !== 'disabled' || described.SnapshottingClusterId) return undefined;
  const nodes = group.shards.flatMap((shard) => shard.nodes);
  return (nodes.find((node) => node.role === 'replica') ?? nodes[0])?.cache_cluster_id;
}

/** Of a cluster outside of groups. */
export function openModifyCluster(cluster, described) {
  const before = {
    type: cluster.cache_node_type,
    version: cluster.engine_version,
    parameters: described.CacheParameterGroup?.CacheParameterGroupName ?? '',
    retention: Number(described.SnapshotRetentionLimit ?? 0),
    maintenance: described.PreferredMaintenanceWindow,
  };
  openForm({
    title: `Modify ${cluster.id}`,
    submit: 'Modify',
    fields: [
      { name: 'type', label: 'Node type', value: before.type, options: NODE_TYPES },
      { name: 'version', label: 'Engine version', value: before.version },
      { name: 'parameters', label: 'Parameter group', value: before.parameters },
      {
        name: 'retention',
        kind: 'number',
        label: 'Days for which daily snapshots are kept',
        value: before.retention,
        min: 0,
        max: 35,
        when: () => cluster.engine !== 'memcached',
      },
      {
        name: 'maintenance',
        label: 'Maintenance window',
        value: before.maintenance,
        hint: 'In UTC, such as sun:05:00-sun:06:00.',
      },
      WHEN,
    ],
    request: (values) => {
      const of = changes(before, values);
      return awsRequest('ModifyCacheCluster', {
        CacheClusterId: cluster.id,
        CacheNodeType: of('type'),
        EngineVersion: of('version'),
        CacheParameterGroupName: of('parameters'),
        SnapshotRetentionLimit: of('retention'),
        PreferredMaintenanceWindow: of('maintenance'),
        ApplyImmediately: values.now,
      });
    },
    done: `${cluster.id} is being modified.`,
  });
}

/** Of a serverless cache, as the API describes it. */
export function openModifyServerless(cache) {
  const before = {
    description: cache.Description ?? '',
    storage: Number(cache.CacheUsageLimits?.DataStorage?.Maximum ?? 0) || '',
    retention: Number(cache.SnapshotRetentionLimit ?? 0),
    userGroup: cache.UserGroupId ?? '',
  };
  openForm({
    title: `Modify ${cache.ServerlessCacheName}`,
    submit: 'Modify',
    fields: [
      { name: 'description', label: 'Description', value: before.description },
      { name: 'storage', kind: 'number', label: 'Data at most, in GB', value: before.storage, min: 1, max: 5000 },
      {
        name: 'retention',
        kind: 'number',
        label: 'Days for which daily snapshots are kept',
        value: before.retention,
        min: 0,
        max: 35,
      },
      { name: 'userGroup', label: 'User group', value: before.userGroup, when: () => cache.Engine !== 'memcached' },
    ],
    request: (values) => {
      const of = changes(before, values);
      return awsRequest('ModifyServerlessCache', {
        ServerlessCacheName: cache.ServerlessCacheName,
        Description: of('description'),
        CacheUsageLimits: of('storage') ? { DataStorage: { Maximum: values.storage, Unit: 'GB' } } : undefined,
        SnapshotRetentionLimit: of('retention'),
        UserGroupId: of('userGroup'),
        RemoveUserGroup: of('userGroup') === '' ? true : undefined,
      });
    },
    done: `${cache.ServerlessCacheName} is being modified.`,
  });
}

/** Tells the value of a field if it is another than before. */
function changes(before, values) {
  return (name) => (values[name] === before[name] ? undefined : values[name]);
}
