import type { Hold } from '@postroom/core';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const holdSchema = z.object({ reason: z.string(), sinceMs: z.number(), untilMs: z.number() });

/** A reason for which part of the sending waits. `scope` is `account` or `configuration_set:<name>`. */
export type ActiveHold = {
  readonly scope: string;
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
};

const scopeName = (scope: Hold['scope']) =>
  scope.kind === 'account' ? 'account' : `configuration_set:${scope.name}`;

/** Holds shared by all replicas through one hash in Redis, each with an end at which sending is tried again. */
export type Holds = {
  /** Tells every replica to wait; a hold that lasts longer stays. */
  place(hold: Hold): Promise<void>;
  lift(scope: string): Promise<void>;
  /** Milliseconds for which a send has to wait, as of the last refresh; 0: none. */
  waitFor(send: { readonly configurationSet: string | null }): number;
  /** Milliseconds for which everything has to wait; 0: none. */
  accountWaitMs(): number;
  /** Reads the holds again; what is over is dropped. Keeps the last known ones while Redis is away. */
  refresh(): Promise<readonly ActiveHold[]>;
};

/** Opens the holds kept under one key. */
export function createHolds(options: {
  readonly redis: Redis;
  readonly key: string;
  readonly nowMs: () => number;
}): Holds {
  const { redis, key, nowMs } = options;
  let known = new Map<string, ActiveHold>();
  const remaining = (scope: string) => Math.max(0, (known.get(scope)?.untilMs ?? 0) - nowMs());
  return {
    place: async ({ scope, reason, forMs }) => {
      const name = scopeName(scope);
      const earlier = known.get(name);
      const untilMs = Math.max(nowMs() + forMs, earlier?.untilMs ?? 0);
      const hold = { scope: name, reason, sinceMs: earlier?.sinceMs ?? nowMs(), untilMs };
      known.set(name, hold);
      await redis.hset(key, name, JSON.stringify(hold)).catch(() => undefined);
    },
    lift: async (scope) => {
      known.delete(scope);
      await redis.hdel(key, scope).catch(() => undefined);
    },
    waitFor: ({ configurationSet }) =>
      Math.max(
        remaining('account'),
        configurationSet === null ? 0 : remaining(`configuration_set:${configurationSet}`),
      ),
    accountWaitMs: () => remaining('account'),
    refresh: async () => {
      try {
        const stored = await redis.hgetall(key);
        const active = new Map<string, ActiveHold>();
        for (const [scope, json] of Object.entries(stored)) {
          const parsed = holdSchema.safeParse(JSON.parse(json));
          if (parsed.success && parsed.data.untilMs > nowMs()) active.set(scope, { scope, ...parsed.data });
          else await redis.hdel(key, scope);
        }
        known = active;
      } catch {
        // Redis is away: what was held stays held until its end.
      }
      return [...known.values()];
    },
  };
}
