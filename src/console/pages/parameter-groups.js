// The parameter groups, those of ElastiCache included.

import { all } from '../api.js';
import { h } from '../dom.js';
import { button, heading, table } from '../parts.js';
import { link } from '../routes.js';

export const title = () => 'Parameter groups';

export async function show() {
  const groups = await all('DescribeCacheParameterGroups', 'CacheParameterGroups', { MaxRecords: 100 });
  const own = groups.filter((group) => !group.CacheParameterGroupName.startsWith('default.'));
  return [
    heading('Parameter groups', {
      beside: h('span', { class: 'count' }, String(groups.length)),
      actions: [button('Create parameter group', create, { kind: 'primary' })],
    }),
    table({
      name: 'Parameter groups',
      columns: COLUMNS,
      rows: [...own, ...groups.filter((group) => !own.includes(group))],
      key: (group) => group.CacheParameterGroupName,
      empty: 'There is none.',
    }),
  ];
}

const COLUMNS = [
  {
    head: 'Name',
    narrow: true,
    class: 'name',
    cell: ({ CacheParameterGroupName: name, Description: about }) => [
      h('a', { href: link('parameter-groups', name) }, name),
      h('small', {}, about),
    ],
  },
  { head: 'Family', narrow: true, cell: (group) => group.CacheParameterGroupFamily },
  {
    head: h('span', { class: 'offscreen' }, 'Actions'),
    class: 'end',
    cell: ({ CacheParameterGroupName: name }) =>
      !name.startsWith('default.') &&
      button('Delete', () => remove(name), {
        kind: 'small danger',
        name: `Delete ${name}`,
      }),
  },
];

async function create() {
  (await import('../actions/parameters.js')).openCreateParameterGroup();
}

async function remove(name) {
  (await import('../actions/parameters.js')).openDeleteParameterGroup(name);
}
