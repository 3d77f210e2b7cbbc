// What of a cache changes all the time: its events, charts of its metrics, its logs. The elements come from `live`; a
// server without them has no such sections.

import { h } from './dom.js';
import { section } from './parts.js';
import { scope } from './scope.js';

const CHARTS = {
  redis: [
    'CPUUtilization',
    'EngineCPUUtilization',
    'DatabaseMemoryUsagePercentage',
    'CurrConnections',
    'CacheHits',
    'CacheMisses',
    'NetworkBytesIn',
    'NetworkBytesOut',
    'ReplicationLag',
  ],
  memcached: [
    'CPUUtilization',
    'CurrConnections',
    'CurrItems',
    'BytesUsedForCacheItems',
    'GetHits',
    'GetMisses',
    'Evictions',
  ],
};

/** The node whose charts and logs are shown, by cache. */
const chosen = new Map();

/** The sections on what happens. `sources` are pairs of type and id; `nodes` as the list of caches tells them. */
export function watching({ sources, nodes, engine }) {
  const [[type, id]] = sources;
  const events = section('Events', {}, element('cache-events', { limit: 20, source: id, 'source-type': type }));
  if (nodes.length === 0) return [events];
  const nameOf = (node) => `${node.cache_cluster_id} ${node.cache_node_id}`;
  const node = nodes.find((each) => nameOf(each) === chosen.get(id)) ?? nodes[0];
  const choice = h(
    'select',
    {
      'aria-label': 'Node',
      onchange: (event) => {
        chosen.set(id, event.target.value);
        document.dispatchEvent(new CustomEvent('resources-changed'));
      },
    },
    nodes.map((each) => h('option', { value: nameOf(each), selected: each === node }, nameOf(each))),
  );
  const charts = (CHARTS[engine] ?? CHARTS.redis).map((metric) =>
    element('metric-chart', {
      key: `${metric}-${nameOf(node)}`,
      title: metric,
      metric,
      'dimension-cache-cluster-id': node.cache_cluster_id,
      'dimension-cache-node-id': node.cache_node_id,
    }),
  );
  const logs = [
    ['engine-log', 'Engine log'],
    ['slow-log', 'Slow log'],
  ]
    .filter(([kind]) => kind === 'engine-log' || engine !== 'memcached')
    .map(([kind, label]) =>
      h(
        'details',
        { key: `${kind}-${nameOf(node)}` },
        h('summary', {}, label),
        element('cache-log', { cluster: node.cache_cluster_id, node: node.cache_node_id, kind }),
      ),
    );
  return [
    section('Metrics', { actions: nodes.length > 1 ? [choice] : [] }, h('div', { class: 'charts' }, charts)),
    section('Logs', {}, logs),
    events,
  ];
}

/** An element of `live`, which is told whose things it shows. */
export function element(name, attributes) {
  return h(name, { ...scope(), ...attributes });
}
