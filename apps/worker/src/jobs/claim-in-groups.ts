import { type ClaimRequest, type ClaimResult, createGrouper } from '@postroom/core';
import { ClaimStore, type Sql } from '@postroom/db';
import type { HoldGate } from '../hold-gate.ts';
import type { WorkerMetrics } from '../metrics.ts';

/** The sends in hand share their claim and record statements: up to this many, this many milliseconds apart. */
export const statementGroup = { maxSize: 50, maxWaitMs: 4, maxGroups: 3 } as const;

export type ClaimInGroupsOptions = {
  readonly sql: Sql;
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

/**
 * Claims sends in groups, without those that are on hold. When the wait of a hold is over, one of its sends is claimed
 * alone, to be tried.
 */
export function claimInGroups(
  options: ClaimInGroupsOptions,
): (request: ClaimRequest) => Promise<ClaimResult> {
  const { sql, accountId, holds, pacer, metrics, leaseMs, worker, pausedMs, onClaimed } = options;
  const claims = new ClaimStore(sql);

  const claim = async (requests: readonly ClaimRequest[], trialOf: string | null) => {
    const held = holds.heldSends().filter(({ scope }) => scope !== trialOf);
    const own = { accountId, leaseMs, worker, pausedMs };
    const results = await claims.claim(requests, { ...own, held, isBusy: pacer.isBusy() });
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
    run: (requests) => claim(requests, null),
  });

  return async (request) => {
    const result = await claimTogether(request);
    if (result.kind !== 'held' || !(await holds.enter(result.scope, request.sendId))) return result;
    const [tried = result] = await claim([request], result.scope);
    return tried;
  };
}
