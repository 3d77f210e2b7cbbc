// Global datastores: groups of several regions that hold the same data.

import { h } from './dom.js';
import { button, section, status, table } from './parts.js';

/** All of them, with the region that takes writes first. */
export function globalDatastores(globals) {
  return section(
    'Global datastores',
    {},
    table({ name: 'Global datastores', columns: COLUMNS, rows: globals, key: (global) => global.id }),
  );
}

const COLUMNS = [
  {
    head: 'Id',
    narrow: true,
    class: 'name',
    cell: ({ id, description }) => [id, description && h('small', {}, description)],
  },
  { head: 'Status', narrow: true, cell: (global) => status(global.status) },
  { head: 'Takes writes', cell: (global) => memberOf(global, (region) => region === global.primary_region) },
  { head: 'Copies', cell: (global) => memberOf(global, (region) => region !== global.primary_region) },
  {
    head: h('span', { class: 'offscreen' }, 'Actions'),
    narrow: true,
    class: 'end',
    cell: (global) =>
      button('Fail over', () => failover(global), {
        kind: 'small',
        name: `Fail over ${global.id}`,
        disabled: global.members.length < 2,
      }),
  },
];

function memberOf(global, wanted) {
  const found = global.members.filter(([region]) => wanted(region)).map(([region, group]) => `${group} in ${region}`);
  return found.join(', ') || '–';
}

async function failover(global) {
  (await import('./actions/failover.js')).openGlobalFailover(global);
}
