// Deletes caches, with a last snapshot if that is wanted.

import { awsRequest, openForm } from '../form.js';
import { link } from '../routes.js';

const FINAL = { name: 'snapshot', label: 'Name of a final snapshot', hint: 'Without one, the data are gone.' };

export function openDeleteGroup(group) {
  openDelete(group.id, [FINAL], ({ snapshot }) =>
    awsRequest('DeleteReplicationGroup', {
      ReplicationGroupId: group.id,
      FinalSnapshotIdentifier: snapshot,
    }),
  );
}

export function openDeleteCluster(cluster) {
  openDelete(cluster.id, cluster.engine === 'memcached' ? [] : [FINAL], ({ snapshot }) =>
    awsRequest('DeleteCacheCluster', {
      CacheClusterId: cluster.id,
      FinalSnapshotIdentifier: snapshot,
    }),
  );
}

export function openDeleteServerless(name) {
  openDelete(name, [FINAL], ({ snapshot }) =>
    awsRequest('DeleteServerlessCache', {
      ServerlessCacheName: name,
      FinalSnapshotName: snapshot,
    }),
  );
}

function openDelete(id, fields, request) {
  openForm({
    title: `Delete ${id}`,
    text: 'Its engines end and its endpoints close.',
    submit: 'Delete',
    danger: true,
    fields,
    request,
    done: `${id} is being deleted.`,
    then: () => {
      location.hash = link('caches');
    },
  });
}
