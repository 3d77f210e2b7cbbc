// Asks for the keys that requests are signed with, for servers that check signatures.

import { openForm } from '../form.js';
import { keys, useKeys } from '../scope.js';

/** The dialog, which is opened once however many requests are refused at the same time. */
let opened = null;

/** The page for which no keys were given, and which is not to ask again. */
let declined = null;

/** Opens the form, with what the server said when it refused a request. */
export async function openKeys(refused) {
  if (opened && (await opened).open) return;
  if (typeof refused === 'string' && declined === location.hash) return;
  const { accessKey } = keys() ?? {};
  let used = false;
  opened = openForm({
    title: 'Keys',
    text: [
      // What the server says of a request without a signature is of no help to people.
      accessKey && typeof refused === 'string' && `The server says: ${refused} `,
      'A server that runs with --auth sigv4 takes signed requests only. The keys stay in this tab and are gone when it ',
      'is closed. Leave both empty to sign nothing.',
    ],
    submit: 'Use',
    fields: [
      { name: 'accessKey', label: 'Access key', value: accessKey ?? '' },
      { name: 'secret', kind: 'password', label: 'Secret access key' },
    ],
    request: (values) => ({
      send: async () => {
        used = true;
        useKeys(values);
      },
    }),
    done: ({ secret }) => (secret ? 'Requests are signed now.' : 'Requests are not signed.'),
  });
  (await opened).addEventListener('close', () => {
    declined = used ? null : location.hash;
  });
}
