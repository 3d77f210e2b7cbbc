// Breaks nodes, zones and serverless caches on purpose: faults on demand.

import { beginFault } from '../api.js';
import { curlCommand } from '../command.js';
import { openForm } from '../form.js';
import { scopeQuery } from '../scope.js';

const KINDS = [
  ['kill', 'Kill', 'the engine ends and is replaced at once; what was in memory is lost'],
  ['outage', 'Outage', 'it ends, and nothing replaces it until the outage is over'],
  ['cut', 'Cut off', 'nothing is carried in either direction; after two seconds it is an outage'],
  ['refuse', 'Refuse connections', 'the engine goes on, but nobody gets in'],
  ['delay', 'Delay', 'everything arrives later'],
];

export function openBreakNode(node) {
  const { cache_cluster_id, cache_node_id } = node;
  open(`Break ${cache_cluster_id} ${cache_node_id}`, { cache_cluster_id, cache_node_id });
}

export function openBreakServerless(serverless_cache_name) {
  open(`Break ${serverless_cache_name}`, { serverless_cache_name });
}

/** Asks for the zone too. */
export function openBreakZone(zones) {
  open('Break a zone', {}, [
    { name: 'availability_zone', kind: 'select', label: 'Availability zone', options: zones, value: zones[0] },
  ]);
}

function open(title, target, fields = []) {
  openForm({
    title,
    submit: 'Break',
    danger: true,
    fields: [
      ...fields,
      { name: 'kind', kind: 'choice', label: 'How', value: 'kill', options: KINDS },
      {
        name: 'milliseconds',
        kind: 'number',
        label: 'Delay in milliseconds',
        value: 200,
        min: 1,
        max: 60000,
        required: true,
        when: ({ kind }) => kind === 'delay',
      },
      {
        name: 'seconds',
        kind: 'number',
        label: 'For how many seconds',
        min: 1,
        when: ({ kind }) => kind !== 'kill',
        hint: 'Without a number it lasts until it is healed.',
      },
    ],
    request: ({ kind, milliseconds, seconds, availability_zone }) => {
      const fault = {
        kind,
        milliseconds,
        seconds: seconds || undefined,
        target: availability_zone ? { availability_zone } : target,
      };
      return { command: curlCommand(`/_cachette/faults?${scopeQuery()}`, fault), send: () => beginFault(fault) };
    },
    done: 'It is broken now.',
  });
}
