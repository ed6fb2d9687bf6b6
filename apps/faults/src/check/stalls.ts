import type { StallFact } from '../facts/facts.ts';

/** Late arrivals that this process saw at once because it stood still, in milliseconds of standing. */
export const stoodStillMs = (stalls: readonly StallFact[], fromMs: number, untilMs: number): number =>
  stalls
    .filter(({ monotonicMs }) => monotonicMs >= fromMs && monotonicMs <= untilMs + 200)
    .reduce((total, { ms }) => total + ms, 0);

/** How much longer one message may be on its way to SES than another, on a machine that runs nothing else. */
export const unevenWayMs = 30;
