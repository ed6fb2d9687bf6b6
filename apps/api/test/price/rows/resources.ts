import type { World } from '../world.ts';
import { fields, KiB, list, MiB, many, type Row, type Rows, unknownId } from './row.ts';

type Send = (body: string) => (world: World) => { method: string; path: string; body: string };

const to =
  (method: string, path: string | ((world: World) => string)): Send =>
  (body) =>
  (world) => ({ method, path: `/api/v1${typeof path === 'string' ? path : path(world)}`, body });

/** What any JSON body of 1 MiB can be made of, whatever the route makes of it. */
const anything = (send: Send): readonly Row[] => [
  { what: '1 MiB of unknown fields', ask: send(fields(90_000)) },
  { what: '1 MiB of one unknown field', ask: send(`{"x":${list(500_000, '0')}}`) },
  { what: '1 MiB of nesting', ask: send(`{"name":${'['.repeat(249_990)}${']'.repeat(249_990)}}`) },
  {
    what: '1 MiB of one text in the place of each field',
    ask: send(JSON.stringify({ name: 'n'.repeat(MiB - 100) })),
  },
  { what: '1 MiB as a name', ask: send(`{"${'n'.repeat(MiB - 100)}":1}`) },
];

/** Lines of a CSV file. */
const csv = (body: string) => () => ({
  method: 'POST',
  path: '/api/v1/suppressions/import',
  body,
  headers: { 'content-type': 'text/csv' },
});

const template = { name: 'T', subject: 's' };
const attributes = { a: 'x'.repeat(255 * KiB) };

const rowsOfBodies: Rows = {
  'POST /api/v1/templates': [
    ...anything(to('POST', '/templates')),
    {
      what: 'html and text as long as they may be',
      ask: to(
        'POST',
        '/templates',
      )(JSON.stringify({ ...template, html: 'x'.repeat(500_000), text: 'y'.repeat(500_000) })),
    },
    {
      what: 'html full of quotes',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: '"'.repeat(500_000) })),
    },
    {
      what: 'a long name around many short ones',
      ask: to(
        'POST',
        '/templates',
      )(
        JSON.stringify({
          ...template,
          html: `{{#with [${'a'.repeat(470_000)}]}}${many(2_400, (at) => `{{v${at}}}`).join('')}{{/with}}`,
        }),
      ),
    },
    {
      what: 'a path of 200 parts around 2,300 names',
      ask: to(
        'POST',
        '/templates',
      )(
        JSON.stringify({
          ...template,
          html: `{{#with ${many(200, () => 'a').join('.')}}}${many(2_300, (at) => `{{v${at}}}`).join('')}{{/with}}`,
        }),
      ),
    },
    {
      what: 'as many variables as are kept',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: '{{a}}'.repeat(4_900) })),
    },
    {
      what: 'as many variables as are parsed',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: '{{a}}'.repeat(19_900) })),
    },
    {
      what: 'sample data as large as it may be',
      ask: to('POST', '/templates')(JSON.stringify({ ...template, html: 'h', sampleData: attributes })),
    },
  ],
  'PATCH /api/v1/templates/{id}': [
    ...anything(to('PATCH', ({ templateId }) => `/templates/${templateId}`)),
    {
      what: 'html as long as it may be',
      ask: to(
        'PATCH',
        ({ templateId }) => `/templates/${templateId}`,
      )(JSON.stringify({ html: 'z'.repeat(500_000) })),
    },
  ],
  'POST /api/v1/templates/{id}/preview': [
    ...anything(to('POST', ({ templateId }) => `/templates/${templateId}/preview`)),
    {
      what: 'data as large as it may be',
      ask: to(
        'POST',
        ({ templateId }) => `/templates/${templateId}/preview`,
      )(JSON.stringify({ data: attributes })),
    },
    {
      what: 'data of characters that are escaped, again and again',
      ask: async (world) => {
        const html = '{{a}}'.repeat(120);
        const id = await world.make('/templates', { ...template, html });
        const body = JSON.stringify({ data: { a: '&'.repeat(30_000) } });
        // What a mail may have is what a preview may show.
        return { method: 'POST', path: `/api/v1/templates/${id}/preview`, body, storedBytes: 2 * MiB };
      },
    },
  ],
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

/** A list with a filter and a cursor as long as a head can have them. */
const longQuery = (path: string): Row => ({
  what: 'a cursor of 12,000 characters',
  ask: () => ({ method: 'GET', path: `/api/v1${path}?limit=100&cursor=${'c'.repeat(12_000)}` }),
});
const fullPage = (path: string): Row => ({
  what: 'a full page',
  ask: () => ({ method: 'GET', path: `/api/v1${path}?limit=100` }),
});
const manyParameters = (path: string): Row => ({
  what: 'two thousand parameters',
  ask: () => ({ method: 'GET', path: `/api/v1${path}?${many(2_000, (at) => `p${at}`).join('&')}` }),
});

const rowsOfLists: Rows = Object.fromEntries(
  [
    'emails',
    'templates',
    'sender-profiles',
    'domains',
    'profiles',
    'subscription-groups',
    'suppressions',
    'webhooks',
    'api-keys',
  ].map((name) => [
    `GET /api/v1/${name}`,
    [fullPage(`/${name}`), longQuery(`/${name}`), manyParameters(`/${name}`)],
  ]),
);

/** A path whose parameter is as long as a head can have it, and one that leads nowhere. */
const named = (method: string, path: string): readonly Row[] => [
  {
    what: 'an id that is none of 12,000 characters',
    ask: () => ({ method, path: path.replace('*', 'x'.repeat(12_000)) }),
  },
  { what: 'an id of nothing', ask: () => ({ method, path: path.replace('*', unknownId) }) },
];

const ofNames = [
  'GET /api/v1/emails/{id}',
  'GET /api/v1/emails/{id}/events',
  'POST /api/v1/emails/{id}/cancel',
  'POST /api/v1/emails/{id}/retry',
  'GET /api/v1/batches/{id}',
  'POST /api/v1/batches/{id}/cancel',
  'GET /api/v1/templates/{id}',
  'POST /api/v1/templates/{id}/archive',
  'POST /api/v1/templates/{id}/unarchive',
  'POST /api/v1/templates/{id}/duplicate',
  'GET /api/v1/sender-profiles/{id}',
  'POST /api/v1/sender-profiles/{id}/refresh',
  'GET /api/v1/domains/{id}',
  'DELETE /api/v1/domains/{id}',
  'POST /api/v1/domains/{id}/refresh',
  'GET /api/v1/profiles/{id}',
  'DELETE /api/v1/profiles/{id}',
  'GET /api/v1/erasures/{id}',
  'GET /api/v1/subscription-groups/{id}',
  'GET /api/v1/suppressions/{email}',
  'DELETE /api/v1/suppressions/{email}',
  'GET /api/v1/webhooks/{id}',
  'DELETE /api/v1/webhooks/{id}',
  'POST /api/v1/webhooks/{id}/rotate-secret',
  'GET /api/v1/webhooks/{id}/deliveries',
  'GET /api/v1/webhooks/{id}/deliveries/{deliveryId}',
  'POST /api/v1/webhooks/{id}/deliveries/{deliveryId}/replay',
  'DELETE /api/v1/api-keys/{id}',
  'POST /api/v1/sender-profiles/{id}/check-tracking-host',
  'GET /t/c/{token}',
  'GET /t/o/{token}',
  'GET /t/h/{challenge}',
  'GET /u/{token}',
  'GET /u/{token}/resubscribe',
];

const rowsOfNames: Rows = Object.fromEntries(
  ofNames.map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return [route, named(method, path.replace(/\{\w+\}/, '*').replace(/\{\w+\}/, unknownId))];
  }),
);

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
export const resourceRows: Rows = { ...rowsOfBodies, ...rowsOfLists, ...rowsOfNames, ...rowsOfTheRest };
