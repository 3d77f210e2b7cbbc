// Events as they happen.

import { h } from '../dom.js';
import { heading } from '../parts.js';
import { element } from '../watching.js';

export const title = () => 'Events';

export async function show() {
  return [
    heading('Events'),
    h('p', { class: 'lead' }, 'What happened to the caches of this account in this region, newest first.'),
    element('cache-events', { limit: 200 }),
  ];
}
