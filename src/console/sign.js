// Signature Version 4, for servers that check it. The secret stays in the browser.

const encoder = new TextEncoder();
const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Headers that say who calls without proving it. */
export function unsigned(account, region, now) {
  const { date } = timestamp(now);
  const credential = `${account}/${date}/${region}/elasticache/aws4_request`;
  return { Authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=host, Signature=none` };
}

/** Headers that prove who calls. */
export async function sign({ accessKey, secret }, region, body, headers, now) {
  if (!globalThis.crypto?.subtle) {
    throw new Error('Browsers sign only on pages of localhost or over TLS. Open the console at http://localhost.');
  }
  const { date, time } = timestamp(now);
  const signed = { 'content-type': headers['Content-Type'], host: location.host, 'x-amz-date': time };
  const names = Object.keys(signed).join(';');
  const lines = Object.entries(signed)
    .map(([name, value]) => `${name}:${value}\n`)
    .join('');
  const request = ['POST', '/', '', lines, names, hex(await digest(body))].join('\n');
  const scope = `${date}/${region}/elasticache/aws4_request`;
  const text = [ALGORITHM, time, scope, hex(await digest(request))].join('\n');
  let key = encoder.encode(`AWS4${secret}`);
  for (const part of scope.split('/')) key = await hmac(key, part);
  const signature = hex(await hmac(key, text));
  return {
    Authorization: `${ALGORITHM} Credential=${accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
    'X-Amz-Date': time,
  };
}

function timestamp(now) {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return { time, date: time.slice(0, 8) };
}

function digest(text) {
  return crypto.subtle.digest('SHA-256', encoder.encode(text));
}

async function hmac(key, text) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return crypto.subtle.sign('HMAC', imported, encoder.encode(text));
}

function hex(bytes) {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
