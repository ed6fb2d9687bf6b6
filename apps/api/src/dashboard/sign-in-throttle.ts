import { isIPv6 } from 'node:net';
import { PostroomError } from '@postroom/core';
import type { RateLimiter } from '@postroom/redis';
import type { Request, RequestHandler } from 'express';
import { LRUCache } from 'lru-cache';

/** So many tries in a minute, from one place. */
export const signInLimit = { requests: 10, windowSeconds: 60 };

/** Who tries, as far as that can be told: an address, or the half of one that a network gives a house. */
function placeOf({ socket }: Request): string {
  const address = socket.remoteAddress ?? 'unknown';
  return isIPv6(address) && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address;
}

/** Keeps keys from being guessed: tries are counted for all replicas together, and by each alone while Redis is away. */
export function throttleSignIn(limiter: Pick<RateLimiter, 'count'>): RequestHandler {
  const tries = new LRUCache<string, { count: number }>({
    max: 10_000,
    ttl: signInLimit.windowSeconds * 1_000,
    noUpdateTTL: true,
  });
  const isOneTooMany = async (place: string): Promise<boolean> => {
    const verdict = await limiter.count(place);
    if (verdict.kind !== 'unknown') return verdict.kind === 'refused';
    const seen = tries.get(place) ?? { count: 0 };
    seen.count += 1;
    tries.set(place, seen);
    return seen.count > signInLimit.requests;
  };
  return async (request, response, next) => {
    if (await isOneTooMany(placeOf(request))) {
      response.setHeader('retry-after', String(signInLimit.windowSeconds));
      throw new PostroomError('rate_limited', 'Too many tries to sign in: wait a minute, then try again.');
    }
    next();
  };
}
