// Calls the ElastiCache API at this server, as any client does.

import { serverTime } from './resources.js';
import { keys, scope, scopeQuery } from './scope.js';
import { sign, unsigned } from './sign.js';
import { decode, decodeError, encode } from './wire.js';

/** What the server answered instead of doing what it was asked to. */
export class Refusal extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }

  /** Whether the keys are what is wrong. */
  get isAboutKeys() {
    return [
      'MissingAuthenticationToken',
      'InvalidClientTokenId',
      'SignatureDoesNotMatch',
      'IncompleteSignature',
      'RequestExpired',
    ].includes(this.code);
  }
}

/** Calls an action and answers its result. */
export async function call(action, parameters = {}) {
  const body = encode(action, parameters).toString();
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const { account, region } = scope();
  const signature = keys()
    ? await sign(keys(), region, body, headers, await serverTime())
    : unsigned(account, region, new Date());
  const answer = await fetch('/', { method: 'POST', headers: { ...headers, ...signature }, body });
  const xml = await answer.text();
  if (!answer.ok) {
    const { code, message } = decodeError(xml);
    const refusal = new Refusal(code, message);
    if (refusal.isAboutKeys) document.dispatchEvent(new CustomEvent('keys-wanted', { detail: message }));
    throw refusal;
  }
  return decode(action, xml);
}

/** Everything that an action tells page by page, from the list of that name. */
export async function all(action, list, parameters = {}) {
  const found = [];
  let marker;
  do {
    const page = await call(action, { ...parameters, Marker: marker });
    found.push(...(page[list] || []));
    marker = page.Marker || page.NextToken;
  } while (marker);
  return found;
}

/** The tags of a resource, as `key=value`. Of what is being changed the API does not tell them. */
export async function tagsOf(arn, status) {
  if (status !== 'available') return [];
  const { TagList: tags = [] } = await call('ListTagsForResource', { ResourceName: arn }).catch(() => ({}));
  return tags.map(({ Key: key, Value: value }) => (value ? `${key}=${value}` : key));
}

/** Begins a fault. */
export async function beginFault(fault) {
  return admin(`/_cachette/faults?${scopeQuery()}`, { method: 'POST', body: JSON.stringify(fault) });
}

/** Ends a fault. */
export async function healFault(id) {
  return admin(`/_cachette/faults/${encodeURIComponent(id)}?${scopeQuery()}`, { method: 'DELETE' });
}

async function admin(path, options) {
  const answer = await fetch(path, options);
  const told = await answer.json();
  if (!answer.ok) throw new Refusal('', told.error);
  return told;
}
