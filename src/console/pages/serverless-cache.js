// A serverless cache: endpoints, limits, and what can be done with it.

import { call, tagsOf } from '../api.js';
import { h } from '../dom.js';
import { faultBanners } from '../nodes.js';
import { button, copyable, engineName, facts, heading, moment, section, status, tagList } from '../parts.js';
import { caches } from '../resources.js';
import { watchServerless } from '../watching.js';

export const title = (id) => id;

export async function show(id) {
  const [known, [cache]] = await Promise.all([
    caches(),
    call('DescribeServerlessCaches', { ServerlessCacheName: id }).then((answer) => answer.ServerlessCaches),
  ]);
  const tags = await tagsOf(cache.ARN, cache.Status);
  return [
    heading(id, { above: 'Serverless cache', beside: status(cache.Status), actions: actions(cache) }),
    cache.Description?.trim() && h('p', { class: 'lead', key: 'about' }, cache.Description),
    ...faultBanners(known.faults, id, []),
    section(
      'Endpoints',
      {},
      facts([
        ['Endpoint', cache.Endpoint && copyable(`${cache.Endpoint.Address}:${cache.Endpoint.Port}`, 'endpoint')],
        [
          'Reader',
          cache.ReaderEndpoint &&
            copyable(`${cache.ReaderEndpoint.Address}:${cache.ReaderEndpoint.Port}`, 'reader endpoint'),
        ],
      ]),
    ),
    section(
      'Settings',
      {},
      facts([
        ['Engine', `${engineName(cache.Engine)} ${cache.FullEngineVersion}`],
        ['Data at most', limit(cache.CacheUsageLimits?.DataStorage, 'GB')],
        ['ECPU per second', limit(cache.CacheUsageLimits?.ECPUPerSecond, '')],
        ['User group', cache.UserGroupId],
        [
          'Snapshots kept',
          Number(cache.SnapshotRetentionLimit) > 0 ? `${cache.SnapshotRetentionLimit} days` : 'none automatically',
        ],
        ['Created', moment(cache.CreateTime)],
        ['ARN', copyable(cache.ARN, 'ARN')],
        ['Tags', tagList(tags)],
      ]),
    ),
    ...watchServerless(id),
  ];
}

function limit(range, unit) {
  return range?.Maximum && `${range.Maximum} ${unit}`.trim();
}

function actions(cache) {
  const settled = cache.Status !== 'creating' && cache.Status !== 'deleting';
  const open = (label, module, run) => button(label, async () => run(await import(module)), { disabled: !settled });
  const name = cache.ServerlessCacheName;
  return [
    open('Connect', '../actions/connect.js', (m) => m.openConnect('serverless-caches', name)),
    open('Modify', '../actions/modify.js', (m) => m.openModifyServerless(cache)),
    open('Snapshot', '../actions/snapshots.js', (m) => m.openServerlessSnapshot(name)),
    open('Break', '../actions/break.js', (m) => m.openBreakServerless(name)),
    button('Delete', async () => (await import('../actions/delete-cache.js')).openDeleteServerless(name), {
      kind: 'danger',
      disabled: cache.Status === 'deleting',
    }),
  ];
}
