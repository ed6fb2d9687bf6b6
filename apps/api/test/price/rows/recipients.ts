import { anything, readAlike, to } from './any-body.ts';
import { fields, KiB, MiB, many, type Rows } from './row.ts';

const attributes = { a: 'x'.repeat(255 * KiB) };

/** Lines of a CSV file. */
const csv = (body: string) => () => ({
  method: 'POST',
  path: '/api/v1/suppressions/import',
  body,
  headers: { 'content-type': 'text/csv' },
});

/** Bodies about recipients: who they are, what they get, and who gets nothing. */
export const recipientRows: Rows = {
  'POST /api/v1/profiles': [
    ...anything(to('POST', '/profiles')),
    {
      what: 'attributes as large as they may be',
      ask: to('POST', '/profiles')(JSON.stringify({ externalId: 'e1', attributes })),
    },
    {
      what: 'attributes of as many fields as there may be',
      ask: to('POST', '/profiles')(`{"externalId":"e2","attributes":${fields(24_000)}}`),
    },
  ],
  'PATCH /api/v1/profiles/{id}': [
    ...anything(to('PATCH', ({ profileId }) => `/profiles/${profileId}`)),
    ...readAlike(to('PATCH', ({ profileId }) => `/profiles/${profileId}`)),
    {
      what: 'attributes as large as they may be',
      ask: to('PATCH', ({ profileId }) => `/profiles/${profileId}`)(JSON.stringify({ attributes })),
    },
  ],
  'POST /api/v1/subscription-groups': anything(to('POST', '/subscription-groups')),
  'PATCH /api/v1/subscription-groups/{id}': anything(
    to('PATCH', ({ groupId }) => `/subscription-groups/${groupId}`),
  ),
  'PUT /api/v1/subscription-groups/{id}/subscriptions': anything(
    to('PUT', ({ groupId }) => `/subscription-groups/${groupId}/subscriptions`),
  ),
  'POST /api/v1/suppressions': anything(to('POST', '/suppressions')),
  'POST /api/v1/suppressions/import': [
    ...anything(to('POST', '/suppressions/import')),
    ...readAlike(to('POST', '/suppressions/import')),
    {
      what: 'as many addresses as fit',
      ask: to(
        'POST',
        '/suppressions/import',
      )(
        JSON.stringify({
          suppressions: many(1_000, (at) => ({ email: `p${at}@example.com`, reason: 'Bounce' })),
        }),
      ),
    },
    {
      what: 'more addresses than are taken',
      ask: to(
        'POST',
        '/suppressions/import',
      )(
        JSON.stringify({
          suppressions: many(15_000, (at) => ({ email: `p${at}@example.com`, reason: 'Bounce' })),
        }),
      ),
    },
    {
      what: 'addresses that are none',
      ask: to(
        'POST',
        '/suppressions/import',
      )(JSON.stringify({ suppressions: many(1_000, () => ({ a: 1, b: 1, c: 1 })) })),
    },
    {
      what: '30,000 lines of CSV',
      ask: csv(many(30_000, (at) => `csv${at}@example.com,Bounce\n`).join('')),
    },
    { what: '100,000 lines that are wrong', ask: csv('x\n'.repeat(100_001)) },
    { what: 'lines of 60 KB', ask: csv(`${'a,'.repeat(30_000)}\n`.repeat(100)) },
    { what: 'a quote that is not closed', ask: csv(`"${'x'.repeat(2 * MiB)}`) },
    { what: 'blank lines', ask: csv('\n'.repeat(8 * MiB)) },
  ],
  'GET /api/v1/suppressions/export': [
    {
      what: 'all of them',
      // It answers what the imports before have left here.
      ask: () => ({ method: 'GET', path: '/api/v1/suppressions/export', storedBytes: 2 * MiB }),
    },
  ],
};
