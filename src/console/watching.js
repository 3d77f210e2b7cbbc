// What of a cache changes all the time: charts of its metrics, its logs, its events. The elements come from `live`, which
// keeps them up to date.

import { h } from './dom.js';
import { section } from './parts.js';
import { changed } from './resources.js';
import { scope } from './scope.js';

/** What is drawn of a node, or of a serverless cache: title, metric, unit, and the statistic where it is a count. */
const OF_REDIS = [
  ['CPU', 'CPUUtilization', '%'],
  ['Memory in use', 'DatabaseMemoryUsagePercentage', '%'],
  ['Connections', 'CurrConnections', ''],
  ['Items', 'CurrItems', ''],
  ['Hits', 'CacheHits', '', 'Sum'],
  ['Misses', 'CacheMisses', '', 'Sum'],
  ['Bytes in', 'NetworkBytesIn', 'B', 'Sum'],
  ['Bytes out', 'NetworkBytesOut', 'B', 'Sum'],
  ['Replication lag', 'ReplicationLag', 's'],
];
const OF_MEMCACHED = [
  ['CPU', 'CPUUtilization', '%'],
  ['Memory in use', 'BytesUsedForCacheItems', 'B'],
  ['Connections', 'CurrConnections', ''],
  ['Items', 'CurrItems', ''],
  ['Hits', 'GetHits', '', 'Sum'],
  ['Misses', 'GetMisses', '', 'Sum'],
  ['Evictions', 'Evictions', '', 'Sum'],
];
const OF_SERVERLESS = [
  ['Memory in use', 'BytesUsedForCache', 'B'],
  ['Connections', 'CurrConnections', ''],
  ['Hits', 'CacheHits', '', 'Sum'],
  ['Misses', 'CacheMisses', '', 'Sum'],
];

/** The node whose charts and logs are shown, by cache. */
const chosen = new Map();

/** An element of `live`, which is told whose things it shows. */
export function element(name, attributes) {
  return h(name, { ...scope(), ...attributes });
}

/** Metrics, logs and events of a group or a cluster; `type` is that of its events, `nodes` those of the list of caches. */
export function watchNodes({ type, id, nodes, engine }) {
  if (nodes.length === 0) return [eventsOf(type, id)];
  const node = nodes.find((each) => nameOf(each) === chosen.get(id)) ?? nodes[0];
  const actions = nodes.length > 1 ? [choiceOf(id, nodes, node)] : [];
  const { cache_cluster_id: cluster, cache_node_id: number } = node;
  const log = (kind, label) =>
    h('details', { key: kind }, h('summary', {}, label), element('cache-log', { cluster, node: number, kind }));
  return [
    section(
      'Metrics',
      { actions },
      chartsOf(engine === 'memcached' ? OF_MEMCACHED : OF_REDIS, {
        'cache-cluster-id': cluster,
        'cache-node-id': number,
      }),
    ),
    section('Logs', {}, log('engine-log', 'Engine log'), engine !== 'memcached' && log('slow-log', 'Slow log')),
    eventsOf(type, id),
    cluster !== id && eventsOf('cache-cluster', cluster, `Events of ${cluster}`),
  ];
}

/** Metrics and events of a serverless cache. */
export function watchServerless(id) {
  return [
    section('Metrics', {}, chartsOf(OF_SERVERLESS, { 'serverless-cache-name': id })),
    eventsOf('serverless-cache', id),
  ];
}

function eventsOf(type, id, title = 'Events') {
  return section(
    title,
    { key: `events-${type}` },
    element('cache-events', { limit: 50, source: id, 'source-type': type }),
  );
}

function chartsOf(charts, dimensions) {
  const chart = ([title, metric, unit, statistic = 'Average']) =>
    element('metric-chart', { key: metric, title, metric, unit, statistic, ...dimensions });
  return h('div', { class: 'charts' }, charts.map(chart));
}

function choiceOf(id, nodes, present) {
  const option = (node) => h('option', { value: nameOf(node), selected: node === present }, nameOf(node));
  const onchange = (event) => {
    chosen.set(id, event.target.value);
    changed();
  };
  return h('select', { 'aria-label': 'Node', onchange }, nodes.map(option));
}

function nameOf(node) {
  return `${node.cache_cluster_id} ${node.cache_node_id}`;
}
