import { type AttemptRecord, createGrouper, type RecordResult } from '@postroom/core';
import { AttemptStore, EventStore, isDatabaseUnavailable, type Sql } from '@postroom/db';
import type { WorkerMetrics } from '../metrics.ts';
import { statementGroup } from './claim-in-groups.ts';

export type RecordInGroupsOptions = {
  readonly sql: Sql;
  readonly metrics: WorkerMetrics;
  readonly inDoubtWindowMs: number;
};

/** What a test key's send comes to says nothing of SES, nor does SES ever report on it: alerts must not take it for mail. */
function count({ outcomes, failures }: WorkerMetrics, { result, isSimulated }: AttemptRecord): void {
  outcomes.inc({ outcome: isSimulated === true ? 'simulated' : result.kind });
  if (result.kind === 'failed' && isSimulated !== true) failures.inc({ class: result.failureClass });
}

/**
 * Records attempts in groups. One that the database refuses does not keep the others, which may be another workspace's,
 * from being written: its group is written in parts then.
 */
export function recordInGroups(
  options: RecordInGroupsOptions,
): (record: AttemptRecord) => Promise<RecordResult> {
  const { sql, metrics, inDoubtWindowMs } = options;
  const attempts = new AttemptStore(sql);
  const events = new EventStore(sql);

  const write = async (records: readonly AttemptRecord[]): Promise<readonly RecordResult[]> => {
    const written = await attempts.record(records, { inDoubtWindowMs });
    for (const record of records) if (written.has(record.leaseToken)) count(metrics, record);
    const doubts = records.filter(
      ({ leaseToken, result }) => result.kind === 'in_doubt' && written.has(leaseToken),
    );
    // The sweeper settles those that an event was known of, if this fails.
    await events.settle(doubts.map(({ sendId }) => sendId)).catch(() => undefined);
    return records.map(({ leaseToken }) => ({ isRecorded: written.has(leaseToken) }));
  };

  return createGrouper<AttemptRecord, RecordResult>({
    ...statementGroup,
    isOfAll: isDatabaseUnavailable,
    run: write,
  });
}
