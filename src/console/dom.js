// Builds elements and brings a page up to date without losing what the user is doing in it.
// Text goes in as text nodes only, so names and tags can hold anything.

const HANDLERS = ['onclick', 'onchange', 'oninput', 'onsubmit'];

/** Makes an element. `props` are attributes, handlers (`onclick`) and `key`, by which `morph` knows it again. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'key') element.dataset.key = value;
    else if (name.startsWith('on')) element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...flat(children));
  return element;
}

/** Children without the holes that conditions leave. */
function flat(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Makes the children of `target` like `children`, keeping the elements that stay: focus, scrolling and selection too. */
export function morph(target, children) {
  const keyed = new Map();
  for (const child of target.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  let cursor = target.firstChild;
  for (let fresh of flat([children])) {
    if (!(fresh instanceof Node)) fresh = document.createTextNode(fresh);
    const key = fresh.dataset?.key;
    const match = key ? keyed.get(key) : cursor;
    if (!match || !isSame(match, fresh)) {
      target.insertBefore(fresh, cursor);
      continue;
    }
    if (match === cursor) cursor = cursor.nextSibling;
    else target.insertBefore(match, cursor);
    update(match, fresh);
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}

function isSame(a, b) {
  return a.nodeName === b.nodeName && a.dataset?.key === b.dataset?.key;
}

function update(element, fresh) {
  if (element.nodeType !== Node.ELEMENT_NODE) {
    if (element.nodeValue !== fresh.nodeValue) element.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name, value } of fresh.attributes) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  for (const { name } of [...element.attributes]) {
    // Whether something is unfolded is the user's.
    const isUsers = name === 'open' && element.nodeName === 'DETAILS';
    if (!fresh.hasAttribute(name) && !isUsers) element.removeAttribute(name);
  }
  for (const handler of HANDLERS) element[handler] = fresh[handler];
  // Custom elements look after what is in them.
  if (!element.nodeName.includes('-')) morph(element, [...fresh.childNodes]);
}

/** Tells those who do not see the page what has happened. */
export function say(text) {
  const said = document.getElementById('said');
  said.textContent = text;
  clearTimeout(say.timer);
  said.classList.add('shown');
  say.timer = setTimeout(() => said.classList.remove('shown'), 4000);
}
