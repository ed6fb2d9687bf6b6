import { PostroomError } from '@postroom/core';
import type { RequestHandler } from 'express';

/** What all bodies in hand may have together, and those of one key, in bytes. */
export type BodyLimits = { readonly totalBytes: number; readonly bytesPerOwner: number };

const mebibyte = 1024 * 1024;

/** 128 MiB, and half of that for one key: two full batches at once. */
export const bodyLimits: BodyLimits = { totalBytes: 128 * mebibyte, bytesPerOwner: 64 * mebibyte };

/** The room that one request has for its body. */
type Share = {
  /** Takes room for bytes as they arrive; throws `unavailable` when there is none. */
  readonly take: (bytes: number) => void;
  readonly giveBack: () => void;
};

const shares = new WeakMap<object, Share>();

/** Takes room for more bytes of a request's body, which is given back when the request has been answered. */
export const takeBodyBytes = (request: object, bytes: number): void => shares.get(request)?.take(bytes);

/** Gives back the room of a body that is not wanted any more, while what is left of it is still thrown away. */
export const giveBackBodyBytes = (request: object): void => shares.get(request)?.giveBack();

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
    const giveBack = () => {
      if (own > 0) add(-own);
    };
    shares.set(request, {
      take: (bytes) => {
        if (total + bytes > totalBytes || (byOwner.get(owner) ?? 0) + bytes > bytesPerOwner) throw noRoom();
        add(bytes);
      },
      giveBack,
    });
    response.once('close', () => {
      shares.delete(request);
      giveBack();
    });
    next();
  };
}
