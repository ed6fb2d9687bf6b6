import { assertNever, PostroomError } from '@postroom/core';
import type { RateLimit, RateLimiter, RateVerdict } from '@postroom/redis';
import type { RequestHandler } from 'express';
import { callerOf } from './authenticate.ts';

const inSeconds = (ms: number) => Math.max(1, Math.ceil(ms / 1_000));

/** What the header fields say: the seconds are never 0, so that nobody tries again before the window has ended. */
function standing(verdict: RateVerdict, { requests, windowSeconds }: RateLimit) {
  switch (verdict.kind) {
    case 'allowed':
      return { remaining: verdict.remaining, resetSeconds: inSeconds(verdict.resetMs) };
    case 'refused':
      return { remaining: 0, resetSeconds: inSeconds(verdict.resetMs) };
    case 'unknown':
      return { remaining: requests, resetSeconds: windowSeconds };
    default:
      return assertNever(verdict);
  }
}

/**
 * Lets each key make so many requests, and says with every answer where it stands, in the header fields of
 * draft-ietf-httpapi-ratelimit-headers-06. What could not be counted passes, as if the window had just begun.
 */
export function limitRate(deps: {
  readonly limiter: RateLimiter;
  readonly onRefused: () => void;
}): RequestHandler {
  const { requests, windowSeconds } = deps.limiter.limit;
  return async (_request, response, next) => {
    const verdict = await deps.limiter.count(callerOf(response).keyId);
    const { remaining, resetSeconds } = standing(verdict, deps.limiter.limit);
    response.setHeader('RateLimit-Policy', `${requests};w=${windowSeconds}`);
    response.setHeader('RateLimit-Limit', String(requests));
    response.setHeader('RateLimit-Remaining', String(remaining));
    response.setHeader('RateLimit-Reset', String(resetSeconds));
    if (verdict.kind !== 'refused') {
      next();
      return;
    }
    deps.onRefused();
    response.setHeader('Retry-After', String(resetSeconds));
    throw new PostroomError(
      'rate_limited',
      `This key may make ${requests} requests in ${windowSeconds} s: try again in ${resetSeconds} s.`,
    );
  };
}
