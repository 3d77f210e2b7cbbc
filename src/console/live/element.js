// What the elements share: their style, building what is in them, and asking the server.

const sheet = new CSSStyleSheet();
fetch(new URL('./live.css', import.meta.url))
  .then((answer) => (answer.ok ? answer.text() : ''))
  .then((text) => sheet.replace(text));

/** An element with a shadow root in the style of all of them. */
export class LiveElement extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: 'open' }).adoptedStyleSheets = [sheet];
  }
}

/** Makes an element; what goes into it is text or other elements, never markup. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for drawings. */
export function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** What the server answers to a request below the console's API. Fails with what the server says is wrong. */
export async function ask(path, options) {
  const answer = await fetch(new URL(`../api/${path}`, import.meta.url), options);
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.error ?? `The server answers ${answer.status}.`);
  return body;
}
