import type { RetentionPolicy, RetentionStore } from '@postroom/db';
import type { RecurringErrors } from '@postroom/process';
import type { WorkerMetrics } from '../metrics.ts';
import { runRepeatedly } from '../run-repeatedly.ts';

/** Between two pieces, in milliseconds, so that they never take more than a part of PostgreSQL, and vacuum keeps up. */
const restMs = 50;

/** The longest pause while pieces fail, in milliseconds: nobody waits for them. */
const longestPauseMs = 300_000;

type RetentionDeps = {
  readonly store: Pick<RetentionStore, 'removeNext'>;
  readonly removed: WorkerMetrics['retentionRemoved'];
};

/** Removes what is older than the policy lets it be, piece by piece, and looks for more every `intervalMs`, until it is stopped. */
export function runRetention(
  { store, removed }: RetentionDeps,
  policy: RetentionPolicy,
  options: { readonly intervalMs: number; readonly errors: RecurringErrors },
): { stop(): Promise<void> } {
  return runRepeatedly(
    async () => {
      const step = await store.removeNext(policy);
      if (step === null) return { kind: 'idle' };
      removed.inc({ kind: step.kind }, step.removed);
      return { kind: 'more', afterMs: restMs };
    },
    { ...options, longestPauseMs, failure: 'retention_failed' },
  );
}
