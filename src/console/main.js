// Starts the console: shows the page that the address asks for, and shows it anew when something changes.

import { h, morph, say } from './dom.js';
import { caches, known, onChange } from './resources.js';
import { route } from './routes.js';
import { choose, keys, scope } from './scope.js';

const main = document.getElementById('main');

/** The page in the navigation that those of single caches belong to. */
const SHOWN_UNDER = { 'replication-groups': 'caches', 'cache-clusters': 'caches', 'serverless-caches': 'caches' };

/** Counts what was asked for, so that late answers to what nobody wants any more are dropped. */
let turn = 0;
let busy = false;
let again = false;

/** Goes to the page of the address. */
async function open() {
  const mine = ++turn;
  let content;
  let where;
  try {
    where = route();
  } catch (error) {
    main.replaceChildren(problem(error));
    return;
  }
  const { page, id, load } = where;
  for (const link of document.querySelectorAll('nav a')) {
    if (link.hash === `#/${SHOWN_UNDER[page] ?? page}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  main.setAttribute('aria-busy', 'true');
  try {
    const module = await load();
    content = await module.show(id);
    document.title = `${module.title(id)} · Cachette`;
  } catch (error) {
    content = problem(error);
  }
  if (mine !== turn) return;
  main.replaceChildren();
  morph(main, content);
  main.removeAttribute('aria-busy');
  main.dataset.at = location.hash;
  header();
  // Not every page asks for what the header tells.
  if (!known()) caches().then(header, console.debug);
}

/** Brings the page that is shown up to date. */
async function refresh() {
  if (busy) {
    again = true;
    return;
  }
  busy = true;
  const mine = turn;
  const { id, load } = route();
  try {
    const content = await (await load()).show(id);
    if (mine === turn) morph(main, content);
  } catch (error) {
    if (mine === turn) morph(main, problem(error));
  }
  busy = false;
  if (again) {
    again = false;
    refresh();
  }
}

function problem(error) {
  console.debug(error);
  return h(
    'div',
    { class: 'problem', role: 'alert', key: 'problem' },
    h('h1', {}, error.code || 'This page cannot be shown'),
    h('p', {}, error.message),
    h('p', {}, h('a', { href: '#/caches' }, 'All caches')),
  );
}

/** Account and region, as they are chosen. */
function header() {
  const { account, region } = scope();
  const { regions = [region], accounts = [] } = known() ?? {};
  const options = regions.includes(region) ? regions : [region, ...regions];
  const select = document.getElementById('region');
  morph(
    select,
    options.map((name) => h('option', { value: name, key: name }, name)),
  );
  select.value = region;
  morph(
    document.getElementById('accounts'),
    accounts.map((name) => h('option', { value: name })),
  );
  const field = document.getElementById('account');
  if (document.activeElement !== field) field.value = account;
  field.disabled = Boolean(keys());
  document.getElementById('keys').textContent = keys() ? 'Signed' : 'Keys';
}

function listen() {
  const form = document.getElementById('scope');
  form.onsubmit = (event) => event.preventDefault();
  form.onchange = () => {
    if (!form.reportValidity()) return;
    choose({ account: form.elements.account.value, region: form.elements.region.value });
  };
  const askForKeys = async (event) => (await import('./actions/keys.js')).openKeys(event.detail);
  document.getElementById('keys').onclick = () => askForKeys({});
  document.addEventListener('keys-wanted', askForKeys);
  document.addEventListener('scope-changed', () => {
    const { account, region } = scope();
    say(`Account ${account} in ${region}`);
    open();
  });
  addEventListener('hashchange', async () => {
    await open();
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  });
}

listen();
open().then(() => onChange(refresh));
