// Takes, restores and deletes snapshots.

import { awsRequest, openForm } from '../form.js';
import { link } from '../routes.js';
import { ID } from './create-cache.js';

/** Of `{ ReplicationGroupId }` or `{ CacheClusterId }`. */
export function openSnapshot(source) {
  const [id] = Object.values(source);
  take(id, (SnapshotName) => awsRequest('CreateSnapshot', { SnapshotName, ...source }));
}

export function openServerlessSnapshot(name) {
  take(name, (ServerlessCacheSnapshotName) =>
    awsRequest('CreateServerlessCacheSnapshot', {
      ServerlessCacheSnapshotName,
      ServerlessCacheName: name,
    }),
  );
}

function take(id, request) {
  const stamp = new Date().toISOString().slice(0, 16).replace(/[-:T]/g, '');
  openForm({
    title: `Snapshot of ${id}`,
    submit: 'Take snapshot',
    fields: [{ name: 'name', label: 'Name', value: `${id}-${stamp}`, required: true, ...ID }],
    request: ({ name }) => request(name),
    done: ({ name }) => `${name} is being taken.`,
    then: () => {
      location.hash = link('snapshots');
    },
  });
}

/** Makes a serverless cache of a snapshot of one. */
export function openRestoreServerless(snapshot) {
  const { ServerlessCacheSnapshotName: name, ServerlessCacheConfiguration: of, ARN: arn } = snapshot;
  openForm({
    title: `Restore ${name}`,
    submit: 'Restore',
    fields: [
      {
        name: 'id',
        label: 'Name of the new cache',
        value: `${of?.ServerlessCacheName ?? 'cache'}-restored`,
        required: true,
        ...ID,
      },
    ],
    request: ({ id }) =>
      awsRequest('CreateServerlessCache', {
        ServerlessCacheName: id,
        Engine: of?.Engine ?? 'valkey',
        SnapshotArnsToRestore: [arn],
      }),
    done: ({ id }) => `${id} is being created.`,
    then: ({ id }) => {
      location.hash = link('serverless-caches', id.toLowerCase());
    },
  });
}

export function openDeleteSnapshot(name) {
  remove(name, awsRequest('DeleteSnapshot', { SnapshotName: name }));
}

export function openDeleteServerlessSnapshot(name) {
  remove(name, awsRequest('DeleteServerlessCacheSnapshot', { ServerlessCacheSnapshotName: name }));
}

function remove(name, request) {
  openForm({
    title: `Delete ${name}`,
    text: 'The snapshot and its data are gone then.',
    submit: 'Delete',
    danger: true,
    request: () => request,
    done: `${name} is being deleted.`,
  });
}
