import { limitedToSenders } from '@postroom/core';
import type { Request } from 'express';

/** Where a key may call that is limited to sender profiles: what these routes show and change is held to those. */
export const routesOfLimitedKeys = [
  'POST /api/v1/emails',
  'POST /api/v1/emails/batch',
  'GET /api/v1/emails',
  'GET /api/v1/emails/:id',
  'PATCH /api/v1/emails/:id',
  'GET /api/v1/emails/:id/events',
  'POST /api/v1/emails/:id/cancel',
  'POST /api/v1/emails/:id/retry',
  'GET /api/v1/batches/:id',
  'POST /api/v1/batches/:id/cancel',
  'POST /api/v1/emails/actions',
  'GET /api/v1/emails/actions/:id',
  'POST /api/v1/emails/actions/:id/stop',
  'GET /api/v1/emails/actions/:id/export',
  'GET /api/v1/api-keys',
  'POST /api/v1/api-keys',
  'DELETE /api/v1/api-keys/:id',
  'POST /resend/emails',
  'POST /resend/emails/batch',
  'GET /resend/emails',
  'GET /resend/emails/:id',
  'PATCH /resend/emails/:id',
  'POST /resend/emails/:id/cancel',
  'POST /email',
  'POST /email/withTemplate',
  'POST /email/batch',
  'POST /email/batchWithTemplates',
  'GET /messages/outbound/:id/details',
] as const;

const isAnyOf = new RegExp(
  `^(?:${routesOfLimitedKeys.map((route) => route.replaceAll(/:\w+/g, '[^/]+')).join('|')})/?$`,
  'i',
);

/** Refuses a limited key every other route, also one that is added later: it would show or change what is not the key's. */
export function refuseUnlimited({ method, baseUrl, path }: Request): void {
  const route = `${method === 'HEAD' ? 'GET' : method} ${baseUrl}${path}`;
  if (isAnyOf.test(route)) return;
  throw limitedToSenders(
    'This key is limited to sender profiles: this route cannot be held to those, and takes other keys alone.',
  );
}
