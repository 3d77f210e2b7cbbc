// What happens, as it happens, as elements that pages place: <cache-events>, <metric-chart> and <cache-log>. Importing
// this module defines them, and has the document told of changes: the event `resources-changed`, whose detail has
// `changes`, a list of {kind, account, region, id}, and `more`, when there were others that are not named.
//
// Each element draws into a shadow root of its own and sets nothing on itself, so pages may bring it up to date by its
// attributes. Colours are those of the page: see live.css for the custom properties.

import { CacheEvents } from './events.js';
import { MetricChart } from './chart.js';
import { CacheLog } from './log.js';
import { listen } from './stream.js';

customElements.define('cache-events', CacheEvents);
customElements.define('metric-chart', MetricChart);
customElements.define('cache-log', CacheLog);

listen();
