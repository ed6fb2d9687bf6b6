import { type ClaimRequest, type ClaimResult, createGrouper } from '@postroom/core';
import type { ClaimStore } from '@postroom/db';
import type { HoldGate } from '../hold-gate.ts';
import type { WorkerMetrics } from '../metrics.ts';

/** The sends in hand share their claim and record statements: up to this many, this many milliseconds apart. */
export const statementGroup = { maxSize: 50, maxWaitMs: 4, maxGroups: 3 } as const;

export type ClaimInGroupsOptions = {
  readonly claims: Pick<ClaimStore, 'claim'>;
  /** Takes what may have been claimed by a statement that failed. */
  readonly giveBack: (requests: readonly ClaimRequest[]) => void;
  /** The account whose sends are claimed; null: the environment's. */
  readonly accountId: string | null;
  readonly holds: Pick<HoldGate, 'heldSends' | 'enter'>;
  readonly pacer: { isBusy(): boolean };
  readonly metrics: WorkerMetrics;
  readonly leaseMs: number;
  readonly worker: string;
  readonly pausedMs?: number | undefined;
  /** Hears of every claim statement that came back. */
  readonly onClaimed: () => void;
};

const none: ReadonlySet<string> = new Set();

/**
 * Claims sends in groups, without those that are on hold. When the wait of a hold is over, one of its sends is claimed
 * alone, to be tried. One that several holds reach tries all of them at once: a trial of one alone would be held by the
 * other, and learn nothing.
 */
export function claimInGroups(
  options: ClaimInGroupsOptions,
): (request: ClaimRequest) => Promise<ClaimResult> {
  const { claims, giveBack, accountId, holds, pacer, metrics, leaseMs, worker, pausedMs, onClaimed } =
    options;

  const claim = async (requests: readonly ClaimRequest[], tried: ReadonlySet<string>) => {
    const held = holds.heldSends().filter(({ scope }) => !tried.has(scope));
    const own = { accountId, leaseMs, worker, pausedMs };
    const results = await claims
      .claim(requests, { ...own, held, isBusy: pacer.isBusy() })
      .catch((error: unknown) => {
        giveBack(requests);
        throw error;
      });
    onClaimed();
    return requests.map(({ leaseToken }): ClaimResult => {
      const result = results.get(leaseToken) ?? { kind: 'gone' };
      if (result.kind === 'claimed' && result.send.attempt === 1) {
        const waitedMs = Date.now() - result.send.waitingSince.getTime();
        metrics.queueWaitSeconds.observe({ lane: result.send.lane }, Math.max(0, waitedMs / 1000));
      }
      return result;
    });
  };

  const claimTogether = createGrouper<ClaimRequest, ClaimResult>({
    ...statementGroup,
    run: (requests) => claim(requests, none),
  });

  return async (request) => {
    const tried = new Set<string>();
    let result = await claimTogether(request);
    while (result.kind === 'held' && (await holds.enter(result.scope, request.sendId))) {
      tried.add(result.scope);
      [result = result] = await claim([request], tried);
    }
    return result;
  };
}
