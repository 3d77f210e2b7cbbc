// Whose caches are shown, and where: account, region, and the keys that requests are signed with.
// Account and region are kept in the browser; keys only until the tab is closed.

const DEFAULT = { account: '000000000000', region: 'us-east-1' };

/** The account and the region. */
export function scope() {
  const { accessKey } = keys() ?? {};
  const account = accessKey ? accountOf(accessKey) : (read(localStorage, 'account') ?? DEFAULT.account);
  return { account, region: read(localStorage, 'region') ?? DEFAULT.region };
}

/** Chooses another account or region. */
export function choose({ account, region }) {
  if (account) localStorage.setItem('cachette.account', account);
  if (region) localStorage.setItem('cachette.region', region);
  document.dispatchEvent(new CustomEvent('scope-changed'));
}

/** Account and region as the server's own API takes them. */
export function scopeQuery() {
  return new URLSearchParams(scope()).toString();
}

/** The keys to sign with, if somebody gave some. */
export function keys() {
  const [accessKey, secret] = [read(sessionStorage, 'access-key'), read(sessionStorage, 'secret')];
  return accessKey && secret ? { accessKey, secret } : null;
}

/** Signs with these keys from now on, or not at all. */
export function useKeys(given) {
  for (const [name, value] of [
    ['access-key', given?.accessKey],
    ['secret', given?.secret],
  ]) {
    if (value) sessionStorage.setItem(`cachette.${name}`, value);
    else sessionStorage.removeItem(`cachette.${name}`);
  }
  document.dispatchEvent(new CustomEvent('scope-changed'));
}

/** The server takes a key of twelve digits for an account, and every other for one of the default account. */
function accountOf(accessKey) {
  return /^[0-9]{12}$/.test(accessKey) ? accessKey : DEFAULT.account;
}

function read(storage, name) {
  return storage.getItem(`cachette.${name}`);
}
