// Writes a request as the line of a shell that would do the same.

import { keys, scope } from './scope.js';

/** The account of callers whose key tells none. */
const USUAL_ACCOUNT = '000000000000';

/** Never shown: the line names a variable of the shell instead. */
const SECRETS = { AuthToken: '$AUTH_TOKEN', Passwords: '$PASSWORD' };

/** A call of the API as a line for the AWS CLI. */
export function awsCommand(action, parameters, region) {
  const words = ['aws', '--endpoint-url', location.origin, '--region', region, 'elasticache', kebab(action)];
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    const option = `--${kebab(name)}`;
    if (name in SECRETS) words.push(option, `"${SECRETS[name]}"`);
    else if (typeof value === 'boolean') words.push(value ? option : `--no-${kebab(name)}`);
    else words.push(option, ...[value].flat().map(argument));
  }
  // Without a signature it is the key that tells the account.
  const { account } = scope();
  if (!keys() && account !== USUAL_ACCOUNT) words.unshift(`AWS_ACCESS_KEY_ID=${account}`, 'AWS_SECRET_ACCESS_KEY=none');
  return words.join(' ');
}

/** A request to the server's own API as a line for curl. */
export function curlCommand(path, body) {
  return `curl -X POST ${quoted(location.origin + path)} -d ${quoted(JSON.stringify(body))}`;
}

/** `CacheClusterId` as the CLI calls it: `cache-cluster-id`. */
function kebab(name) {
  return name
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase();
}

function argument(value) {
  if (typeof value !== 'object') return quoted(String(value));
  const text = shorthand(value);
  return Object.keys(value).some((key) => key in SECRETS && value[key]) ? `"${text}"` : quoted(text);
}

/** `Key=a,Value=b`, with braces where structures are inside of one another. */
function shorthand(value) {
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => {
      if (key in SECRETS) return `${key}=${SECRETS[key]}`;
      if (Array.isArray(inner)) return `${key}=[${inner.join(',')}]`;
      return `${key}=${typeof inner === 'object' ? `{${shorthand(inner)}}` : word(inner)}`;
    })
    .join(',');
}

/** A value as the CLI's shorthand takes it: what separates values there has to be in quotes. */
function word(value) {
  return /[,"'{}[\]]/.test(value) ? `"${String(value).replace(/[\\"]/g, '\\$&')}"` : value;
}

/** A word as the shell takes it. */
export function quoted(text) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
