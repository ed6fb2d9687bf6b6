import { isIPv6 } from 'node:net';
import { LRUCache } from 'lru-cache';

/** Places that are remembered. */
const maxPlaces = 50_000;

/** Tries of each place, as they came within a while. */
export type Tries = {
  /** How many there were. */
  of(place: string): number;
  /** Counts one more, and answers how many there are. */
  add(place: string): number;
};

/** Who tries, as far as that can be told: an address, or the half of one that a network gives a house. */
export function placeOf(address = 'unknown'): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = [], tail = []] = address.split('::').map((part) => part.split(':').filter(Boolean));
  const left = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...left, ...tail].slice(0, 4).join(':');
}

/** Counts tries by place; what a place has tried is forgotten so long after the first of them, in milliseconds. */
export function countTries(withinMs: number): Tries {
  const tries = new LRUCache<string, { count: number }>({ max: maxPlaces, ttl: withinMs });
  return {
    of: (place) => tries.get(place)?.count ?? 0,
    add: (place) => {
      const known = tries.get(place) ?? { count: 0 };
      if (known.count === 0) tries.set(place, known);
      known.count += 1;
      return known.count;
    },
  };
}
