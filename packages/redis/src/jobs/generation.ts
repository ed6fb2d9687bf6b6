import type { Redis } from 'ioredis';
import { createAsking } from '../connection/asking.ts';

/**
 * A mark in Redis that is there as long as Redis remembers. When it is missing, Redis was flushed or came
 * back empty, and every job that PostgreSQL believes to be queued has to be checked. Rejects quickly while Redis is
 * away or does not answer.
 */
export type Generation = {
  isLost(): Promise<boolean>;
  /** Rejects when Redis takes no writes, so that no mark could be set. */
  tryToWrite(): Promise<void>;
  /** Sets the mark, once what was lost is being looked for. */
  begin(): Promise<void>;
};

/** How long it shows that Redis was tried, in milliseconds. */
const triedMs = 10_000;

/** Opens the mark kept under one key. */
export function createGeneration(redis: Redis, key: string): Generation {
  const ask = createAsking();
  return {
    isLost: () => ask(async () => (await redis.exists(key)) === 0),
    tryToWrite: async () => {
      await ask(() => redis.set(`${key}:tried`, '1', 'PX', triedMs));
    },
    begin: async () => {
      await ask(() => redis.set(key, new Date().toISOString()));
    },
  };
}
