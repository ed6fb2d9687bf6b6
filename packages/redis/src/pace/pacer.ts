import type { Permit, PermitWish } from '@postroom/core';
import { createAsking } from '../connection/asking.ts';
import { comeAgain, type Grant, Moments, type MomentsOptions } from './moments.ts';
import { slowDown } from './reserve-moments.ts';

/** A process that is always late goes on in the end, rather than never sending. */
const maxTries = 8;

export type Pacer = {
  /** Waits for the permit of so many recipients, unless it is stopped or the wait would be too long. */
  acquire(wish: PermitWish): Promise<Permit>;
  /** Milliseconds for which no permit is to be had, as far as this process knows; 0: try. */
  blockedMs(): number;
  /** Whether marketing that is claimed now will have to wait for its permit. */
  isBusy(): boolean;
  /** Messages a second that are this process's share of the rate: that of each worker, by how many recipients messages have. */
  share(): number;
  /** Halves the rate of every replica; it grows back by itself. */
  slowDown(): Promise<void>;
};

function sleepUntil(waitMs: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  if (waitMs <= 0) return Promise.resolve(true);
  return new Promise((resolve) => {
    const onAbort = () => {
      clearTimeout(timer);
      resolve(false);
    };
    // Timers cut off what is beyond whole milliseconds.
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    }, Math.ceil(waitMs));
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/**
 * Gives out the account's rate, in recipients per second, over all replicas. Requests of one turn of the event
 * loop are reserved together. `currentRate` is asked each time, so that it may change while running. Nobody waits much
 * longer than `maxWaitMs`, also while Redis does not answer.
 */
export function createPacer(options: MomentsOptions): Pacer {
  const { redis, key, maxWaitMs } = options;
  const ask = createAsking();
  const moments = new Moments(options, ask);

  /** Waits for a moment; null: it was missed. */
  const meet = async (grant: Grant, signal: AbortSignal, isLast: boolean): Promise<Permit | null> => {
    const isTime = await sleepUntil(grant.fromMs - performance.now(), signal);
    const giveBack = () => moments.giveBack(grant);
    if (!isTime) {
      giveBack();
      return comeAgain;
    }
    const isMet = performance.now() <= grant.untilMs;
    moments.learn(isMet);
    if (isMet) return { kind: 'granted', untilMs: grant.untilMs, giveBack };
    if (isLast) return { kind: 'granted', untilMs: Number.POSITIVE_INFINITY, giveBack };
    giveBack();
    return null;
  };

  return {
    acquire: async ({ recipients, lane, signal, lapsed, onGiven }) => {
      const sinceMs = performance.now();
      if (lapsed > 0) moments.learn(false);
      for (let missed = 0; ; missed += 1) {
        const grant = await moments.next({ recipients, lane, sinceMs, signal, missed: lapsed + missed });
        if (grant.kind === 'refused') return grant;
        onGiven();
        const permit = await meet(grant, signal, missed + 1 === maxTries);
        if (permit !== null) return permit;
        if (performance.now() > sinceMs + maxWaitMs) return comeAgain;
      }
    },
    blockedMs: () => Math.max(0, moments.blockedUntilMs - performance.now()),
    isBusy: () => moments.isBusy,
    share: () => moments.share,
    slowDown: async () => {
      await ask(() => slowDown(redis, key)).catch(() => undefined);
    },
  };
}
