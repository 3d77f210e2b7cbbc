// Which page an address stands for: what follows the `#`.

/** The module of each page; the page of one resource is a module of its own. */
const PAGES = {
  caches: () => import('./pages/caches.js'),
  'replication-groups': () => import('./pages/replication-group.js'),
  'cache-clusters': () => import('./pages/cache-cluster.js'),
  'serverless-caches': () => import('./pages/serverless-cache.js'),
  snapshots: () => import('./pages/snapshots.js'),
  'parameter-groups': (id) => (id ? import('./pages/parameter-group.js') : import('./pages/parameter-groups.js')),
  users: () => import('./pages/users.js'),
  events: () => import('./pages/events.js'),
  faults: () => import('./pages/faults.js'),
};

/** The address of a page. */
export function link(page, id) {
  return id ? `#/${page}/${encodeURIComponent(id)}` : `#/${page}`;
}

/** The page that is asked for. */
export function route() {
  const [, page, id] = location.hash.split('/');
  if (!(page in PAGES)) return { page: 'caches', id: undefined, load: PAGES.caches };
  const decoded = id && decodeURIComponent(id);
  return { page, id: decoded, load: () => PAGES[page](decoded) };
}
