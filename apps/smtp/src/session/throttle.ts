import { countTries, placeOf } from '@postroom/core';

/** So many wrong keys from one place within so long, in milliseconds, and the next one ends its connection until the time is over. */
const allowed = 20;
const withinMs = 60_000;

/** Tells who tries one key after the other. */
export type Throttle = { isShut(address: string): boolean; failed(address: string): void };

/** Counts wrong keys of each place. */
export function createThrottle(): Throttle {
  const failures = countTries(withinMs);
  return {
    isShut: (address) => failures.of(placeOf(address)) >= allowed,
    failed: (address) => void failures.add(placeOf(address)),
  };
}
