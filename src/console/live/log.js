// <cache-log cluster="my-cache" node="0001" kind="engine-log" account=".." region="..">: the last lines of an engine's log
// or (`slow-log`) of its slow log. It follows the log as long as it is to be seen.

import { LiveElement, ask, make } from './element.js';

/** How often it is looked whether there is more, in milliseconds. */
const EVERY = 2000;

/** The most lines that are kept. */
const MOST = 1000;

export class CacheLog extends LiveElement {
  static observedAttributes = ['cluster', 'node', 'kind', 'account', 'region'];

  #lines = make('pre', { role: 'log', 'aria-live': 'off', tabindex: '0', part: 'lines' });
  #state = make('p', { class: 'empty', role: 'status' }, 'Waiting for the first line.');
  #seen = new IntersectionObserver(([...entries]) => this.#see(entries.at(-1).isIntersecting));
  #isSeen = false;
  #timer = 0;
  /** Where the log goes on, as the server says it. */
  #next = '';
  /** Counts the logs that were shown, so that a late answer about an earlier one is dropped. */
  #turn = 0;

  constructor() {
    super();
    this.shadowRoot.append(make('div', { class: 'log' }, this.#state, this.#lines));
  }

  connectedCallback() {
    this.#begin();
    this.#seen.observe(this);
  }

  disconnectedCallback() {
    this.#seen.disconnect();
    this.#see(false);
  }

  attributeChangedCallback(name, before, after) {
    if (this.isConnected && before !== after) this.#begin();
  }

  /** Begins with the last lines of the log that the attributes name. */
  #begin() {
    this.#turn += 1;
    this.#next = '';
    this.#lines.replaceChildren();
    this.#lines.setAttribute('aria-label', `${this.getAttribute('kind') ?? 'engine-log'} of ${this.getAttribute('cluster')}`);
    if (this.#isSeen) this.#look();
  }

  #see(isSeen) {
    this.#isSeen = isSeen;
    clearTimeout(this.#timer);
    if (isSeen) this.#look();
  }

  async #look() {
    clearTimeout(this.#timer);
    const turn = this.#turn;
    if (!document.hidden && this.getAttribute('cluster')) {
      try {
        const answer = await ask(`logs?${this.#query()}`);
        if (turn === this.#turn) this.#show(answer);
      } catch (error) {
        if (turn === this.#turn) this.#say(error.message);
      }
    }
    if (turn === this.#turn && this.#isSeen) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), EVERY);
    }
  }

  #query() {
    const query = new URLSearchParams({ kind: this.getAttribute('kind') ?? 'engine-log' });
    for (const name of ['cluster', 'node', 'account', 'region']) {
      if (this.getAttribute(name)) query.set(name, this.getAttribute(name));
    }
    if (this.#next) query.set('after', this.#next);
    return query;
  }

  #show({ lines, next, follows }) {
    const isAtEnd = this.#lines.scrollTop + this.#lines.clientHeight >= this.#lines.scrollHeight - 4;
    if (!follows) this.#lines.replaceChildren();
    this.#next = next;
    // A line each, so that what somebody has marked stays when others come.
    this.#lines.append(...lines.map((line) => make('span', {}, `${line}\n`)));
    while (this.#lines.childElementCount > MOST) this.#lines.firstElementChild.remove();
    this.#say(this.#lines.childElementCount === 0 ? 'There are no lines yet.' : '');
    if (isAtEnd) this.#lines.scrollTop = this.#lines.scrollHeight;
  }

  #say(text) {
    if (this.#state.textContent !== text) this.#state.textContent = text;
    this.#state.hidden = text === '';
  }
}
