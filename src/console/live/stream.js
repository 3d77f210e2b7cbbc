// The one stream of a page. It is closed while nobody looks at the page, since browsers allow a server six connections in
// all, and goes on where it was afterwards.

const STREAM = new URL('../api/events', import.meta.url);

/** How long to wait until a stream that the server has refused is asked for again. */
const AGAIN = 2000;

const listeners = new Set();
let source = null;
/** Where the stream was, as the server says it. */
let place = '';
let retry = 0;

/** Has `listener.happened(event)` called with each event, and `listener.reload()` when some may have been missed. */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Opens the stream, whenever the page is looked at. */
export function listen() {
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()));
  if (!document.hidden) open();
}

function open() {
  if (source) return;
  const isFirst = place === '';
  const address = new URL(STREAM);
  if (!isFirst) address.searchParams.set('last-event-id', place);
  source = new EventSource(address);
  let isNew = true;
  on('ready', () => {
    // What has changed while there was no stream, nobody knows: the server may have been emptied, and counts events anew.
    for (const listener of listeners) listener.reload();
    if (!isFirst || !isNew) changed({ changes: [], more: true });
    isNew = false;
  });
  on('event', (event) => {
    for (const listener of listeners) listener.happened(event);
  });
  on('change', changed);
  on('reload', () => {
    for (const listener of listeners) listener.reload();
    changed({ changes: [], more: true });
  });
  source.onerror = () => {
    // Otherwise the browser connects again by itself.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    retry = setTimeout(() => document.hidden || open(), AGAIN);
  };
}

function close() {
  clearTimeout(retry);
  source?.close();
  source = null;
}

function on(name, act) {
  source.addEventListener(name, (message) => {
    if (message.lastEventId) place = message.lastEventId;
    act(JSON.parse(message.data));
  });
}

function changed(detail) {
  document.dispatchEvent(new CustomEvent('resources-changed', { detail }));
}
