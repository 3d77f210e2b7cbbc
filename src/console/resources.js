// The list of caches, and the news that something has changed.

import { scopeQuery } from './scope.js';

/** How long to wait between two looks, in milliseconds. */
const POLL = 2000;

let latest = null;

/** How far the server's clock is ahead of ours, in milliseconds: users may move it. */
let ahead = 0;

/** Every cache of the account in the region, with shards, nodes, roles and faults. */
export async function caches() {
  const answer = await fetch(`./api/caches?${scopeQuery()}`);
  if (!answer.ok) throw new Error((await answer.json()).error);
  latest = await answer.json();
  ahead = Date.parse(latest.time) - Date.now();
  return latest;
}

/** The time on the server, as far as we know. */
export async function serverTime() {
  if (!latest) await caches();
  return new Date(Date.now() + ahead);
}

/** The last answer of `caches`, for what may be a moment old: which regions there are, and which names are taken. */
export function known() {
  return latest;
}

/** Calls back whenever something has changed on the server, and at once when the user has just changed something. */
export function onChange(callback) {
  document.addEventListener('resources-changed', callback);
  watch();
}

/** Has every page look again. */
export function changed() {
  document.dispatchEvent(new CustomEvent('resources-changed', { bubbles: true }));
}

/** The elements of `live` tell what has changed. On a server without them, everything is looked at again and again. */
async function watch() {
  try {
    await import('./live/index.js');
    // What has changed before they listened, they do not tell.
    setTimeout(changed, POLL);
  } catch {
    document.documentElement.classList.add('not-live');
    setInterval(() => document.hidden || changed(), POLL);
  }
}
