import { anything, to } from './any-body.ts';
import { listRows, nameRows } from './lists-and-names.ts';
import { recipientRows } from './recipients.ts';
import { fields, KiB, list, many, type Row, type Rows, unknownId } from './row.ts';
import { templateRows } from './templates.ts';

const rowsOfBodies: Rows = {
  'POST /api/v1/sender-profiles': anything(to('POST', '/sender-profiles')),
  'PATCH /api/v1/sender-profiles/{id}': anything(
    to('PATCH', ({ senderProfileId }) => `/sender-profiles/${senderProfileId}`),
  ),
  'POST /api/v1/domains': [
    ...anything(to('POST', '/domains')),
    {
      what: 'a domain of 1,000 letters',
      ask: to('POST', '/domains')(JSON.stringify({ domain: '漢'.repeat(1_000) })),
    },
  ],
  'GET /api/v1/rates': [{ what: 'as they are', ask: () => ({ method: 'GET', path: '/api/v1/rates' }) }],
  'POST /api/v1/rates/resume': anything(to('POST', '/rates/resume')),
  'POST /api/v1/erasures': [
    ...anything(to('POST', '/erasures')),
    {
      what: 'an address of nobody',
      ask: to('POST', '/erasures')(JSON.stringify({ email: 'nobody@example.com' })),
    },
  ],
  'POST /api/v1/webhooks': [
    ...anything(to('POST', '/webhooks')),
    {
      what: 'a URL and events that are none, as long as they fit',
      ask: to(
        'POST',
        '/webhooks',
      )(JSON.stringify({ url: `https://${'a'.repeat(400_000)}`, events: many(50_000, () => 'x') })),
    },
  ],
  'PATCH /api/v1/webhooks/{id}': anything(to('PATCH', () => `/webhooks/${unknownId}`)),
  'POST /api/v1/webhooks/{id}/test': anything(to('POST', () => `/webhooks/${unknownId}/test`)),
  'POST /api/v1/webhooks/{id}/replay': anything(to('POST', () => `/webhooks/${unknownId}/replay`)),
  'POST /api/v1/api-keys': [
    ...anything(to('POST', '/api-keys')),
    {
      what: 'scopes that are none',
      ask: to('POST', '/api-keys')(JSON.stringify({ name: 'k', scopes: many(80_000, () => 'x') })),
    },
  ],
};

/** A body that nobody reads. */
const unread = (path: string): readonly Row[] => [
  {
    what: '900 KB that nobody reads',
    ask: () => ({ method: 'POST', path: path.replace('*', 'x'.repeat(8_000)), body: 'x'.repeat(900_000) }),
  },
];

const notification = '/providers/ses/notifications';

const rowsOfTheRest: Rows = {
  'POST /u/{token}': unread('/u/*'),
  'POST /u/{token}/resubscribe': unread('/u/*/resubscribe'),
  'POST /u/{token}/confirm': unread('/u/*/confirm'),
  'POST /u/{token}/preferences': [
    {
      what: '32 KiB of fields',
      ask: () => ({
        method: 'POST',
        path: `/u/${'x'.repeat(8_000)}/preferences`,
        body: `shown=on:${unknownId}&`.repeat(600),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
    },
  ],
  'GET /healthz': [{ what: 'as it is', ask: () => ({ method: 'GET', path: '/healthz' }) }],
  'GET /readyz': [{ what: 'as it is', ask: () => ({ method: 'GET', path: '/readyz' }) }],
  'GET /metrics': [{ what: 'as it is', ask: () => ({ method: 'GET', path: '/metrics' }) }],
  'GET /openapi.json': [{ what: 'as it is', ask: () => ({ method: 'GET', path: '/openapi.json' }) }],
  'GET /docs': [{ what: 'as it is', ask: () => ({ method: 'GET', path: '/docs' }) }],
  [`POST ${notification}`]: [
    { what: 'many fields', ask: () => ({ method: 'POST', path: notification, body: fields(45_000) }) },
    {
      what: 'zeros',
      ask: () => ({ method: 'POST', path: notification, body: `{"a":${list(260_000, '0')}}` }),
    },
    {
      what: 'a text',
      ask: () => ({ method: 'POST', path: notification, body: `{"Message":"${'x'.repeat(500 * KiB)}"}` }),
    },
  ],
};

/** Rows of every route but those that take emails. */
export const resourceRows: Rows = {
  ...templateRows,
  ...recipientRows,
  ...rowsOfBodies,
  ...listRows,
  ...nameRows,
  ...rowsOfTheRest,
};
