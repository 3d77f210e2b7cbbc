// A form in a dialog: fields, the line of a shell that does the same, and what the server said when it refused.

import { call } from './api.js';
import { awsCommand } from './command.js';
import { h, say } from './dom.js';
import { button, copyButton } from './parts.js';
import { changed } from './resources.js';
import { scope } from './scope.js';

/**
 * A request that calls the API. Parameters that are empty texts are left out.
 * @returns {{ command: string, send: () => Promise }}
 */
export function awsRequest(action, parameters) {
  const given = Object.fromEntries(
    Object.entries(parameters).filter(
      ([, value]) => value !== '' && value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
  return { command: awsCommand(action, given, scope().region), send: () => call(action, given) };
}

/**
 * Opens a form, and answers its dialog.
 * @param {object} form
 * @param {string} form.title
 * @param {string | string[]} [form.text] - what happens, in a sentence or two
 * @param {string} form.submit - what the button says
 * @param {boolean} [form.danger] - whether it takes something away
 * @param {object[]} form.fields - see `fields.js`
 * @param {(values: object) => { command?: string, send: () => Promise }} form.request - what is sent
 * @param {string} form.done - what is said when the server has taken it
 * @param {(values: object) => void} [form.then] - what is done after that
 */
export async function openForm({ title, text, submit, danger, fields = [], request, done, then }) {
  const { fieldset } = await import('./fields.js');
  const set = fieldset(fields);
  const error = h('p', { class: 'error', role: 'alert' });
  const line = h('code', {});
  const command = h(
    'div',
    { class: 'command' },
    line,
    copyButton(() => line.textContent, 'command'),
  );
  const send = h('button', { type: 'submit', class: danger ? 'danger' : 'primary' }, submit);
  const title_ = h('h2', { id: 'dialog-title' }, title);
  const form = h(
    'form',
    { method: 'dialog', novalidate: false },
    h(
      'header',
      {},
      title_,
      button('×', () => dialog.close(), { kind: 'quiet close', name: 'Close' }),
    ),
    h('div', { class: 'body' }, text && h('p', { class: 'lead' }, text), set.element),
    h(
      'footer',
      {},
      h('details', { class: 'as-command' }, h('summary', {}, 'As a command'), command),
      error,
      h(
        'div',
        { class: 'actions' },
        button('Cancel', () => dialog.close()),
        send,
      ),
    ),
  );
  const dialog = h('dialog', { class: 'form', 'aria-labelledby': 'dialog-title' }, form);

  const update = () => {
    set.update();
    const { command: shown } = request(set.values());
    line.textContent = shown ?? '';
    form.querySelector('.as-command').hidden = !shown;
  };
  form.oninput = update;
  form.onsubmit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    error.textContent = '';
    const values = set.values();
    try {
      const answer = await request(values).send();
      dialog.close();
      say(typeof done === 'function' ? done(values, answer) : done);
      changed();
      then?.(values, answer);
    } catch (refusal) {
      error.replaceChildren(refusal.code ? h('strong', {}, `${refusal.code}: `) : '', refusal.message);
    } finally {
      send.disabled = false;
    }
  };
  showDialog(dialog);
  update();
  return dialog;
}

/** Shows a dialog until it is closed. A click beside it closes it too; focus returns to where it was. */
export function showDialog(dialog) {
  // A second click before the first dialog is there.
  const title = dialog.querySelector('h2')?.textContent;
  if ([...document.querySelectorAll('dialog[open] h2')].some((head) => head.textContent === title)) return;
  dialog.onclose = () => dialog.remove();
  dialog.onmousedown = (event) => {
    if (event.target === dialog) dialog.close();
  };
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector('.body :is(input, select, textarea):not([type=hidden], :disabled)')?.focus();
}
