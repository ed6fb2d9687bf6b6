import { many, type Row, type Rows, unknownId } from './row.ts';

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

/** Every list. */
export const listRows: Rows = Object.fromEntries(
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
    'workspaces',
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
  'GET /api/v1/emails/actions/{id}',
  'POST /api/v1/emails/actions/{id}/stop',
  'GET /api/v1/emails/actions/{id}/export',
  'GET /api/v1/batches/{id}',
  'POST /api/v1/batches/{id}/cancel',
  'GET /api/v1/templates/{id}',
  'GET /api/v1/templates/{id}/versions',
  'GET /api/v1/templates/{id}/versions/{version}',
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
  'GET /u/{token}/preferences',
  'GET /u/{token}/confirm',
];

/** Every path that names something and takes no body. */
export const nameRows: Rows = Object.fromEntries(
  ofNames.map((route) => {
    const [method = '', path = ''] = route.split(' ');
    return [route, named(method, path.replace(/\{\w+\}/, '*').replace(/\{\w+\}/, unknownId))];
  }),
);
