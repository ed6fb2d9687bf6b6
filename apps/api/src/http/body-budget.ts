import { createRoom, PostroomError } from '@postroom/core';
import type { Request, RequestHandler, Response } from 'express';

const mebibyte = 1024 * 1024;

/**
 * What all bodies in hand that came with a key, or from who is signed in, may have together, in bytes. Half of it is of one
 * workspace at the most: two full batches at once.
 */
export const bodiesBytes = 128 * mebibyte;

/** The room that one request has for its body. */
export type BodyShare = {
  /** Takes room for bytes as they arrive; throws `unavailable` when there is none. */
  readonly take: (bytes: number) => void;
  /**
   * Gives back what was taken: when the request has been answered, or its body is not wanted any more, while what is left of
   * it is still thrown away.
   */
  readonly giveBack: () => void;
  /** Ends the reading of the body, for as long as it arrives. */
  giveWay: ((error: PostroomError) => void) | null;
};

const shares = new WeakMap<object, BodyShare>();

/** The room for the body of a request; throws where nothing bounds it: a route that reads bodies is behind a budget of them. */
export function bodyShareOf(request: object): BodyShare {
  const share = shares.get(request);
  if (share === undefined) throw new Error('a body is read that no budget bounds');
  return share;
}

/** Gives a request its share until it is answered. */
function keepShare(request: Request, response: Response, share: BodyShare): void {
  shares.set(request, share);
  response.once('close', () => {
    shares.delete(request);
    share.giveBack();
  });
}

const noRoom = () =>
  new PostroomError('unavailable', 'Too many bodies are being taken at once: try again shortly.');

/**
 * Bounds the bodies of all requests together: each is within its own limit, and a hundred of them that trickle in are not.
 * `ownerOf` says whose share a request's body counts to; an owner has no more than what is left for others.
 */
export function boundBodies(totalBytes: number, ownerOf: (response: Response) => string): RequestHandler {
  const room = createRoom(totalBytes);
  return (request, response, next) => {
    const owner = ownerOf(response);
    let own = 0;
    keepShare(request, response, {
      giveWay: null,
      take: (bytes) => {
        if (!room.take(owner, bytes)) throw noRoom();
        own += bytes;
      },
      giveBack: () => {
        room.giveBack(owner, own);
        own = 0;
      },
    });
    next();
  };
}

/**
 * Bounds the bodies of those who need no key. Whose they are nobody can tell: behind a proxy all have one address. So where
 * there is no room, the one gives way of which the first bytes came longest ago and the last have not: what is withheld is
 * thrown out by those whose small bodies come as fast as a network brings them.
 */
export function boundUnownedBodies(totalBytes: number): RequestHandler {
  /** In the order in which their first bytes came. */
  const inHand = new Set<BodyShare>();
  let free = totalBytes;
  const makeRoom = (bytes: number) => {
    for (const share of inHand) {
      if (free >= bytes) return;
      const { giveWay } = share;
      if (giveWay === null) continue;
      share.giveBack();
      giveWay(noRoom());
    }
  };
  return (request, response, next) => {
    let own = 0;
    const share: BodyShare = {
      giveWay: null,
      take: (bytes) => {
        inHand.add(share);
        makeRoom(bytes);
        // It may have been its own turn to give way.
        if (free < bytes || !inHand.has(share)) throw noRoom();
        free -= bytes;
        own += bytes;
      },
      giveBack: () => {
        inHand.delete(share);
        free += own;
        own = 0;
      },
    };
    keepShare(request, response, share);
    next();
  };
}
