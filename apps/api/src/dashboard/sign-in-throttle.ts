import { countTries, PostroomError, placeOf } from '@postroom/core';
import type { RateLimiter } from '@postroom/redis';
import type { Request, Response } from 'express';

/** So many wrong keys in a minute, from one place. */
export const signInLimit = { requests: 10, windowSeconds: 60 };

/** Counts one more wrong key, and answers what is said of it. */
export type RefuseWrongKey = (request: Request, response: Response) => Promise<PostroomError>;

/**
 * Tells whoever tries one key after the other to wait; wrong keys are counted for all replicas together, and by each alone while
 * Redis is away. A right one is never refused: behind a proxy all operators come from its address, and anybody's wrong keys would
 * lock them out. Keys are too long to be guessed, and what it costs to look one up is bounded for all routes.
 */
export function throttleSignIn(limiter: Pick<RateLimiter, 'count'>): RefuseWrongKey {
  const tries = countTries(signInLimit.windowSeconds * 1_000);
  const isOneTooMany = async (place: string): Promise<boolean> => {
    const verdict = await limiter.count(place);
    if (verdict.kind !== 'unknown') return verdict.kind === 'refused';
    return tries.add(place) > signInLimit.requests;
  };
  return async ({ socket }, response) => {
    if (!(await isOneTooMany(placeOf(socket.remoteAddress)))) {
      return new PostroomError('unauthorized', 'This is no key, or it was revoked.');
    }
    response.setHeader('retry-after', String(signInLimit.windowSeconds));
    return new PostroomError('rate_limited', 'Too many wrong keys: wait a minute, then try again.');
  };
}
