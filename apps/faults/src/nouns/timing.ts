import type { Timing } from './facts.ts';

/** What holds in production. */
export const productionTiming: Timing = {
  leaseMs: 30_000,
  requestTimeoutMs: 10_000,
  inDoubtWindowMs: 120_000,
  sweepIntervalMs: 1_000,
};

/** Short leases and windows, so that what takes minutes in production takes seconds. */
export const hastyTiming: Timing = {
  leaseMs: 6_000,
  requestTimeoutMs: 3_000,
  inDoubtWindowMs: 12_000,
  sweepIntervalMs: 200,
};

/** How soon a send has to be at its end once the faults have stopped, in milliseconds. */
export type SettleBounds = {
  /** Its job was lost, or nothing was wrong with it. */
  readonly jobLost: number;
  /** It was in doubt, and the provider reported on it. */
  readonly reported: number;
  /** It was in doubt, and nobody said anything. */
  readonly unreported: number;
};

/** The first and the longest wait of its kind, in milliseconds. */
const waits = {
  outage: { firstMs: 2_000, mostMs: 300_000 },
  hold: { firstMs: 30_000, mostMs: 600_000 },
} as const;

/**
 * How much longer a send may take because SES, while something was broken for `brokenMs` altogether, could not be
 * reached, or refused everything: then every pause is at most as long again as all before it, within its bounds.
 */
export const pauseBounds = (brokenMs: number) => ({
  /** Of a send that was tried in vain and waits for its next attempt: half of each pause is random. */
  backOff: Math.min(waits.outage.mostMs, waits.outage.firstMs + 2 * brokenMs),
  /** Of every send, where the account was on hold. */
  hold: Math.min(waits.hold.mostMs, waits.hold.firstMs + brokenMs),
});

/** With production's timing: 35 s, 75 s and 4 minutes. */
export function settleBounds({ leaseMs, inDoubtWindowMs }: Timing): SettleBounds {
  return {
    jobLost: 35_000,
    reported: leaseMs + 45_000,
    unreported: leaseMs + inDoubtWindowMs + 90_000,
  };
}
