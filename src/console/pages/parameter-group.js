// The parameters of a group.

import { all, call } from '../api.js';
import { h, morph } from '../dom.js';
import { button, heading, table } from '../parts.js';
import { link } from '../routes.js';

export const title = (name) => name;

/** What the user filters by. */
let wanted = '';

export async function show(name) {
  const [
    {
      CacheParameterGroups: [group],
    },
    parameters,
  ] = await Promise.all([
    call('DescribeCacheParameterGroups', { CacheParameterGroupName: name }),
    all('DescribeCacheParameters', 'Parameters', { CacheParameterGroupName: name, MaxRecords: 100 }),
  ]);
  return page(group, parameters);
}

function page(group, parameters) {
  const isOwn = !group.CacheParameterGroupName.startsWith('default.');
  const search = h('input', {
    type: 'search',
    class: 'filter',
    placeholder: 'Filter',
    'aria-label': 'Filter parameters',
    oninput: (event) => {
      wanted = event.target.value.trim().toLowerCase();
      morph(document.getElementById('main'), page(group, parameters));
    },
  });
  search.value = wanted;
  const rows = parameters.filter((each) =>
    `${each.ParameterName} ${each.Description} ${each.Source}`.toLowerCase().includes(wanted),
  );
  return [
    heading(group.CacheParameterGroupName, {
      above: [h('a', { href: link('parameter-groups') }, 'Parameter groups'), ` · ${group.CacheParameterGroupFamily}`],
      actions: [search],
    }),
    h('p', { class: 'lead' }, group.Description),
    table({
      name: 'Parameters',
      columns: columns(group.CacheParameterGroupName, isOwn),
      rows,
      key: (each) => each.ParameterName,
      empty: `No parameter matches “${wanted}”.`,
    }),
  ];
}

function columns(group, isOwn) {
  return [
    {
      head: 'Name',
      narrow: true,
      class: 'name',
      cell: (each) => [h('code', {}, each.ParameterName), h('small', {}, each.Description)],
    },
    {
      head: 'Value',
      narrow: true,
      cell: (each) => [
        h('code', {}, each.ParameterValue ?? ''),
        each.Source === 'user' && h('span', { class: 'tag' }, 'set'),
      ],
    },
    {
      head: 'Allowed',
      class: 'allowed',
      cell: (each) => h('span', { class: 'note', title: each.AllowedValues }, each.AllowedValues ?? ''),
    },
    {
      head: h('span', { class: 'offscreen' }, 'Actions'),
      narrow: true,
      class: 'end',
      cell: (each) =>
        isOwn &&
        each.IsModifiable === 'true' &&
        button(
          'Change',
          async () => {
            (await import('../actions/parameters.js')).openModifyParameter(group, each);
          },
          { kind: 'small', name: `Change ${each.ParameterName}` },
        ),
    },
  ];
}
