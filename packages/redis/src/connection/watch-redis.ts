import { setTimeout as sleep } from 'node:timers/promises';
import { type BackOff, backOffMs } from '@postroom/core';
import { findRedisTrouble } from './find-redis-trouble.ts';
import type { RedisTrouble } from './redis-trouble.ts';

/** Between two looks at a Redis that cannot be used yet, in milliseconds. */
const betweenLooks: BackOff = { baseMs: 1_000, maxMs: 5_000 };

export type RedisWatch = {
  /** What the first look found; null: Redis can be used, and is not looked at any more. */
  readonly first: RedisTrouble | null;
  stop(): void;
};

/**
 * Looks at Redis when a process starts, and again and again until it can be used: one that is away at the start is asked as
 * soon as it answers. `onTrouble` hears of every look that found something, the first one included, `onWell` of its end.
 */
export async function watchRedis(options: {
  readonly url: string;
  readonly prefix: string;
  readonly onTrouble: (trouble: RedisTrouble) => void;
  readonly onWell: () => void;
}): Promise<RedisWatch> {
  const { onTrouble, onWell } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const first = await findRedisTrouble(options);
  const watch = async (): Promise<void> => {
    for (let found: RedisTrouble | null = first, looks = 1; found !== null && !signal.aborted; looks += 1) {
      onTrouble(found);
      await sleep(backOffMs(betweenLooks, looks, Math.random()), undefined, { signal });
      found = await findRedisTrouble(options);
      if (found === null) onWell();
    }
  };
  // A watch that was stopped finds nothing any more.
  watch().catch(() => undefined);
  return { first, stop: () => stopping.abort() };
}
