// All caches of the account in the region, in one list.

import { h, morph } from '../dom.js';
import { globalDatastores } from '../global.js';
import { button, count, engineName, heading, moment, status, table } from '../parts.js';
import { caches } from '../resources.js';
import { link, route } from '../routes.js';

/** What the user filters by. It outlives the page. */
let wanted = '';

/** What is rendered at once. The rest follows when the browser has painted that. */
const FIRST = 60;
let isPainted = false;

export const title = () => 'Caches';

export async function show() {
  const known = await caches();
  return page(rowsOf(known), known.global_replication_groups);
}

function page(rows, globals) {
  const found = rows.filter((row) => matches(row, wanted));
  const shown = isPainted ? found : found.slice(0, FIRST);
  if (!isPainted) {
    isPainted = true;
    if (shown.length < found.length) requestAnimationFrame(() => setTimeout(() => update(rows, globals)));
  }
  return [
    heading('Caches', { beside: h('span', { class: 'count' }, String(rows.length)), actions: actions(rows, globals) }),
    table({
      name: 'Caches',
      columns: COLUMNS,
      rows: shown,
      key: (row) => `${row.page}/${row.id}`,
      empty: rows.length === 0 ? 'There is no cache in this account and region yet.' : `No cache matches “${wanted}”.`,
    }),
    globals.length > 0 && globalDatastores(globals),
  ];
}

function update(rows, globals) {
  if (route().page === 'caches') morph(document.getElementById('main'), page(rows, globals));
}

function actions(rows, globals) {
  const search = h('input', {
    type: 'search',
    class: 'filter',
    placeholder: 'Filter',
    'aria-label': 'Filter caches by name, engine, status …',
    oninput: (event) => {
      wanted = event.target.value.trim().toLowerCase();
      update(rows, globals);
    },
  });
  search.value = wanted;
  return [search, button('Create cache', create, { kind: 'primary' })];
}

async function create() {
  (await import('../actions/create-cache.js')).openCreateCache();
}

function matches(row, text) {
  return [row.id, row.about, row.kind, row.status, row.engine, row.version, row.type].some((value) =>
    value?.toLowerCase().includes(text),
  );
}

/** The different kinds of caches in one form. */
function rowsOf({ replication_groups: groups, cache_clusters: clusters, serverless_caches: serverless, faults }) {
  const broken = new Set(faults.flatMap(({ target }) => Object.values(target)));
  const common = (page, kind) => (cache) => ({
    page,
    kind,
    id: cache.id,
    about: cache.description,
    status: cache.status,
    engine: engineName(cache.engine),
    version: cache.engine_version,
    type: cache.cache_node_type,
    created: cache.created,
    size: sizeOf(cache),
    isBroken:
      broken.has(cache.id) ||
      nodesOf(cache).some((node) => broken.has(node.cache_cluster_id) || broken.has(node.availability_zone)),
  });
  return [
    ...groups.map((group) =>
      common(
        'replication-groups',
        group.cluster_mode === 'disabled' ? 'Replication group' : 'Cluster mode group',
      )(group),
    ),
    ...clusters.map(common('cache-clusters', 'Cluster')),
    ...serverless.map(common('serverless-caches', 'Serverless')),
  ].sort((a, b) => a.id.localeCompare(b.id));
}

function nodesOf(cache) {
  return cache.nodes ?? cache.shards?.flatMap((shard) => shard.nodes) ?? [];
}

/** `3 nodes`, or `2 × 3 nodes` where every one of two shards has three. */
function sizeOf(cache) {
  const nodes = nodesOf(cache).length;
  const shards = cache.shards?.length ?? 1;
  if (nodes === 0) return '–';
  if (shards === 1) return count(nodes, 'node');
  return nodes % shards === 0
    ? `${shards} × ${count(nodes / shards, 'node')}`
    : `${count(nodes, 'node')}, ${shards} shards`;
}

const COLUMNS = [
  {
    head: 'Name',
    narrow: true,
    class: 'name',
    cell: (row) => [h('a', { href: link(row.page, row.id) }, row.id), row.about && h('small', {}, row.about)],
  },
  {
    head: 'Status',
    narrow: true,
    cell: (row) => [status(row.status), row.isBroken && h('span', { class: 'tag warn' }, 'fault')],
  },
  { head: 'Kind', cell: (row) => row.kind },
  { head: 'Engine', cell: (row) => `${row.engine} ${row.version}` },
  { head: 'Node type', cell: (row) => row.type ?? '–' },
  { head: 'Size', cell: (row) => row.size },
  { head: 'Created', cell: (row) => moment(row.created) },
  {
    head: h('span', { class: 'offscreen' }, 'Actions'),
    narrow: true,
    class: 'end',
    cell: (row) =>
      button('Connect', () => connect(row), {
        kind: 'small',
        name: `Connect to ${row.id}`,
        disabled: row.status === 'creating',
      }),
  },
];

async function connect(row) {
  (await import('../actions/connect.js')).openConnect(row.page, row.id);
}
