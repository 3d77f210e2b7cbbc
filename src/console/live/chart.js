// <metric-chart metric="CPUUtilization" statistic="Average" period="60" minutes="60" title="CPU" unit="%"
//   cache-cluster-id=".." cache-node-id=".." account=".." region="..">: a metric over the last minutes. Further dimensions
// are `replication-group-id`, `serverless-cache-name` and `dimension-role`; all of them may begin with `dimension-`. By
// keyboard it is read with the arrow keys, value by value; a table that is not to be seen has all of them.

import { LiveElement, ask, draw, make } from './element.js';
import { format, nice, time } from './figures.js';

/** How often charts are brought up to date, in milliseconds: engines are looked at as often. */
const EVERY = 10_000;

/** The most charts of one request. */
const MOST = 500;

const DIMENSIONS = {
  'cache-cluster-id': 'CacheClusterId',
  'cache-node-id': 'CacheNodeId',
  'replication-group-id': 'ReplicationGroupId',
  'serverless-cache-name': 'clusterId',
};
const SCOPE = { account: '000000000000', region: 'us-east-1' };

/** The drawing, in units of its own: all of it, and the room for labels. */
const WIDTH = 320;
const HEIGHT = 130;
const [LEFT, RIGHT, TOP, BOTTOM] = [56, 8, 8, 18];

/** The charts that are on the page. */
const charts = new Set();
let timer = 0;

/** Asks for what all charts show, in one request, as soon as the page has placed them. */
function soon(delay = 0) {
  clearTimeout(timer);
  if (charts.size > 0) timer = setTimeout(refresh, delay);
}

async function refresh() {
  if (!document.hidden) {
    const asked = [...charts];
    for (let first = 0; first < asked.length; first += MOST) await update(asked.slice(first, first + MOST));
  }
  soon(EVERY);
}

async function update(some) {
  const wanted = some.map((chart) => chart.wanted());
  const body = JSON.stringify({ series: wanted });
  try {
    const { now, series } = await ask('metrics', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    some.forEach((chart, index) => chart.show(now, series[index]));
  } catch (error) {
    for (const chart of some) chart.show(0, { error: error.message });
  }
}

document.addEventListener('visibilitychange', () => document.hidden || soon());

export class MetricChart extends LiveElement {
  static observedAttributes = [
    'metric', 'statistic', 'period', 'minutes', 'title', 'unit', 'account', 'region', 'dimension-role',
    ...Object.keys(DIMENSIONS).flatMap((name) => [name, `dimension-${name}`]),
  ];

  #title = make('span', { class: 'title' });
  #value = make('span', { class: 'value' });
  #drawing = draw('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, 'aria-hidden': 'true' });
  #rows = make('tbody');
  #said = make('p', { class: 'unseen', role: 'status' });
  #figure;
  #points = [];
  #unit = '';
  #now = 0;
  /** The value that is pointed at, by its place. */
  #at = null;

  constructor() {
    super();
    const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'Time'), make('th', { scope: 'col' }, 'Value')));
    this.#figure = make('figure', { tabindex: '0' },
      make('figcaption', {}, this.#title, this.#value), this.#drawing, this.#said,
      make('div', { class: 'unseen' }, make('table', {}, head, this.#rows)));
    this.#figure.addEventListener('keydown', (event) => this.#key(event));
    this.#figure.addEventListener('pointermove', (event) => this.#point(event));
    for (const left of ['pointerleave', 'blur']) this.#figure.addEventListener(left, () => this.#pointAt(null));
    this.shadowRoot.append(this.#figure);
  }

  connectedCallback() {
    charts.add(this);
    this.#draw();
    soon();
  }

  disconnectedCallback() {
    charts.delete(this);
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected) return;
    if (name !== 'title' && name !== 'unit') this.#points = [];
    this.#draw();
    soon();
  }

  /** What is to be shown, as the server takes it. */
  wanted() {
    const dimensions = {};
    for (const [attribute, dimension] of Object.entries(DIMENSIONS)) {
      const value = this.getAttribute(attribute) || this.getAttribute(`dimension-${attribute}`);
      if (value) dimensions[dimension] = value;
    }
    const role = this.getAttribute('dimension-role');
    if (role) dimensions.Role = role;
    return {
      account: this.getAttribute('account') || SCOPE.account,
      region: this.getAttribute('region') || SCOPE.region,
      metric: this.getAttribute('metric') ?? '',
      statistic: this.getAttribute('statistic') || 'Average',
      period: this.#number('period', 60),
      minutes: this.#minutes,
      dimensions,
    };
  }

  /** Shows what the server has answered. */
  show(now, { unit, points, error }) {
    if (error) {
      this.#say(error);
      return;
    }
    [this.#now, this.#unit, this.#points] = [now, unit, points];
    this.#draw();
  }

  get #minutes() {
    return this.#number('minutes', 60);
  }

  #number(name, usual) {
    return Number.parseInt(this.getAttribute(name), 10) || usual;
  }

  #format(value) {
    return format(value, this.#unit, this.getAttribute('unit'));
  }

  #say(text) {
    this.#value.textContent = text;
  }

  /** Draws everything anew: the points, the axes, and the table. */
  #draw() {
    const title = this.getAttribute('title') || this.getAttribute('metric') || '';
    this.#title.textContent = title;
    const values = this.#points.map(([, value]) => value);
    const end = this.#now || Date.now() / 1000;
    const begin = end - this.#minutes * 60;
    const top = nice(Math.max(0, ...values));
    const x = (at) => LEFT + ((Math.max(begin, at) - begin) / (end - begin)) * (WIDTH - LEFT - RIGHT);
    const y = (value) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
    const grid = [0, top / 2, top].map((value) => draw('g', {},
      draw('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value) }),
      draw('text', { x: LEFT - 4, y: y(value) + 3, 'text-anchor': 'end' }, this.#format(value))));
    const times = [[begin, 'start'], [(begin + end) / 2, 'middle'], [end, 'end']].map(([at, anchor]) => draw('text',
      { x: x(at), y: HEIGHT - 5, 'text-anchor': anchor }, time(at)));
    // A gap where there were no values.
    const gap = this.#number('period', 60) * 1.5;
    const step = ([at, value], index) => {
      const joins = index > 0 && at - this.#points[index - 1][0] <= gap;
      return `${joins ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    };
    const line = draw('path', { class: 'line', d: this.#points.map(step).join('') });
    const shown = this.#points[this.#at ?? this.#points.length - 1];
    const mark = shown ? [draw('circle', { class: 'mark', cx: x(shown[0]), cy: y(shown[1]), r: 3 })] : [];
    this.#drawing.replaceChildren(...grid, ...times, line, ...mark);
    this.#say(shown ? `${this.#at === null ? '' : `${time(shown[0])} `}${this.#format(shown[1])}` : 'no values');
    this.#figure.setAttribute('aria-label', this.#summary(title, values));
    this.#rows.replaceChildren(...this.#points.map(([at, value]) => make('tr', {},
      make('th', { scope: 'row' }, time(at)), make('td', {}, this.#format(value)))));
  }

  #summary(title, values) {
    if (values.length === 0) return `${title}: no values in the last ${this.#minutes} minutes`;
    return `${title}: ${this.#format(values.at(-1))} now, from ${this.#format(Math.min(...values))} to `
      + `${this.#format(Math.max(...values))} in the last ${this.#minutes} minutes`;
  }

  #pointAt(at) {
    const isSame = at === this.#at || this.#points.length === 0;
    if (isSame) return;
    this.#at = at === null ? null : Math.min(Math.max(at, 0), this.#points.length - 1);
    this.#draw();
  }

  #key(event) {
    const last = this.#points.length - 1;
    const to = { ArrowLeft: (this.#at ?? last + 1) - 1, ArrowRight: (this.#at ?? last) + 1, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    this.#pointAt(to);
    this.#said.textContent = this.#value.textContent;
  }

  #point(event) {
    const box = this.#drawing.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT);
    const at = this.#now - this.#minutes * 60 * (1 - share);
    const distances = this.#points.map(([begins]) => Math.abs(begins - at));
    this.#pointAt(distances.length ? distances.indexOf(Math.min(...distances)) : null);
  }
}
