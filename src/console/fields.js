// The fields of a form, made of what is said of each:
//
// - `name`, `label`, `hint`: what it is called, by us and by people, and a word of advice;
// - `kind`: `text` (the default), `password`, `number`, `select`, `choice` (radio buttons), `check`, `lines`;
// - `value`: what is in it at first; `options`: texts or `[value, label]` to choose from, or for a `select` a function
//   that is given another one to fill them in with when they are known;
// - `required`, `min`, `max`, `pattern`: what the browser checks before anything is sent;
// - `when(values)`: whether it matters, by what stands in the others; what does not is hidden and not sent;
// - `short`: whether two of them fit beside each other;
// - `more`: whether it is folded away under "More settings".

import { h, morph } from './dom.js';

let ids = 0;

/** The fields together: their element, `values()`, and `update()` after something was typed. */
export function fieldset(descriptions) {
  const fields = descriptions.map((description) => field(description));
  const folded = fields.filter(({ description }) => description.more);
  const element = h(
    'div',
    { class: 'fields' },
    fields.filter(({ description }) => !description.more).map((each) => each.element),
    folded.length > 0 &&
      h(
        'details',
        { class: 'more' },
        h('summary', {}, 'More settings'),
        h(
          'div',
          { class: 'fields' },
          folded.map((each) => each.element),
        ),
      ),
  );
  const values = () =>
    Object.fromEntries(
      fields.filter((each) => !each.element.hidden).map((each) => [each.description.name, each.value()]),
    );
  const update = () => {
    // What one field hides may be what another one goes by, so they are asked in order.
    for (const { element: shown, description, controls } of fields) {
      if (!description.when) continue;
      const matters = Boolean(description.when(values()));
      shown.hidden = !matters;
      for (const control of controls()) control.disabled = !matters;
    }
  };
  return { element, values, update };
}

function field(description) {
  const make = { choice, check, select, lines }[description.kind] ?? input;
  const id = `field-${++ids}`;
  const made = make(description, id);
  const hint = description.hint && h('span', { class: 'hint', id: `${id}-hint` }, description.hint);
  const element = h(description.kind === 'choice' ? 'fieldset' : 'div', {
    class: `field ${description.kind ?? 'text'} ${description.short ? 'short' : ''}`,
  });
  element.append(...[made.label, made.control, hint].filter(Boolean));
  for (const control of element.querySelectorAll('input, select, textarea')) {
    if (hint) control.setAttribute('aria-describedby', hint.id);
  }
  return {
    description,
    element,
    value: made.value,
    controls: () => element.querySelectorAll('input, select, textarea'),
  };
}

function label(description, id) {
  return h(
    'label',
    { for: id },
    description.label,
    description.required || (description.value ?? '') !== '' ? '' : h('span', { class: 'optional' }, ' optional'),
  );
}

function input(description, id) {
  const { kind = 'text', name, required, min, max, pattern, placeholder, options, title } = description;
  const control = h('input', {
    id,
    name,
    type: kind,
    required,
    min,
    max,
    pattern,
    placeholder,
    title,
    autocomplete: 'off',
    spellcheck: 'false',
    list: options ? `${id}-list` : null,
  });
  control.value = description.value ?? '';
  const box = options ? h('span', {}, control, h('datalist', { id: `${id}-list` }, options.map(option))) : control;
  const value = () => (kind === 'number' && control.value !== '' ? Number(control.value) : control.value.trim());
  return { label: label(description, id), control: box, value };
}

function select(description, id) {
  const control = h('select', { id, name: description.name, required: description.required });
  const fill = (options) => {
    morph(control, options.map(option));
    if (description.value !== undefined) control.value = description.value;
  };
  if (Array.isArray(description.options)) fill(description.options);
  else description.options(fill);
  return { label: label({ ...description, required: true }, id), control, value: () => control.value };
}

function check(description, id) {
  const control = h('input', { id, name: description.name, type: 'checkbox' });
  control.checked = Boolean(description.value);
  return { label: control, control: h('label', { for: id }, description.label), value: () => control.checked };
}

function choice(description, id) {
  const radios = description.options.map(([value, text, about], index) => {
    const radio = h('input', { type: 'radio', name: `${id}-${description.name}`, value, id: `${id}-${index}` });
    radio.checked = value === description.value;
    return h('label', { class: 'radio' }, radio, h('span', {}, text, about && h('small', {}, about)));
  });
  const box = h('div', { class: radios.length < 4 ? 'radios across' : 'radios' }, radios);
  const value = () => box.querySelector('input:checked')?.value;
  return { label: h('legend', {}, description.label), control: box, value };
}

function lines(description, id) {
  const control = h('textarea', {
    id,
    name: description.name,
    rows: 3,
    placeholder: description.placeholder,
    spellcheck: 'false',
  });
  control.value = description.value ?? '';
  const value = () =>
    control.value
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  return { label: label(description, id), control, value };
}

function option(each) {
  const [value, text] = Array.isArray(each) ? each : [each, each];
  return h('option', { value }, text);
}
