// Nodes as pages show them, and the faults that are in effect there.

import { healFault } from './api.js';
import { h, say } from './dom.js';
import { button, moment, status, table } from './parts.js';
import { changed } from './resources.js';

/** The nodes of a shard or a cluster. `promote(node)` makes a replica the primary, where that can be asked for. */
export function nodeTable(name, nodes, { promote } = {}) {
  const columns = [
    {
      head: 'Node',
      narrow: true,
      class: 'name',
      cell: (node) => [
        node.role ? node.cache_cluster_id : node.cache_node_id,
        node.failure && h('small', { class: 'bad' }, node.failure),
      ],
    },
    nodes.some((node) => node.role) && {
      head: 'Role',
      narrow: true,
      cell: (node) => h('span', { class: `tag ${node.role}` }, node.role),
    },
    { head: 'Status', narrow: true, cell: (node) => status(node.status) },
    { head: 'Zone', cell: (node) => node.availability_zone },
    { head: 'Port', cell: (node) => String(node.port ?? '–') },
    {
      head: h('span', { class: 'offscreen' }, 'Actions'),
      narrow: true,
      class: 'end',
      cell: (node) => [
        promote &&
          node.role === 'replica' &&
          button('Promote', () => promote(node), {
            kind: 'small only-wide',
            name: `Promote ${node.cache_cluster_id}`,
          }),
        button('Break', () => breakNode(node), {
          kind: 'small',
          name: `Break node ${node.cache_cluster_id} ${node.cache_node_id}`,
        }),
      ],
    },
  ].filter(Boolean);
  return table({
    name,
    columns,
    rows: nodes,
    key: (node) => `${node.cache_cluster_id}/${node.cache_node_id}`,
    empty: 'No node yet.',
  });
}

async function breakNode(node) {
  (await import('./actions/break.js')).openBreakNode(node);
}

/** The faults that hit this cache, each with a button that ends it. */
export function faultBanners(faults, id, nodes) {
  return faults
    .filter((fault) => hits(fault.target, id, nodes))
    .map((fault) =>
      h(
        'div',
        { class: 'banner warn', key: `fault-${fault.id}` },
        h(
          'p',
          {},
          h('strong', {}, nameOf(fault)),
          ' of ',
          targetOf(fault.target),
          fault.until && [' until ', moment(fault.until)],
        ),
        healButton(fault),
      ),
    );
}

/** A button that ends a fault. */
export function healButton(fault) {
  const heal = async (event) => {
    event.currentTarget.disabled = true;
    try {
      await healFault(fault.id);
      say('Healed.');
    } catch (error) {
      say(error.message);
    }
    changed();
  };
  return button('Heal', heal, { kind: 'small', name: `Heal the ${fault.kind} of ${targetOf(fault.target)}` });
}

/** A fault in a word or two. */
export function nameOf(fault) {
  const names = {
    outage: 'Outage',
    cut: 'Cut off',
    refuse: 'Connections refused',
    delay: `Delay of ${fault.milliseconds} ms`,
  };
  return names[fault.kind] ?? fault.kind;
}

/** What a fault is about, in words. */
export function targetOf(target) {
  if (target.cache_cluster_id) return `node ${target.cache_cluster_id} ${target.cache_node_id}`;
  if (target.replication_group_id) return `group ${target.replication_group_id}`;
  if (target.serverless_cache_name) return `serverless cache ${target.serverless_cache_name}`;
  return `zone ${target.availability_zone}`;
}

function hits(target, id, nodes) {
  return (
    target.replication_group_id === id ||
    target.serverless_cache_name === id ||
    nodes.some((node) => node.cache_cluster_id === target.cache_cluster_id) ||
    nodes.some((node) => node.availability_zone === target.availability_zone)
  );
}
