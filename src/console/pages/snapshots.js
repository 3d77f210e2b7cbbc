// Snapshots of nodes and groups, and those of serverless caches.

import { all } from '../api.js';
import { h } from '../dom.js';
import { button, engineName, heading, moment, section, status, table } from '../parts.js';
import { link } from '../routes.js';

export const title = () => 'Snapshots';

export async function show() {
  const [snapshots, serverless] = await Promise.all([
    all('DescribeSnapshots', 'Snapshots', { ShowNodeGroupConfig: true }),
    all('DescribeServerlessCacheSnapshots', 'ServerlessCacheSnapshots'),
  ]);
  return [
    heading('Snapshots', { beside: h('span', { class: 'count' }, String(snapshots.length + serverless.length)) }),
    section(
      'Of nodes and groups',
      {},
      table({
        name: 'Snapshots of nodes and groups',
        columns: COLUMNS,
        rows: snapshots,
        key: (snapshot) => snapshot.SnapshotName,
        empty: 'There is none. A snapshot is taken on the page of a cache.',
      }),
    ),
    section(
      'Of serverless caches',
      {},
      table({
        name: 'Snapshots of serverless caches',
        columns: SERVERLESS_COLUMNS,
        rows: serverless,
        key: (snapshot) => snapshot.ServerlessCacheSnapshotName,
        empty: 'There is none.',
      }),
    ),
  ];
}

function source(snapshot) {
  return snapshot.ReplicationGroupId
    ? h('a', { href: link('replication-groups', snapshot.ReplicationGroupId) }, snapshot.ReplicationGroupId)
    : h('a', { href: link('cache-clusters', snapshot.CacheClusterId) }, snapshot.CacheClusterId);
}

function size(snapshot) {
  const sizes = (snapshot.NodeSnapshots || []).map((node) => node.CacheSize).filter(Boolean);
  return sizes.join(' + ') || '–';
}

/** When the last part of it was done. */
function taken(snapshot) {
  return (snapshot.NodeSnapshots || [])
    .map((node) => node.SnapshotCreateTime)
    .filter(Boolean)
    .sort()
    .at(-1);
}

const end = (cell) => ({ head: h('span', { class: 'offscreen' }, 'Actions'), narrow: true, class: 'end', cell });

const COLUMNS = [
  { head: 'Name', narrow: true, class: 'name', cell: (snapshot) => snapshot.SnapshotName },
  { head: 'Status', narrow: true, cell: (snapshot) => status(snapshot.SnapshotStatus) },
  { head: 'Of', cell: source },
  { head: 'Engine', cell: (snapshot) => `${engineName(snapshot.Engine)} ${snapshot.EngineVersion}` },
  { head: 'Kind', cell: (snapshot) => snapshot.SnapshotSource },
  { head: 'Size', cell: size },
  { head: 'Taken', cell: (snapshot) => moment(taken(snapshot)) },
  end((snapshot) => [
    button('Restore', () => restore({ SnapshotName: snapshot.SnapshotName }, snapshot), {
      kind: 'small',
      name: `Restore ${snapshot.SnapshotName}`,
      disabled: snapshot.SnapshotStatus !== 'available',
    }),
    button('Delete', async () => (await actions()).openDeleteSnapshot(snapshot.SnapshotName), {
      kind: 'small danger',
      name: `Delete ${snapshot.SnapshotName}`,
    }),
  ]),
];

const SERVERLESS_COLUMNS = [
  { head: 'Name', narrow: true, class: 'name', cell: (snapshot) => snapshot.ServerlessCacheSnapshotName },
  { head: 'Status', narrow: true, cell: (snapshot) => status(snapshot.Status) },
  { head: 'Of', cell: (snapshot) => snapshot.ServerlessCacheConfiguration?.ServerlessCacheName },
  { head: 'Kind', cell: (snapshot) => snapshot.SnapshotType },
  { head: 'Taken', cell: (snapshot) => moment(snapshot.CreateTime) },
  end((snapshot) => [
    button('Restore', async () => (await actions()).openRestoreServerless(snapshot), {
      kind: 'small',
      name: `Restore ${snapshot.ServerlessCacheSnapshotName}`,
      disabled: snapshot.Status !== 'available',
    }),
    button('Delete', async () => (await actions()).openDeleteServerlessSnapshot(snapshot.ServerlessCacheSnapshotName), {
      kind: 'small danger',
      name: `Delete ${snapshot.ServerlessCacheSnapshotName}`,
    }),
  ]),
];

function actions() {
  return import('../actions/snapshots.js');
}

async function restore(from, snapshot) {
  (await import('../actions/create-cache.js')).openCreateCache({
    ...from,
    engine: snapshot.Engine,
    type: snapshot.CacheNodeType,
    shards: snapshot.NumNodeGroups,
  });
}
