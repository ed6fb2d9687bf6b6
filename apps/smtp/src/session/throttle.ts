import { LRUCache } from 'lru-cache';

/** So many wrong keys from one address within so long, in milliseconds, and no other is looked at before the time is over. */
const allowed = 20;
const withinMs = 60_000;
const maxAddresses = 50_000;

/** Keeps who guesses from guessing on. */
export type Throttle = { isShut(address: string): boolean; failed(address: string): void };

/** Counts wrong keys of each address. */
export function createThrottle(): Throttle {
  const failures = new LRUCache<string, { count: number }>({ max: maxAddresses, ttl: withinMs });
  return {
    isShut: (address) => (failures.get(address)?.count ?? 0) >= allowed,
    failed: (address) => {
      const known = failures.get(address);
      if (known === undefined) failures.set(address, { count: 1 });
      else known.count += 1;
    },
  };
}
