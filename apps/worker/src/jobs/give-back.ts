import { type BackOff, backOffMs, type ClaimRequest } from '@postroom/core';

type Lost = {
  readonly request: ClaimRequest;
  /** By then no server is at the claim any more. */
  readonly surelyMs: number;
  readonly untilMs: number;
};

/** Between two looks after what was lost. */
const lookBackOff: BackOff = { baseMs: 250, maxMs: 2_000 };

/** How long the server may be at a claim whose connection was cut, and its commit, in milliseconds: longer than a statement may take. */
const underWayMs = 15_000;

/** Claims that one statement gives back. */
const maxSize = 500;

export type GiveBackOptions = {
  /** Queues again what these have claimed. */
  readonly giveBack: (requests: readonly ClaimRequest[]) => Promise<unknown>;
  /** How long a lease lasts, in milliseconds: then the sweeper has what was not given back. */
  readonly leaseMs: number;
  readonly monotonicMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
};

/**
 * Gives back what may have been claimed although the claim failed here: its commit was not answered, or another statement of
 * the same group failed. Nobody calls for it, and its lease would put in doubt what never began. Goes on in the background, all
 * that was lost together, until the database has answered and can be at none of it any more, or the leases have ended.
 */
export function createGiveBack(options: GiveBackOptions): (requests: readonly ClaimRequest[]) => void {
  const { giveBack, leaseMs, monotonicMs, pause } = options;
  const lost = new Map<string, Lost>();
  let isLooking = false;

  const look = async () => {
    const nowMs = monotonicMs();
    for (const [token, { untilMs }] of lost) if (untilMs <= nowMs) lost.delete(token);
    const some = [...lost.values()].slice(0, maxSize);
    if (some.length === 0) return;
    const isAnswered = await giveBack(some.map(({ request }) => request)).then(
      () => true,
      // Whoever claims says what is wrong with the database.
      () => false,
    );
    for (const one of some) {
      const { leaseToken } = one.request;
      // Behind those that were not looked for yet.
      lost.delete(leaseToken);
      if (!isAnswered || nowMs < one.surelyMs) lost.set(leaseToken, one);
    }
  };

  const lookAfterAll = async () => {
    isLooking = true;
    for (let tries = 1; lost.size > 0; tries += 1) {
      await look();
      await pause(backOffMs(lookBackOff, tries, Math.random()));
    }
    isLooking = false;
  };

  return (requests) => {
    const nowMs = monotonicMs();
    const ends = { surelyMs: nowMs + underWayMs, untilMs: nowMs + leaseMs };
    for (const request of requests) lost.set(request.leaseToken, { request, ...ends });
    if (!isLooking) void lookAfterAll();
  };
}
