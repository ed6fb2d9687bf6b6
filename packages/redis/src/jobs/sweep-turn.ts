import { randomUUID } from 'node:crypto';
import type { SweepPlace } from '@postroom/core';
import * as z from 'zod';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';

const placeSchema = z.strictObject({
  after: z.strictObject({ moment: z.iso.datetime(), id: z.guid() }).nullable(),
  beganAt: z.iso.datetime(),
  isWhole: z.boolean(),
  looked: z.int().min(0),
}) satisfies z.ZodType<SweepPlace>;

/** How long a turn lasts whose sweeper is gone, in milliseconds. */
const turnMs = 5_000;

/** 0: the turn is another's. Else the place, or nothing. */
const takeScript = `
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
return redis.call('GET', KEYS[1])
`;

/** The place of one whose turn has ended meanwhile is not taken: another's may be further. */
const endScript = `
if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
if ARGV[2] ~= '' then redis.call('SET', KEYS[1], ARGV[2]) end
return redis.call('DEL', KEYS[2])
`;

/** One sweeper at a time looks after what waits, and goes on where the last one stopped. */
export type SweepTurns = {
  /**
   * `another`: it is the turn of another. A place of null: Redis was flushed or came back empty, and every job that
   * PostgreSQL believes to be queued has to be looked for. Rejects quickly while Redis is away, does not answer, or takes
   * no writes.
   */
  take(): Promise<'another' | { readonly place: SweepPlace | null }>;
  /** Ends the turn, at a new place or at the one that is kept. */
  end(place: SweepPlace | null): Promise<void>;
};

/** Opens the turns of one queue. The place is there as long as Redis remembers the jobs that were looked at. */
export function createSweepTurns(redis: RedisConnection, key: string): SweepTurns {
  const ask = createAsking();
  const token = randomUUID();
  const keys = [`${key}:place`, `${key}:turn`] as const;
  return {
    take: async () => {
      const answer = await ask(() => redis.eval(takeScript, keys.length, ...keys, token, turnMs));
      if (answer === 0) return 'another';
      if (typeof answer !== 'string') return { place: null };
      return { place: placeSchema.parse(JSON.parse(answer)) };
    },
    end: async (place) => {
      const kept = place === null ? '' : JSON.stringify(place);
      await ask(() => redis.eval(endScript, keys.length, ...keys, token, kept));
    },
  };
}
