// Makes and deletes parameter groups, and sets parameters.

import { all } from '../api.js';
import { awsRequest, openForm } from '../form.js';
import { link } from '../routes.js';
import { ID } from './create-cache.js';

export function openCreateParameterGroup() {
  openForm({
    title: 'Create parameter group',
    submit: 'Create',
    fields: [
      { name: 'name', label: 'Name', required: true, ...ID, pattern: '[A-Za-z][A-Za-z0-9\\-.]*' },
      { name: 'family', kind: 'select', label: 'Family', options: families, value: 'valkey8' },
      { name: 'about', label: 'Description', value: 'Made in the console', required: true },
    ],
    request: ({ name, family, about }) =>
      awsRequest('CreateCacheParameterGroup', {
        CacheParameterGroupName: name,
        CacheParameterGroupFamily: family,
        Description: about,
      }),
    done: ({ name }) => `${name} is there.`,
    then: ({ name }) => {
      location.hash = link('parameter-groups', name.toLowerCase());
    },
  });
}

async function families(fill) {
  fill(['valkey8']);
  const groups = await all('DescribeCacheParameterGroups', 'CacheParameterGroups', { MaxRecords: 100 });
  fill([...new Set(groups.map((group) => group.CacheParameterGroupFamily))].sort());
}

/** Sets one parameter, as the API describes it, or takes its default back. */
export function openModifyParameter(group, parameter) {
  const { ParameterName: name, ParameterValue: value = '', AllowedValues: allowed, Description: text } = parameter;
  const choices = /^[^0-9][^ ]*(,[^ ]+)+$/.test(allowed ?? '') ? allowed.split(',') : null;
  openForm({
    title: name,
    text,
    submit: 'Set',
    fields: [
      { name: 'reset', kind: 'check', label: 'Take the default again', when: () => parameter.Source === 'user' },
      {
        name: 'value',
        kind: choices ? 'select' : 'text',
        options: choices,
        label: 'Value',
        value,
        required: true,
        hint: allowed && `Allowed: ${allowed}`,
        when: ({ reset }) => !reset,
      },
    ],
    request: (values) =>
      awsRequest(values.reset ? 'ResetCacheParameterGroup' : 'ModifyCacheParameterGroup', {
        CacheParameterGroupName: group,
        ParameterNameValues: [
          values.reset ? { ParameterName: name } : { ParameterName: name, ParameterValue: values.value },
        ],
      }),
    done: ({ reset }) => `${name} ${reset ? 'has its default again' : 'is set'}.`,
  });
}

export function openDeleteParameterGroup(name) {
  openForm({
    title: `Delete ${name}`,
    submit: 'Delete',
    danger: true,
    request: () => awsRequest('DeleteCacheParameterGroup', { CacheParameterGroupName: name }),
    done: `${name} is gone.`,
  });
}
