import { LRUCache } from 'lru-cache';
import { createGate } from '../gate.ts';
import { type Caller, looksLikeApiKey } from './api-key.ts';

/** Finds whose a key is; null: it is none. */
export type FindCaller = (key: string) => Promise<Caller | null>;

/** Look-ups of keys that never were one here: so many at once, and so many in line for them. */
const lookUps = { atOnce: 3, waiting: 500 };

/** Keys that are remembered, and those that were keys once and need not stand in line with what anybody makes up. */
const maxRemembered = 10_000;

/** How long a known key is believed without asking the database again, in milliseconds. */
export const keyCacheMs = 5_000;

/** Remembers known keys for `cacheMs`, so that a revoked one stops working within that time, whatever way it comes in. */
export function rememberCallers(deps: {
  readonly findCaller: FindCaller;
  readonly cacheMs: number;
}): FindCaller {
  const known = new LRUCache<string, Caller>({ max: maxRemembered, ttl: deps.cacheMs });
  const seen = new LRUCache<string, true>({ max: maxRemembered });
  const gate = createGate(lookUps);
  // A burst of a key that is not remembered is one look-up.
  const underWay = new Map<string, Promise<Caller | null>>();
  const ask = async (key: string): Promise<Caller | null> => {
    const caller = await (seen.has(key) ? deps.findCaller(key) : gate(() => deps.findCaller(key)));
    if (caller === null) return null;
    known.set(key, caller);
    seen.set(key, true);
    return caller;
  };
  return async (key) => {
    if (!looksLikeApiKey(key)) return null;
    const caller = known.get(key);
    if (caller !== undefined) return caller;
    const asked = underWay.get(key) ?? ask(key).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    return asked;
  };
}
