import {
  createRoom,
  type NowReader,
  PostroomError,
  type Reading,
  restAfter,
  type Viewer,
  within,
} from '@postroom/core';
import type { Response } from 'express';

/** From one look to the next, in milliseconds. */
const everyMs = 2_000;

/** The longest that a look waits for whether a session still stands, in milliseconds. */
const sessionBudgetMs = 500;

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
 * Counts for those who listen: for who has not been counted for at once, and for all again when the rest is over that follows each
 * count. Whoever comes again finds what was counted, so that it never shortens the rest.
 */
function createCounting(
  reader: NowReader,
  now: () => number,
  onCounted: (isFirst: boolean) => void,
): (viewers: readonly Viewer[]) => void {
  let isCounting = false;
  let restsUntil = 0;
  const count = async (viewers: readonly Viewer[], isFirst: boolean) => {
    isCounting = true;
    const startedAt = now();
    const isDone = await reader.count(viewers).then(
      () => true,
      () => false,
    );
    isCounting = false;
    // What failed is counted again with the next look, and no sooner.
    if (!isDone) return;
    restsUntil = Math.max(restsUntil, now() + restAfter(now() - startedAt));
    onCounted(isFirst);
  };
  return (viewers) => {
    const fresh = viewers.filter((viewer) => !reader.isCounted(viewer));
    if (isCounting || viewers.length === 0) return;
    if (fresh.length > 0) void count(fresh, true);
    else if (now() >= restsUntil) void count(viewers, false);
  };
}

const tooMany = () =>
  new PostroomError('unavailable', 'Too many pages are open at once: close one, then try again.');

type Audience = ReturnType<typeof createAudience>;

/** Those who listen, and which of them have been told nothing yet. */
function createAudience() {
  const listeners = new Set<Listener>();
  const untold = new Set<Listener>();
  const room = createRoom(most.streams);
  const forget = (listener: Listener) => {
    listeners.delete(listener);
    untold.delete(listener);
  };
  return {
    listeners,
    untold,
    /** Opens the stream of one more; throws where too many listen already. */
    admit: (listener: Listener) => {
      const { response, viewer, keyId } = listener;
      const ofKey = [...listeners].filter((other) => other.keyId === keyId).length;
      if (ofKey >= most.perKey || !room.take(viewer.workspaceId, 1)) throw tooMany();
      response.status(200).set({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // Proxies would keep it back until there is more.
        'x-accel-buffering': 'no',
      });
      response.flushHeaders();
      listeners.add(listener);
      untold.add(listener);
      response.once('close', () => {
        forget(listener);
        room.giveBack(viewer.workspaceId, 1);
      });
    },
    /** Ends the stream of one, and says why. */
    dismiss: (listener: Listener, word: 'end' | 'restart') => {
      forget(listener);
      say(listener.response, word, null);
      listener.response.end();
    },
  };
}

/** Tells one page what was seen, unless it has gone, takes its events too slowly, or has not been counted for. */
function createTelling(reader: NowReader, { listeners, untold, dismiss }: Audience) {
  return async (listener: Listener, reading: Reading): Promise<void> => {
    if (!reader.isCounted(listener.viewer)) return;
    untold.delete(listener);
    const end = (isSignedIn: boolean | null) => {
      if (isSignedIn === false && listeners.has(listener)) dismiss(listener, 'end');
    };
    // A stream goes on while nobody knows whether its session stands, and ends as soon as it is known that it does not.
    const standing = listener.isSignedIn();
    standing.then(end, () => undefined);
    await within(standing, sessionBudgetMs);
    const { response, viewer } = listener;
    if (response.destroyed || response.writableEnded || !listeners.has(listener)) return;
    if (!response.writableNeedDrain) say(response, 'now', reading.of(viewer));
  };
}

/** Runs something once, when it was last planned for. */
function createPlan(run: () => Promise<void>) {
  let timer: NodeJS.Timeout | undefined;
  return {
    in: (waitMs: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => void run().catch(() => undefined), Math.max(0, waitMs));
    },
    cancel: () => clearTimeout(timer),
  };
}

/**
 * Tells all pages of one look every two seconds, whatever is counted meanwhile and however long that takes. Nothing is read while
 * nobody listens. A page that takes its events too slowly misses some; one whose session has ended is told so, and its stream ends.
 */
export function createStreams(reader: NowReader, now = () => performance.now()): Streams {
  const audience = createAudience();
  const { listeners, untold, admit, dismiss } = audience;
  let last: Reading | null = null;
  let nextMs = 0;
  let isLooking = false;
  let isOver = false;

  const tell = createTelling(reader, audience);
  /** Tells those who have come what was seen last, or looks when that was too long ago. */
  const greet = () => {
    if (last !== null && now() < nextMs)
      for (const listener of untold) void tell(listener, last).catch(() => undefined);
    if (!isOver && !isLooking && listeners.size > 0) plan.in(nextMs - now());
  };
  const count = createCounting(reader, now, (isFirst) => {
    if (isOver) return;
    // What was seen before names nothing that is theirs.
    if (isFirst) {
      last = null;
      nextMs = now();
    }
    recount(untold);
    greet();
  });
  const recount = (those: ReadonlySet<Listener>) => count([...those].map(({ viewer }) => viewer));
  const round = async () => {
    if (listeners.size === 0) return;
    isLooking = true;
    const planned = now() + everyMs;
    nextMs = planned;
    const counted = [...listeners].filter(({ viewer }) => reader.isCounted(viewer));
    try {
      recount(listeners);
      const reading = await reader.look();
      if (nextMs === planned) last = reading;
      await Promise.all(counted.map((listener) => tell(listener, reading)));
    } finally {
      isLooking = false;
      greet();
    }
  };
  const plan = createPlan(round);
  return {
    add: (listener) => {
      // Whose page left while its session was looked for has had its `close`: it would stay for as long as the session does.
      if (listener.response.destroyed) return;
      if (isOver) throw tooMany();
      admit(listener);
      recount(untold);
      greet();
    },
    end: () => {
      isOver = true;
      plan.cancel();
      for (const listener of listeners) dismiss(listener, 'restart');
    },
  };
}
