// Makes a cache of any kind.

import { call } from '../api.js';
import { awsRequest, openForm } from '../form.js';
import { known } from '../resources.js';
import { link } from '../routes.js';

export const NODE_TYPES = [
  'cache.t4g.micro',
  'cache.t4g.small',
  'cache.t4g.medium',
  'cache.t3.micro',
  'cache.t3.small',
  'cache.m7g.large',
  'cache.m7g.xlarge',
  'cache.r7g.large',
  'cache.r7g.xlarge',
];

/** What identifiers have to look like; the server knows the whole rule. */
export const ID = { pattern: '[A-Za-z][A-Za-z0-9\\-]*', title: 'Letters, digits and hyphens; a letter first' };

const isGroup = ({ kind }) => kind === 'group';
const isCluster = ({ kind }) => kind === 'cluster';
const isServerless = ({ kind }) => kind === 'serverless';
const isMemcached = ({ engine }) => engine === 'memcached';

/** Opens the form. With `from` the cache is made of a snapshot of nodes. */
export function openCreateCache(from = {}) {
  const isRestored = Boolean(from.SnapshotName);
  openForm({
    title: isRestored ? `Restore ${from.SnapshotName}` : 'Create cache',
    submit: isRestored ? 'Restore' : 'Create',
    fields: fields(from),
    request: (values) => requestOf(values, from),
    done: ({ id }) => `${id} is being created.`,
    then: ({ kind, id }) => {
      location.hash = link(PAGES[kind], id.toLowerCase());
    },
  });
}

const PAGES = { group: 'replication-groups', cluster: 'cache-clusters', serverless: 'serverless-caches' };

function fields({ SnapshotName: snapshot, engine = 'valkey', type = 'cache.t4g.micro', shards }) {
  return [
    {
      name: 'kind',
      kind: 'choice',
      label: 'Kind',
      value: 'group',
      options: [
        ['group', 'Replication group', 'a primary with replicas'],
        ['cluster', 'Cluster', 'a single node, or Memcached'],
        ...(snapshot ? [] : [['serverless', 'Serverless', 'just an endpoint']]),
      ],
    },
    { name: 'id', short: true, label: 'Name', value: suggestion(), required: true, ...ID },
    {
      name: 'engine',
      short: true,
      kind: 'select',
      label: 'Engine',
      value: engine,
      options: [['valkey', 'Valkey'], ['redis', 'Redis OSS'], ...(snapshot ? [] : [['memcached', 'Memcached']])],
    },
    { name: 'description', label: 'Description', value: 'Made in the console', when: isGroup, required: true },
    {
      name: 'shards',
      short: true,
      kind: 'number',
      label: 'Shards',
      value: shards ?? 1,
      min: 1,
      max: 500,
      required: true,
      when: isGroup,
      hint: 'Several: cluster mode.',
    },
    {
      name: 'replicas',
      short: true,
      kind: 'number',
      label: 'Replicas of each shard',
      value: 1,
      min: 0,
      max: 5,
      required: true,
      when: isGroup,
    },
    {
      name: 'nodes',
      short: true,
      kind: 'number',
      label: 'Nodes',
      value: 1,
      min: 1,
      max: 40,
      required: true,
      when: (values) => isCluster(values) && isMemcached(values),
    },
    {
      name: 'type',
      short: true,
      label: 'Node type',
      value: type,
      options: NODE_TYPES,
      required: true,
      when: (values) => !isServerless(values),
    },
    {
      name: 'version',
      short: true,
      kind: 'select',
      label: 'Engine version',
      options: versions,
      value: '',
      more: true,
      when: (values) => !isServerless(values),
    },
    {
      name: 'port',
      short: true,
      kind: 'number',
      label: 'Port',
      min: 1,
      max: 65535,
      more: true,
      hint: 'Another one is given when it is taken.',
      when: (values) => !isServerless(values),
    },
    {
      name: 'failover',
      kind: 'check',
      label: 'Automatic failover',
      value: true,
      more: true,
      // Several shards have it anyway.
      when: (values) => isGroup(values) && values.shards === 1 && values.replicas > 0,
    },
    {
      name: 'multiAz',
      kind: 'check',
      label: 'Spread over availability zones (Multi-AZ)',
      value: true,
      more: true,
      when: (values) => isGroup(values) && (values.shards > 1 ? values.replicas > 0 : values.failover),
    },
    { name: 'tls', kind: 'check', label: 'Encryption in transit', more: true, when: (values) => !isServerless(values) },
    {
      name: 'token',
      short: true,
      kind: 'password',
      label: 'AUTH token',
      more: true,
      when: (values) => values.tls && !isMemcached(values),
      hint: '16 to 128 characters.',
    },
    {
      name: 'userGroup',
      short: true,
      label: 'User group',
      more: true,
      when: (values) => (values.tls || isServerless(values)) && !isCluster(values) && !isMemcached(values),
    },
    { name: 'parameters', short: true, label: 'Parameter group', more: true, when: (values) => !isServerless(values) },
    {
      name: 'retention',
      short: true,
      kind: 'number',
      label: 'Days to keep daily snapshots',
      min: 0,
      max: 35,
      more: true,
      when: (values) => !isMemcached(values),
    },
    {
      name: 'storage',
      short: true,
      kind: 'number',
      label: 'Data at most, in GB',
      min: 1,
      max: 5000,
      more: true,
      when: isServerless,
    },
    {
      name: 'tags',
      kind: 'lines',
      label: 'Tags',
      placeholder: 'team=payments',
      more: true,
      hint: 'One a line: key=value.',
    },
  ];
}

function requestOf(values, { SnapshotName }) {
  if (isServerless(values)) return serverless(values);
  const common = {
    Engine: values.engine,
    EngineVersion: values.version,
    CacheNodeType: values.type,
    Port: values.port,
    TransitEncryptionEnabled: values.tls || undefined,
    AuthToken: values.token,
    CacheParameterGroupName: values.parameters,
    SnapshotRetentionLimit: values.retention,
    SnapshotName,
    Tags: tags(values.tags),
  };
  if (isCluster(values)) {
    return awsRequest('CreateCacheCluster', { CacheClusterId: values.id, NumCacheNodes: values.nodes ?? 1, ...common });
  }
  return awsRequest('CreateReplicationGroup', {
    ReplicationGroupId: values.id,
    ReplicationGroupDescription: values.description,
    ...size(values),
    AutomaticFailoverEnabled: values.shards > 1 ? true : (values.failover ?? false),
    MultiAZEnabled: values.multiAz || undefined,
    UserGroupIds: values.userGroup ? [values.userGroup] : undefined,
    ...common,
  });
}

/** A group of one shard is told by its nodes, as most examples have it, one of several by its shards. */
function size({ shards, replicas }) {
  return shards > 1
    ? { NumNodeGroups: shards, ReplicasPerNodeGroup: replicas }
    : { NumCacheClusters: Number(replicas) + 1 };
}

function serverless(values) {
  return awsRequest('CreateServerlessCache', {
    ServerlessCacheName: values.id,
    Engine: values.engine,
    UserGroupId: values.userGroup,
    SnapshotRetentionLimit: values.retention,
    CacheUsageLimits: values.storage ? { DataStorage: { Maximum: values.storage, Unit: 'GB' } } : undefined,
    Tags: tags(values.tags),
  });
}

/** Lines of `key=value` as tags. */
export function tags(lines = []) {
  return lines.map((line) => {
    const [key, ...value] = line.split('=');
    return { Key: key.trim(), Value: value.join('=').trim() };
  });
}

/** A name that nobody has yet. */
function suggestion() {
  const {
    replication_groups: groups = [],
    cache_clusters: clusters = [],
    serverless_caches: serverless = [],
  } = known() ?? {};
  const taken = new Set([...groups, ...clusters, ...serverless].map((cache) => cache.id));
  let number = 1;
  while (taken.has(`cache-${number}`)) number += 1;
  return `cache-${number}`;
}

/** The versions of all engines, newest first. */
async function versions(fill) {
  fill([['', 'The newest']]);
  // Who may not ask for them can do without.
  const { CacheEngineVersions: known } = await call('DescribeCacheEngineVersions', {}).catch(() => ({ CacheEngineVersions: [] }));
  const newest = known.map((each) => each.EngineVersion).filter(Boolean);
  const byNumber = (a, b) => b.localeCompare(a, undefined, { numeric: true });
  fill([['', 'The newest'], ...[...new Set(newest)].sort(byNumber)]);
}
