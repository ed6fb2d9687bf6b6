import { PostroomError } from '@postroom/core';
import type { RequestHandler } from 'express';

/** What all bodies in hand may have together, and those of one key, in bytes. */
export type BodyLimits = { readonly totalBytes: number; readonly bytesPerOwner: number };

const mebibyte = 1024 * 1024;

/** 128 MiB, and half of that for one key: two full batches at once. */
export const bodyLimits: BodyLimits = { totalBytes: 128 * mebibyte, bytesPerOwner: 64 * mebibyte };

/** Bytes of large bodies that are worked on at once: parsed, checked and written, each takes some ten times its bytes. */
const workBytes = 32 * mebibyte;

/** Bodies of fewer bytes are worked on as they come. */
const largeBytes = mebibyte;

/** The room that one request has for its body. */
type Share = {
  /** Takes room for bytes as they arrive; throws `unavailable` when there is none. */
  readonly take: (bytes: number) => void;
  readonly giveBack: () => void;
  readonly begin: (bytes: number) => Promise<void>;
};

const shares = new WeakMap<object, Share>();

/** Takes room for more bytes of a request's body, which is given back when the request has been answered. */
export const takeBodyBytes = (request: object, bytes: number): void => shares.get(request)?.take(bytes);

/** Gives back the room of a body that is not wanted any more, while what is left of it is still thrown away. */
export const giveBackBodyBytes = (request: object): void => shares.get(request)?.giveBack();

/** Resolves when a whole body may be worked on: a large one waits until those before it are answered. */
export const beginWork = async (request: object, bytes: number): Promise<void> =>
  shares.get(request)?.begin(bytes);

type Work = { readonly owner: string; readonly bytes: number; readonly begin: () => void };

/** Lets large bodies be worked on a few at a time: whose owner has none in work comes first, and else who came first. */
class WorkLine {
  #waiting: readonly Work[] = [];
  readonly #inWork = new Set<Work>();

  /** Begins at once or later; the answer ends it, also while it waits. */
  add(work: Work): () => void {
    this.#waiting = [...this.#waiting, work];
    this.#goOn();
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== work);
      this.#inWork.delete(work);
      this.#goOn();
    };
  }

  #goOn(): void {
    for (;;) {
      const owners = new Set([...this.#inWork].map(({ owner }) => owner));
      const next = this.#waiting.find(({ owner }) => !owners.has(owner)) ?? this.#waiting[0];
      const bytes = [...this.#inWork].reduce((sum, one) => sum + one.bytes, 0);
      if (next === undefined || (bytes > 0 && bytes + next.bytes > workBytes)) return;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.#inWork.add(next);
      next.begin();
    }
  }
}

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
  const line = new WorkLine();
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
      begin: (bytes) =>
        new Promise((resolve) => {
          if (bytes < largeBytes || response.destroyed) return resolve();
          const end = line.add({ owner, bytes, begin: resolve });
          response.once('close', () => {
            end();
            resolve();
          });
        }),
    });
    response.once('close', () => {
      shares.delete(request);
      giveBack();
    });
    next();
  };
}
