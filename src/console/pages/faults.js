// The faults that are in effect, and a way to begin one.

import { h } from '../dom.js';
import { healButton, nameOf, targetOf } from '../nodes.js';
import { button, heading, moment, table } from '../parts.js';
import { caches } from '../resources.js';

export const title = () => 'Faults';

export async function show() {
  const { faults, availability_zones: zones } = await caches();
  return [
    heading('Faults', { actions: [button('Break a zone', () => breakZone(zones), { kind: 'primary' })] }),
    h(
      'p',
      { class: 'lead' },
      'See what your program does when a cache fails: engines really end, connections really break. A single node is broken on the page of its cache.',
    ),
    table({
      name: 'Faults',
      columns: COLUMNS,
      rows: faults,
      key: (fault) => fault.id,
      empty: 'Nothing is broken.',
    }),
  ];
}

const COLUMNS = [
  { head: 'Fault', narrow: true, class: 'name', cell: nameOf },
  { head: 'Of', narrow: true, cell: (fault) => targetOf(fault.target) },
  { head: 'Since', cell: (fault) => moment(fault.since) },
  { head: 'Until', cell: (fault) => (fault.until ? moment(fault.until) : 'it is healed') },
  { head: h('span', { class: 'offscreen' }, 'Actions'), narrow: true, class: 'end', cell: healButton },
];

async function breakZone(zones) {
  (await import('../actions/break.js')).openBreakZone(zones);
}
