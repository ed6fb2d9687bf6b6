import { type SendLane, sendLanes } from '@postroom/contracts';

/** One message of this process that waits for a moment. */
export type Waiting = {
  readonly recipients: number;
  readonly lane: SendLane;
  /** When it began to wait, by the clock that never goes back. */
  readonly sinceMs: number;
};

/**
 * How far ahead moments are given to a lane, in milliseconds. A transactional message asks for each moment before any
 * marketing message may, of whatever worker, and so goes before all that have none yet. Together they are what is in hand
 * of the rate.
 */
const horizonsMs = { transactional: 250, marketing: 50 } as const satisfies Record<SendLane, number>;

/** What horizons grow by with the time waited: of those in many workers, who has waited longest asks first. */
const horizonPerWaitedMs = 0.02;
const maxGrowthMs = 100;

/** No horizon lies further ahead, in milliseconds. */
export const furthestHorizonMs = Math.max(...Object.values(horizonsMs)) + maxGrowthMs;

/** How far ahead the moment of a message may lie by now, in milliseconds. */
export function horizonMs({ lane, sinceMs }: Waiting, nowMs: number): number {
  return horizonsMs[lane] + Math.min(maxGrowthMs, horizonPerWaitedMs * Math.max(0, nowMs - sinceMs));
}

/** Who goes first: by the order of lanes, then who has waited longest. */
export const byTurn = (one: Waiting, other: Waiting): number =>
  sendLanes.indexOf(one.lane) - sendLanes.indexOf(other.lane) || one.sinceMs - other.sinceMs;

/** Between two questions for messages of a later lane that wait, in milliseconds: moments of so long are asked for together. */
const askEveryMs = 20;

/** When to ask for the first in line. */
export function askAtMs(
  first: Waiting,
  times: {
    readonly nowMs: number;
    /** When it would have its moment, as far as is known. */
    readonly freeAtMs: number;
    /** When somebody was last told to wait. */
    readonly waitedAtMs: number;
  },
): number {
  const atMs = times.freeAtMs - horizonMs(first, times.nowMs);
  return first.lane === sendLanes[0] ? atMs : Math.max(atMs, times.waitedAtMs + askEveryMs);
}
