import type { Header, Reference } from './model.ts';

/** Headers of answers, by the name that they have among the components. */
export const headers = {
  RequestId: {
    description:
      'The id of the request: the `x-request-id` that it came with, if that was sane, else a new one.',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._:-]{1,128}$' },
  },
  RateLimitPolicy: {
    description:
      'How many requests the key may make in how many seconds, such as `600;w=60`. Absent, like the others: as many as it likes.',
    schema: { type: 'string', pattern: '^[0-9]+;w=[0-9]+$' },
  },
  RateLimitLimit: {
    description: 'How many requests the key may make in one window.',
    schema: { type: 'integer', minimum: 1 },
  },
  RateLimitRemaining: {
    description: 'How many of them are left in this window.',
    schema: { type: 'integer', minimum: 0 },
  },
  RateLimitReset: {
    description: 'The seconds until the next window.',
    schema: { type: 'integer', minimum: 1 },
  },
  RetryAfter: {
    description: 'The seconds after which the request may be tried again.',
    required: true,
    schema: { type: 'integer', minimum: 1 },
  },
  CacheControl: {
    description: 'Whether the answer may be kept, and for how long.',
    required: true,
    schema: { type: 'string' },
  },
  ETag: {
    description:
      'The version of the page: sent back in `If-None-Match`, it is answered 304 while nothing has changed.',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Readonly<Record<string, Header>>;

type HeaderName = keyof typeof headers;

const refs = (named: Readonly<Record<string, HeaderName>>): Readonly<Record<string, Reference>> =>
  Object.fromEntries(
    Object.entries(named).map(([header, name]) => [header, { $ref: `#/components/headers/${name}` }]),
  );

const everywhere = { 'x-request-id': 'RequestId' } as const;

/** Headers of what is answered to a key that is known. */
const rateLimit = {
  'RateLimit-Policy': 'RateLimitPolicy',
  'RateLimit-Limit': 'RateLimitLimit',
  'RateLimit-Remaining': 'RateLimitRemaining',
  'RateLimit-Reset': 'RateLimitReset',
} as const;

/** Statuses that are answered before the key is known. */
const beforeTheKey = new Set([401, 431]);
const withRetryAfter = new Set([429, 503]);

/** The headers of an error answer. */
export const errorHeaders = (status: number): Readonly<Record<string, Reference>> =>
  refs({
    ...everywhere,
    ...(beforeTheKey.has(status) ? {} : rateLimit),
    ...(withRetryAfter.has(status) ? { 'Retry-After': 'RetryAfter' } : {}),
  });

/** The headers of any other answer. */
export const answerHeaders = (answer: {
  readonly hasKey: boolean;
  readonly isCached: boolean;
}): Readonly<Record<string, Reference>> =>
  refs({
    ...everywhere,
    ...(answer.hasKey ? rateLimit : {}),
    ...(answer.isCached ? { 'Cache-Control': 'CacheControl', ETag: 'ETag' } : {}),
  });
