// <cache-events limit="200" source="my-cache" source-type="cache-cluster" account=".." region="..">: the newest events,
// and those that come, the newest on top. Without the attributes events of everything.

import { LiveElement, ask, make } from './element.js';
import { subscribe } from './stream.js';

const USUAL = 200;
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' });

export class CacheEvents extends LiveElement {
  static observedAttributes = ['limit', 'source', 'source-type', 'account', 'region'];

  #list = make('ol', {});
  #empty = make('p', { class: 'empty' }, 'No events yet.');
  #shown = new Set();
  #unsubscribe = null;
  /** Counts what was asked for, so that a late answer to an earlier question is dropped. */
  #turn = 0;
  /** Events that come while the list is asked for: it may have been made before them. */
  #late = null;

  constructor() {
    super();
    this.shadowRoot.append(
      make('div', { class: 'events', role: 'log', tabindex: '0', 'aria-label': 'Events', part: 'events' }, this.#empty, this.#list),
    );
  }

  connectedCallback() {
    this.#unsubscribe = subscribe({
      happened: (event) => {
        if (!this.#wants(event)) return;
        this.#late?.push(event);
        this.#add(event);
      },
      reload: () => this.#load(),
    });
    this.#load();
  }

  disconnectedCallback() {
    this.#unsubscribe?.();
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before !== after) this.#load();
  }

  get #limit() {
    return Number.parseInt(this.getAttribute('limit'), 10) || USUAL;
  }

  #wants(event) {
    const is = (attribute, value) => !this.getAttribute(attribute) || this.getAttribute(attribute).toLowerCase() === value;
    return is('source', event.source_identifier) && is('source-type', event.source_type)
      && is('account', event.account) && is('region', event.region);
  }

  async #load() {
    const turn = ++this.#turn;
    const late = [];
    this.#late = late;
    const query = new URLSearchParams({ limit: this.#limit });
    for (const name of ['source', 'source-type', 'account', 'region']) {
      if (this.getAttribute(name)) query.set(name, this.getAttribute(name));
    }
    try {
      const { events } = await ask(`events/latest?${query}`);
      if (turn !== this.#turn) return;
      this.#shown.clear();
      this.#list.replaceChildren();
      this.#empty.hidden = false;
      for (const event of [...events.reverse(), ...late]) this.#add(event);
    } catch (error) {
      if (turn === this.#turn && this.#shown.size === 0) this.#empty.textContent = error.message;
    }
    if (turn === this.#turn) this.#late = null;
  }

  #add(event) {
    // Numbers begin anew when the server is emptied.
    const key = [event.account, event.region, event.number, event.date].join('/');
    if (this.#shown.has(key)) return;
    this.#shown.add(key);
    this.#empty.hidden = true;
    const date = new Date(event.date);
    const item = make('li', {},
      make('time', { datetime: event.date, title: event.date }, TIME.format(date)),
      make('span', { class: 'source', title: `${event.source_type} in ${event.region}` }, event.source_identifier),
      make('span', { class: 'message' }, event.message));
    item.key = key;
    this.#list.prepend(item);
    while (this.#list.childElementCount > this.#limit) {
      this.#shown.delete(this.#list.lastElementChild.key);
      this.#list.lastElementChild.remove();
    }
  }
}
