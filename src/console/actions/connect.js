// How to talk to a cache: its endpoint, a line for the shell, a few lines of Python or JavaScript; each with a button that
// copies it.

import { call } from '../api.js';
import { quoted } from '../command.js';
import { h } from '../dom.js';
import { showDialog } from '../form.js';
import { button, copyButton } from '../parts.js';

/** Opens the dialog for the cache of that id; `page` says of which kind it is. */
export async function openConnect(page, id) {
  const cache = await KINDS[page](id);
  const ways = cache.host ? waysTo(cache) : [];
  const dialog = h(
    'dialog',
    { class: 'form connect', 'aria-labelledby': 'dialog-title' },
    h(
      'header',
      {},
      h('h2', { id: 'dialog-title' }, `Connect to ${id}`),
      button('×', () => dialog.close(), { kind: 'quiet close', name: 'Close' }),
    ),
    h(
      'div',
      { class: 'body' },
      ways.length === 0 && h('p', { class: 'lead' }, 'It has no endpoint yet.'),
      cache.tls &&
        h(
          'p',
          { class: 'lead' },
          'Clients have to trust the authority of this server: ',
          h('a', { href: '/_cachette/ca.pem', download: 'ca.pem' }, 'ca.pem'),
          '.',
        ),
      ways.map(([name, text]) =>
        h(
          'section',
          { class: 'snippet', 'aria-label': name },
          h(
            'div',
            { class: 'section-head' },
            h('h3', {}, name),
            copyButton(() => text, `${name} text`),
          ),
          h('pre', { tabindex: 0 }, h('code', {}, text)),
        ),
      ),
    ),
  );
  showDialog(dialog);
}

const KINDS = {
  async 'replication-groups'(id) {
    const {
      ReplicationGroups: [group],
    } = await call('DescribeReplicationGroups', { ReplicationGroupId: id });
    const endpoint = group.ConfigurationEndpoint ?? group.NodeGroups?.[0]?.PrimaryEndpoint;
    return {
      ...endpointOf(endpoint),
      engine: group.Engine,
      clustered: group.ClusterEnabled === 'true',
      tls: group.TransitEncryptionEnabled === 'true',
      auth: authOf(group),
    };
  },
  async 'cache-clusters'(id) {
    const {
      CacheClusters: [cluster],
    } = await call('DescribeCacheClusters', { CacheClusterId: id, ShowCacheNodeInfo: true });
    const endpoint = cluster.ConfigurationEndpoint ?? cluster.CacheNodes?.[0]?.Endpoint;
    return {
      ...endpointOf(endpoint),
      engine: cluster.Engine,
      tls: cluster.TransitEncryptionEnabled === 'true',
      auth: authOf(cluster),
    };
  },
  async 'serverless-caches'(id) {
    const {
      ServerlessCaches: [cache],
    } = await call('DescribeServerlessCaches', { ServerlessCacheName: id });
    return {
      ...endpointOf(cache.Endpoint),
      engine: cache.Engine,
      clustered: cache.Engine !== 'memcached',
      tls: true,
      auth: cache.UserGroupId ? 'user' : null,
    };
  },
};

function endpointOf(endpoint) {
  return endpoint ? { host: endpoint.Address, port: endpoint.Port } : {};
}

function authOf({ UserGroupIds: groups, AuthTokenEnabled: token }) {
  return groups?.length ? 'user' : token === 'true' ? 'token' : null;
}

function waysTo(cache) {
  const { host, port } = cache;
  const common = [['Endpoint', `${host}:${port}`]];
  if (cache.engine === 'memcached') {
    return [
      ...common,
      [
        'Shell',
        `printf 'stats\\r\\nquit\\r\\n' | ${cache.tls ? `openssl s_client -quiet -CAfile ca.pem -connect ${host}:${port}` : `nc ${host} ${port}`}`,
      ],
      ['Python', pymemcache(cache)],
      ...(cache.tls ? [] : [['JavaScript', memjs(cache)]]),
    ];
  }
  return [...common, ['redis-cli', redisCli(cache)], ['Python', redisPy(cache)], ['JavaScript', ioredis(cache)]];
}

function redisCli({ host, port, clustered, tls, auth }) {
  const words = ['redis-cli', '-h', quoted(host), '-p', port];
  if (clustered) words.push('-c');
  if (tls) words.push('--tls', '--cacert', 'ca.pem');
  if (auth === 'user') words.push('--user', 'NAME');
  if (auth) words.push('--askpass');
  return words.join(' ');
}

function redisPy({ host, port, clustered, tls, auth }) {
  const given = [`"${host}"`, port, 'decode_responses=True'];
  if (tls) given.push('ssl=True', 'ssl_ca_certs="ca.pem"');
  if (auth === 'user') given.push('username="NAME"');
  if (auth) given.push('password=os.environ["CACHE_PASSWORD"]');
  const imports = [auth && 'import os', clustered ? 'from redis.cluster import RedisCluster' : 'import redis'].filter(
    Boolean,
  );
  const maker = clustered ? 'RedisCluster' : 'redis.Redis';
  return `${imports.join('\n')}\n\ncache = ${maker}(${given.join(', ')})\ncache.set("greeting", "hello")\nprint(cache.get("greeting"))`;
}

function ioredis({ host, port, clustered, tls, auth }) {
  const options = [];
  if (auth === 'user') options.push("username: 'NAME'");
  if (auth) options.push('password: process.env.CACHE_PASSWORD');
  if (tls) options.push("tls: { ca: readFileSync('ca.pem') }");
  const inner = options.length > 0 ? `{ ${options.join(', ')} }` : '';
  const lines = [tls && "import { readFileSync } from 'node:fs';", "import Redis from 'ioredis';", ''];
  if (clustered) {
    const nodes = `[{ host: '${host}', port: ${port} }]`;
    lines.push(`const cache = new Redis.Cluster(${nodes}${inner && `, { redisOptions: ${inner} }`});`);
  } else {
    lines.push(
      `const cache = new Redis({ host: '${host}', port: ${port}${options.length > 0 ? `, ${options.join(', ')}` : ''} });`,
    );
  }
  lines.push("await cache.set('greeting', 'hello');", "console.log(await cache.get('greeting'));");
  return lines.filter((line) => line !== false).join('\n');
}

function pymemcache({ host, port, tls }) {
  const context = tls ? 'import ssl\n' : '';
  const given = tls ? ', tls_context=ssl.create_default_context(cafile="ca.pem")' : '';
  return `${context}from pymemcache.client.base import Client\n\ncache = Client(("${host}", ${port})${given})\ncache.set("greeting", "hello")\nprint(cache.get("greeting"))`;
}

function memjs({ host, port }) {
  return `import { Client } from 'memjs';\n\nconst cache = Client.create('${host}:${port}');\nawait cache.set('greeting', 'hello', {});\nconsole.log((await cache.get('greeting')).value.toString());`;
}
