// Reboots the nodes of a cluster.

import { awsRequest, openForm } from '../form.js';

export function openReboot(cluster) {
  openForm({
    title: `Reboot ${cluster.id}`,
    text: 'Every node starts anew, and what is in its memory is lost.',
    submit: 'Reboot',
    danger: true,
    request: () =>
      awsRequest('RebootCacheCluster', {
        CacheClusterId: cluster.id,
        CacheNodeIdsToReboot: cluster.nodes.map((node) => node.cache_node_id),
      }),
    done: `${cluster.id} is being rebooted.`,
  });
}
