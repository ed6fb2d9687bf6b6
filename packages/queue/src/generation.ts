import type { Redis } from 'ioredis';

/**
 * A mark in Redis that is there as long as Redis remembers. When it is missing, Redis was flushed or came
 * back empty, and every job that PostgreSQL believes to be queued has to be checked.
 */
export type Generation = {
  isLost(): Promise<boolean>;
  /** Sets the mark, once what was lost is being looked for. */
  begin(): Promise<void>;
};

/** Opens the mark kept under one key. */
export function createGeneration(redis: Redis, key: string): Generation {
  return {
    isLost: async () => (await redis.exists(key)) === 0,
    begin: async () => {
      await redis.set(key, new Date().toISOString());
    },
  };
}
