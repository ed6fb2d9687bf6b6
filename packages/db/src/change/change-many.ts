import type { ActionRefusal, SendLane } from '@postroom/contracts';
import type { BulkChange, ClaimedAction, SendJob } from '@postroom/core';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { tellStatus } from '../notify/tell.ts';
import { isOfSenders } from '../of-senders.ts';
import { besides, type Change, cancellation, retryOf } from './changes.ts';

type JudgedRow = {
  readonly id: string;
  readonly refusal: ActionRefusal | null;
  readonly epoch: number | null;
  readonly lane: SendLane | null;
  readonly account_id: string | null;
  readonly is_due: boolean;
};

/** What came of a change of many: how many were changed, why others were not, and the jobs that may be queued now. */
export type ChangedMany = {
  readonly done: number;
  readonly refused: Partial<Record<ActionRefusal, number>>;
  readonly jobs: readonly SendJob[];
};

type ManyChange = Change & {
  /** The rows `r` of what is asked for, with the id of each send. */
  readonly request: unknown;
  /** Why `current` was not changed, where it does not meet `when`. */
  readonly refusal: Prisma.Sql;
  /** Whether one that has changed since the action was asked for is another matter. */
  readonly isOfOneMoment: boolean;
};

/** Of the row `s`, what its request says. */
const requested = (column: Prisma.Sql) => Prisma.sql`(SELECT r.${column} FROM request r WHERE r.id = s.id)`;

function manyOf(change: BulkChange): ManyChange {
  if (change.kind === 'cancel') {
    return {
      ...cancellation,
      request: change.ids.map((id) => ({ id })),
      refusal: Prisma.sql`'not_waiting'`,
      // What a worker had and gave back, or what has become due, waits as it did.
      isOfOneMoment: false,
    };
  }
  const request = change.requests.map(({ id, epoch, sender }) => ({ id, epoch, ...sender }));
  const told = {
    epoch: Prisma.sql`r.epoch`,
    profileId: requested(Prisma.sql`"profileId"`),
    configurationSet: requested(Prisma.sql`"configurationSet"`),
  };
  const refusal = Prisma.sql`CASE WHEN current.status <> 'Failed' THEN 'not_failed'
    WHEN current.to_key = ${erasedKey} THEN 'recipient_erased'
    WHEN current.content_removed_at IS NOT NULL THEN 'content_removed' ELSE 'beaten' END`;
  return { ...retryOf(told), request, refusal, isOfOneMoment: true };
}

/**
 * Changes many sends of an action, each by the compare-and-set by which it is changed alone. They are locked in the order of their
 * ids, so that changes that cross wait for each other and cannot deadlock. What has changed since the action was asked for, by the
 * database's clock, is not retried, so that no action retries its own retries; what was accepted since is passed over.
 */
export async function changeMany(
  tx: Prisma.TransactionClient,
  { id, owner, askedAt }: ClaimedAction,
  change: BulkChange,
): Promise<ChangedMany> {
  const many = manyOf(change);
  const { set, when, request, refusal, isOfOneMoment } = many;
  const asked = Prisma.sql`${askedAt.toISOString()}::timestamptz`;
  const rows = await tx.$queryRaw<JudgedRow[]>`
    WITH request AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(request)}::jsonb)
        AS r(id uuid, epoch int, "profileId" uuid, "configurationSet" text)
    ), current AS MATERIALIZED (
      SELECT s.id, s.status, s.epoch, s.to_key, s.sender_profile_id, s.content_removed_at, s.updated_at FROM email_sends s
      WHERE s.id = ANY(ARRAY(SELECT id FROM request)) AND s.workspace_id ${hides} ${owner.workspaceId}::uuid
        AND s.simulated ${hides} ${owner.isSimulated}::boolean AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, owner)}
        AND NOT (s.id > ${id}::uuid AND s.updated_at > ${asked})
      ORDER BY s.id FOR UPDATE
    ), judged AS MATERIALIZED (
      SELECT current.id, CASE WHEN NOT (${when}) THEN ${refusal}
        WHEN ${isOfOneMoment}::boolean AND current.updated_at > ${asked} THEN 'changed_since' END AS refusal
      FROM current JOIN request r ON r.id = current.id
    ), changed AS (
      UPDATE email_sends s SET ${set}, updated_at = now()
      WHERE s.id = ANY(ARRAY(SELECT id FROM judged WHERE refusal IS NULL))
      RETURNING s.id, s.workspace_id, s.simulated, s.status, s.failure_message, s.epoch, s.lane,
        s.account_id, s.sender_profile_id, s.scheduled_at
    ), ${besides(many)}told AS (${tellStatus(Prisma.sql`changed`)}
    )
    SELECT j.id, j.refusal, c.epoch, c.lane::text, c.account_id, coalesce(c.scheduled_at <= now(), true) AS is_due
    FROM judged j LEFT JOIN changed c ON c.id = j.id`;
  const refused: Partial<Record<ActionRefusal, number>> = {};
  const jobs: SendJob[] = [];
  let done = 0;
  for (const { id: sendId, refusal: reason, epoch, lane, account_id: accountId, is_due: isDue } of rows) {
    if (reason !== null) refused[reason] = (refused[reason] ?? 0) + 1;
    else done += 1;
    if (change.kind === 'retry' && epoch !== null && lane !== null && isDue) {
      jobs.push({ sendId, workspaceId: owner.workspaceId, epoch, lane, accountId });
    }
  }
  return { done, refused, jobs };
}
