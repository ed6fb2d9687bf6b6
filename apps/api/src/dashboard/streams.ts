import { createRoom, PostroomError } from '@postroom/core';
import type { Response } from 'express';
import type { Reading, Viewer } from './read-now.ts';

/** Between two readings, in milliseconds. */
const everyMs = 2_000;

/** A reading that took long is followed by a rest of so many times as long: a large backlog is counted more seldom. */
const restPerReading = 9;

/** Streams of one process, of which a workspace has half at the most, and of one key. */
const most = { streams: 100, perKey: 10 };

/** One page that listens. */
type Listener = {
  readonly viewer: Viewer;
  readonly keyId: string;
  readonly response: Response;
  /** Whether its session still stands. */
  readonly isSignedIn: () => Promise<boolean>;
};

export type Streams = {
  /** Tells a page of the state of things from now on. Throws where too many listen already. */
  add(listener: Listener): void;
  /** Ends all of them; none is taken any more. */
  end(): void;
};

const say = (response: Response, word: string, data: unknown) =>
  response.write(`event: ${word}\ndata: ${JSON.stringify(data)}\n\n`);

/**
 * Tells all pages of one reading each time. Nothing is read while nobody listens. A page that takes its events too slowly
 * misses some; one whose session has ended is told so, and its stream ends.
 */
export function createStreams(read: (viewers: readonly Viewer[]) => Promise<Reading>): Streams {
  const listeners = new Set<Listener>();
  const room = createRoom(most.streams);
  let timer: NodeJS.Timeout | null = null;
  let isReading = false;
  let isOver = false;

  const leave = (listener: Listener, word: 'end' | 'restart') => {
    listeners.delete(listener);
    say(listener.response, word, null);
    listener.response.end();
  };
  const tell = async (listener: Listener, reading: Reading) => {
    if (!(await listener.isSignedIn().catch(() => true))) return leave(listener, 'end');
    const { response, viewer } = listener;
    if (response.destroyed || response.writableNeedDrain) return;
    say(response, 'now', reading.of(viewer));
  };
  const round = async () => {
    timer = null;
    isReading = true;
    const startedAt = performance.now();
    try {
      const reading = await read([...listeners].map(({ viewer }) => viewer));
      await Promise.all([...listeners].map((listener) => tell(listener, reading)));
    } finally {
      isReading = false;
      plan(Math.max(everyMs, restPerReading * (performance.now() - startedAt)));
    }
  };
  const plan = (waitMs: number) => {
    if (isOver || isReading || listeners.size === 0) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void round().catch(() => undefined), waitMs);
  };
  return {
    add: (listener) => {
      // Whose page left while its session was looked for has had its `close`: it would stay for as long as the session does.
      if (listener.response.destroyed) return;
      const ofKey = [...listeners].filter(({ keyId }) => keyId === listener.keyId).length;
      if (isOver || ofKey >= most.perKey || !room.take(listener.viewer.workspaceId, 1))
        throw new PostroomError('unavailable', 'Too many pages are open at once: close one, then try again.');
      const { response } = listener;
      response.status(200).set({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Proxies would keep it back until there is more.
        'x-accel-buffering': 'no',
      });
      response.flushHeaders();
      listeners.add(listener);
      response.once('close', () => {
        listeners.delete(listener);
        room.giveBack(listener.viewer.workspaceId, 1);
      });
      plan(0);
    },
    end: () => {
      isOver = true;
      if (timer !== null) clearTimeout(timer);
      for (const listener of listeners) leave(listener, 'restart');
    },
  };
}
