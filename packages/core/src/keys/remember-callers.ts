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
  const inOrder = newestAnswers(known);
  // A burst of a key that is not remembered is one look-up; what comes behind one that hangs asks anew, through the gate.
  const ask = single((key: string) => inOrder(key, find), { patienceMs });
  return async (key) => {
    if (!looksLikeApiKey(key)) return null;
    return known.get(key) ?? ask(key);
  };
}

/**
 * Looks keys up, and remembers whose they are since the look-up began. What answers after one that began later is out of date:
 * the key may have been revoked between them, so it is answered, and remembered, as that one was.
 */
function newestAnswers(known: LRUCache<string, Caller>) {
  /** Of keys that are being looked up: how many look-ups are under way, and the newest that answered. */
  const lookedUp = new Map<string, { underWay: number; newest: number; caller: Caller | null }>();
  let begun = 0;
  return async (key: string, find: FindCaller): Promise<Caller | null> => {
    begun += 1;
    const number = begun;
    const start = performance.now();
    const answered = lookedUp.get(key) ?? { underWay: 0, newest: 0, caller: null };
    lookedUp.set(key, answered);
    answered.underWay += 1;
    try {
      const caller = await find(key);
      if (answered.newest > number) return answered.caller;
      Object.assign(answered, { newest: number, caller });
      if (caller === null) known.delete(key);
      else known.set(key, caller, { start });
      return caller;
    } finally {
      answered.underWay -= 1;
      if (answered.underWay === 0) lookedUp.delete(key);
    }
  };
}
