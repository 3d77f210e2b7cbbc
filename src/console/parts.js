// What pages are put together from: statuses, tables, facts, buttons.

import { h, say } from './dom.js';

const GOOD = ['available', 'active', 'in-sync', 'enabled', 'primary-only'];
const BAD = ['create-failed', 'failed', 'restore-failed', 'incompatible-network', 'incompatible'];

/** A status as a dot and its word. */
export function status(word) {
  const tone = GOOD.includes(word) ? 'good' : BAD.includes(word) ? 'bad' : word === 'deleting' ? 'gone' : 'busy';
  return h('span', { class: `status ${tone}` }, word || 'unknown');
}

/** The head of a page: what it shows, and what can be done there. */
export function heading(title, { above, beside, actions = [] } = {}) {
  return h(
    'header',
    { class: 'heading', key: 'heading' },
    h('div', {}, above && h('p', { class: 'above' }, above), h('h1', {}, title, ' ', beside)),
    h('div', { class: 'actions' }, ...actions),
  );
}

/** A button. */
export function button(label, onclick, { kind = '', title, name, disabled } = {}) {
  const told = onclick && (async (event) => {
    try {
      await onclick(event);
    } catch (error) {
      say(error.message);
    }
  });
  return h('button', { type: 'button', class: kind, onclick: told, title, 'aria-label': name, disabled }, label);
}

/**
 * A table. Columns are `{ head, cell(row), narrow }`; those that are not `narrow` are left out on small screens. The
 * first column names the row.
 */
export function table({ name, columns, rows, key, empty }) {
  if (rows.length === 0) return h('p', { class: 'empty', key: `empty-${name}` }, empty);
  const place = (column) => (column.narrow ? column.class : `wide ${column.class ?? ''}`);
  const head = columns.map((column) => h('th', { scope: 'col', class: place(column) }, column.head));
  const body = rows.map((row) =>
    h(
      'tr',
      { key: key(row) },
      columns.map((column, index) =>
        h(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, class: place(column) }, column.cell(row)),
      ),
    ),
  );
  return h(
    'div',
    { class: 'scroller', key: `table-${name}` },
    h('table', { 'aria-label': name }, h('thead', {}, h('tr', {}, head)), h('tbody', {}, body)),
  );
}

/** Names and values; what has no value is left out. */
export function facts(pairs) {
  const shown = pairs.filter(([, value]) => value || value === 0);
  return h(
    'dl',
    { class: 'facts' },
    shown.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
  );
}

/** A part of a page under a head of its own. */
export function section(title, { actions = [], key = title } = {}, ...content) {
  return h(
    'section',
    { key, 'aria-label': title },
    h('div', { class: 'section-head' }, h('h2', {}, title), h('div', { class: 'actions' }, ...actions)),
    ...content,
  );
}

/** Tags beside each other; nothing when there are none. */
export function tagList(tags) {
  return (
    tags.length > 0 &&
    h(
      'span',
      { class: 'tags' },
      tags.map((tag) => h('span', { class: 'tag' }, tag)),
    )
  );
}

/** A text and a button that copies it. */
export function copyable(text, what = 'text') {
  return h(
    'span',
    { class: 'copyable' },
    h('code', {}, text),
    copyButton(() => text, what),
  );
}

/** A button that copies. */
export function copyButton(text, what) {
  const copy = async (event) => {
    const pressed = event.currentTarget;
    await copyText(text(), pressed);
    pressed.textContent = 'Copied';
    say(`Copied the ${what}.`);
    setTimeout(() => {
      pressed.textContent = 'Copy';
    }, 1500);
  };
  return button('Copy', copy, { kind: 'quiet small', name: `Copy the ${what}` });
}

/** Browsers have a clipboard on pages of localhost or over TLS only; elsewhere the old way still works. */
async function copyText(text, near) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h('textarea', { class: 'offscreen', readonly: true });
  area.value = text;
  // Inside of a dialog nothing outside of it can be selected.
  near.after(area);
  area.select();
  document.execCommand('copy');
  area.remove();
  near.focus();
}

/** A moment, in short, with all of it as a hint. */
export function moment(time) {
  if (!time) return '–';
  const date = new Date(time);
  const short = date.toLocaleString([], { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' });
  return h('time', { datetime: date.toISOString(), title: date.toISOString() }, short);
}

/** `1 shard`, `2 shards`. */
export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** `valkey` as people write it. */
export function engineName(engine) {
  return { redis: 'Redis OSS', valkey: 'Valkey', memcached: 'Memcached' }[engine] ?? engine;
}
