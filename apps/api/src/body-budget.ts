import { PostroomError } from '@postroom/core';
import type { RequestHandler } from 'express';

/** What all bodies in hand may have together, and those of one key, in bytes. */
export type BodyLimits = { readonly totalBytes: number; readonly bytesPerOwner: number };

/** 256 MiB, and half of that for one key: five full batches at once. */
export const bodyLimits: BodyLimits = { totalBytes: 256 * 1024 * 1024, bytesPerOwner: 128 * 1024 * 1024 };

/** What a request takes for the bytes of its body as they arrive; throws `unavailable` when there is no room. */
type TakeBytes = (bytes: number) => void;

const takers = new WeakMap<object, TakeBytes>();

/** Takes room for more bytes of a request's body, which is given back when the request has been answered. */
export const takeBodyBytes = (request: object, bytes: number): void => takers.get(request)?.(bytes);

const noRoom = () =>
  new PostroomError('unavailable', 'Too many bodies are being taken at once: try again shortly.');

/**
 * Bounds the bodies of all requests together: each is within its own limit, and a hundred of them that trickle in are not.
 * `ownerOf` says whose share a request's body counts to.
 */
export function boundBodies(
  { totalBytes, bytesPerOwner }: BodyLimits,
  ownerOf: (response: object) => string,
): RequestHandler {
  const byOwner = new Map<string, number>();
  let total = 0;
  return (request, response, next) => {
    const owner = ownerOf(response);
    let own = 0;
    const add = (bytes: number) => {
      const ofOwner = (byOwner.get(owner) ?? 0) + bytes;
      own += bytes;
      total += bytes;
      if (ofOwner === 0) byOwner.delete(owner);
      else byOwner.set(owner, ofOwner);
    };
    takers.set(request, (bytes) => {
      if (total + bytes > totalBytes || (byOwner.get(owner) ?? 0) + bytes > bytesPerOwner) throw noRoom();
      add(bytes);
    });
    response.once('close', () => {
      takers.delete(request);
      if (own > 0) add(-own);
    });
    next();
  };
}
