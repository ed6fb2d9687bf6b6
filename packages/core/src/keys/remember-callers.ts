import { LRUCache } from 'lru-cache';
import { createGate } from '../gate.ts';
import { createGrouper } from '../grouper.ts';
import { single } from '../single.ts';
import { type Caller, looksLikeApiKey } from './api-key.ts';

/** Finds whose a key is; null: it is none. */
export type FindCaller = (key: string) => Promise<Caller | null>;

/** The same for many keys, in their order. */
export type FindCallers = (keys: readonly string[]) => Promise<readonly (Caller | null)[]>;

/** How long a look-up that is not answered, such as on a connection that is frozen, holds up later ones, in milliseconds. */
const patienceMs = 50;

/**
 * Keys that are looked up together. What anybody makes up costs a part of a statement, and keeps no key waiting for more than
 * the statements that are under way.
 */
const lookUps = { maxSize: 500, maxWaitMs: 0, maxGroups: 2, patienceMs } as const;

/** Statements that look keys up, those that are not answered among them: never as many as there are connections. */
const statements = { atOnce: 3, waiting: 1_000 };

const maxRemembered = 10_000;

/** How long a known key is believed without asking the database again, in milliseconds. */
export const keyCacheMs = 5_000;

/** Remembers known keys for `cacheMs`, so that a revoked one stops working within that time, whatever way it comes in. */
export function rememberCallers(deps: {
  readonly findCallers: FindCallers;
  readonly cacheMs: number;
}): FindCaller {
  const known = new LRUCache<string, Caller>({ max: maxRemembered, ttl: deps.cacheMs });
  const gate = createGate(statements);
  const find = createGrouper<string, Caller | null>({
    ...lookUps,
    run: (keys) => gate(() => deps.findCallers(keys)),
  });
  // A burst of a key that is not remembered is one look-up; what comes behind one that hangs asks anew, through the gate.
  const ask = single(
    async (key: string): Promise<Caller | null> => {
      const caller = await find(key);
      if (caller !== null) known.set(key, caller);
      return caller;
    },
    { patienceMs },
  );
  return async (key) => {
    if (!looksLikeApiKey(key)) return null;
    return known.get(key) ?? ask(key);
  };
}
