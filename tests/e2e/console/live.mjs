// A page with the console's live elements in Chromium, over the server whose address is the argument. Prints what was
// seen, as JSON.

import { readFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const [server] = process.argv.slice(2);
const API = `${server}/_cachette/console/api`;
const LIMIT = 20_000;

// As the console has it.
const CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";
const PAGE = `<!doctype html><html lang="en"><meta name="color-scheme" content="light dark"><title>Live</title>
<link rel="stylesheet" href="./live-test.css"><script type="module" src="./live/index.js"></script>
<main><h1>Live</h1><section><h2>Events</h2><cache-events limit="50"></cache-events></section><section id="rest"></section></main>`;

async function until(what, condition) {
  const deadline = Date.now() + LIMIT;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function call(action, parameters) {
  const answer = await fetch(`${server}/`, { method: 'POST', body: new URLSearchParams({ Action: action, Version: '2015-02-02', ...parameters }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}

async function hasValue() {
  const series = [{ account: '000000000000', region: 'us-east-1', metric: 'CurrConnections', statistic: 'Maximum', period: 60, minutes: 60, dimensions: { CacheClusterId: 'mine' } }];
  const answer = await fetch(`${API}/metrics`, { method: 'POST', body: JSON.stringify({ series }) });
  return (await answer.json()).series[0].points.length > 0;
}

const browser = await chromium.launch({
  executablePath: process.env.CACHETTE_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  const page = await browser.newPage({ colorScheme: 'dark' });
  page.setDefaultTimeout(LIMIT);
  const problems = [];
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(String(error)));
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  const headers = { 'content-security-policy': CONTENT_SECURITY_POLICY };
  await page.route('**/console/live-test', (route) => route.fulfill({ contentType: 'text/html', headers, body: PAGE }));
  // What is behind the text, for those who measure contrast.
  const body = 'body { background: Canvas; color: CanvasText; }';
  await page.route('**/console/live-test.css', (route) => route.fulfill({ contentType: 'text/css', body }));
  await page.goto(`${server}/_cachette/console/live-test`);
  await page.getByText('No events yet.').waitFor();
  await page.evaluate(() => {
    window.seen = { changes: [] };
    document.addEventListener('resources-changed', ({ detail }) => window.seen.changes.push(...detail.changes));
    const list = document.querySelector('cache-events').shadowRoot;
    new MutationObserver(() => {
      const first = list.querySelector('li time');
      if (first) window.seen.delay ??= Date.now() - Date.parse(first.dateTime);
    }).observe(list, { childList: true, subtree: true });
  });

  const cluster = { CacheClusterId: 'mine', Engine: 'redis', CacheNodeType: 'cache.t3.micro', NumCacheNodes: 1 };
  await call('CreateCacheCluster', cluster);
  await page.locator('cache-events li', { hasText: 'mine' }).first().waitFor();
  await until('a change', () => page.evaluate(() => window.seen.changes.some(({ kind, id }) => kind === 'cache_clusters' && id === 'mine')));

  await until('a value', hasValue);
  await page.evaluate(() => {
    const add = (name, attributes) => {
      const element = document.createElement(name);
      for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
      document.getElementById('rest').append(element);
    };
    add('metric-chart', { metric: 'CurrConnections', statistic: 'Maximum', title: 'Connections', 'cache-cluster-id': 'mine' });
    add('metric-chart', { metric: 'CurrItems', title: 'Items', 'dimension-cache-cluster-id': 'mine', 'dimension-cache-node-id': '0001' });
    add('metric-chart', { metric: 'Speed', title: 'Speed', 'cache-cluster-id': 'mine' });
    add('cache-log', { cluster: 'mine', node: '0001', kind: 'engine-log' });
  });
  const chart = page.getByRole('figure', { name: /^Connections: \d+ now/ });
  await chart.waitFor();
  await page.getByText('There is no metric Speed.').waitFor();
  const asked = requests.filter((url) => url.endsWith('/api/metrics')).length;
  await chart.focus();
  await page.keyboard.press('ArrowLeft');
  const pointed = await chart.getByRole('status').textContent();
  const rows = await chart.getByRole('row').count();
  // It follows only while it is to be seen.
  await page.locator('cache-log').scrollIntoViewIfNeeded();
  await page.locator('cache-log pre', { hasText: 'Ready to accept connections' }).waitFor();

  // Contrast, names and roles, in both colours.
  const axe = await readFile(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
  await page.evaluate(axe);
  const violations = [];
  for (const colorScheme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate(() => window.axe.run());
    violations.push(...found.violations.map(({ id, nodes }) => `${colorScheme} ${id}: ${nodes[0].html}`));
  }
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT, fullPage: true });

  const { delay } = await page.evaluate(() => window.seen);
  const outside = requests.filter((url) => !url.startsWith(server));
  console.log(JSON.stringify({ delay, pointed, rows, problems, violations, outside, asked }));

  // Somebody stops the server and starts it again, and then says so.
  await new Promise((resolve) => process.stdin.once('data', resolve));
  process.stdin.unref();
  await page.evaluate(() => { window.seen.changes = []; });
  await call('RebootCacheCluster', { CacheClusterId: 'mine', 'CacheNodeIdsToReboot.member.1': '0001' });
  await page.locator('cache-events li', { hasText: 'restarted' }).first().waitFor();
} finally {
  await browser.close();
}
