import type { ChangedSend, FoundSend, RetriedSend, RetryRequest, SendRef } from '@postroom/core';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { tellStatus } from '../notify/tell.ts';
import { type SendRow, sendColumns, toStoredSend } from '../read/send-row.ts';
import { firstLook } from '../sweep-moment.ts';

type ChangedRow = SendRow & {
  readonly is_changed: boolean;
  readonly epoch: number;
  readonly is_due: boolean;
};

type Change = {
  /** What becomes of the row `s`. */
  readonly set: Prisma.Sql;
  /** What has to hold of `current`, the row as it stands under the lock. */
  readonly when: Prisma.Sql;
};

const toChanged = (row: ChangedRow | null): ChangedSend | null =>
  row === null ? null : { send: toStoredSend(row), isChanged: row.is_changed };

/** Said of a canceled send that SES may have taken in an earlier attempt, which stayed without an answer. */
const canceledInDoubt =
  'Canceled before it was sent again; whether SES accepted an earlier attempt is unknown.';

/** What a cancellation makes of a row `s`. */
const canceled = Prisma.sql`status = 'Canceled',
  failure_message = CASE WHEN s.resends > 0 THEN ${canceledInDoubt} END`;

/** What callers change of sends. */
export class SendChangeStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Cancels a send that nobody has claimed. Null: the owner has no such send. */
  async cancel(ref: SendRef): Promise<ChangedSend | null> {
    const when = Prisma.sql`current.status IN ('Scheduled', 'Queued')`;
    return toChanged(await this.#changeSend(ref, { set: canceled, when }));
  }

  /** Gives a scheduled send another moment. Null: the owner has no such send. */
  async reschedule(ref: SendRef, scheduledAt: Date): Promise<ChangedSend | null> {
    const at = Prisma.sql`${scheduledAt.toISOString()}::timestamptz`;
    const set = Prisma.sql`scheduled_at = ${at}, next_attempt_at = ${at}, sweep_at = ${at}`;
    return toChanged(await this.#changeSend(ref, { set, when: Prisma.sql`current.status = 'Scheduled'` }));
  }

  /**
   * Cancels those of a batch's sends that nobody has claimed, and answers how many. They are locked in the order
   * of their ids, so that cancellations that cross wait for each other and cannot deadlock.
   */
  async cancelBatch({ workspaceId, isSimulated, id }: SendRef): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ readonly count: number }[]>`
      WITH free AS MATERIALIZED (
        SELECT s.id FROM (
          SELECT send_id FROM send_facets
          WHERE workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean
            AND kind = 'batch' AND value = ${id}
          ORDER BY send_id
        ) f CROSS JOIN LATERAL (
          SELECT s.id, s.workspace_id, s.batch_id, s.status FROM email_sends s WHERE s.id = f.send_id
          OFFSET 0 FOR UPDATE
        ) s
        WHERE s.workspace_id = ${workspaceId}::uuid AND s.batch_id = ${id}::uuid
          AND s.status IN ('Scheduled', 'Queued')
      ), changed AS (
        UPDATE email_sends s SET ${canceled}, updated_at = now() WHERE s.id = ANY(ARRAY(SELECT id FROM free))
        RETURNING s.id, s.workspace_id, s.simulated, s.status, s.failure_message
      ), told AS (${tellStatus(Prisma.sql`changed`)}
      )
      SELECT count(*)::int AS count FROM changed`;
    return row?.count ?? 0;
  }

  /** A send with what a retry depends on, whatever its status. */
  async findForRetry(ref: SendRef): Promise<FoundSend | null> {
    const [row] = await this.#prisma.$queryRaw<(SendRow & { epoch: number; failure_class: string | null })[]>`
      SELECT ${sendColumns}, s.epoch, s.failure_class
      FROM email_sends s JOIN template_snapshots t ON t.id = s.snapshot_id
      WHERE s.id = ${ref.id}::uuid AND s.workspace_id ${hides} ${ref.workspaceId}::uuid
        AND s.simulated ${hides} ${ref.isSimulated}::boolean`;
    if (row === undefined) return null;
    return { send: toStoredSend(row), epoch: row.epoch, failureClass: row.failure_class };
  }

  /**
   * Queues a failed send again, under a new epoch, while it is still the failure that was found. One whose
   * delivery is unknown counts as sent again, so that its claim looks for proof that SES took it after all.
   */
  async retry(ref: SendRef, { epoch, sender }: RetryRequest): Promise<RetriedSend | null> {
    const row = await this.#changeSend(ref, {
      // A send may have failed long before the moment that it was scheduled for.
      set: Prisma.sql`
        status = 'Queued', epoch = s.epoch + 1, attempts_spent = 0,
        resends = s.resends + (s.failure_class IS NOT DISTINCT FROM 'in_doubt')::int,
        failure_class = NULL, failure_message = NULL, provider_message_id = NULL, in_doubt_since = NULL,
        sender_profile_id = coalesce(${sender?.profileId ?? null}::uuid, s.sender_profile_id),
        configuration_set = coalesce(${sender?.configurationSet ?? null}::text, s.configuration_set),
        next_attempt_at = greatest(now(), s.scheduled_at),
        sweep_at = CASE WHEN s.scheduled_at > now() THEN s.scheduled_at
                        ELSE ${firstLook} END`,
      // There is nobody left to send it to, once its recipient was erased, and nothing, once its content has had its time.
      when: Prisma.sql`current.status = 'Failed' AND current.epoch = ${epoch} AND current.to_key <> ${erasedKey}
        AND current.content_removed_at IS NULL`,
    });
    if (row === null) return null;
    return { send: toStoredSend(row), isChanged: row.is_changed, epoch: row.epoch, isDue: row.is_due };
  }

  /**
   * Changes one send by compare-and-set and answers it as it then stands. The row is locked before it is compared:
   * a status that a statement read before it waited for a claim would be out of date, and the answer untrue.
   */
  async #changeSend(
    { workspaceId, isSimulated, id }: SendRef,
    { set, when }: Change,
  ): Promise<ChangedRow | null> {
    const [row] = await this.#prisma.$queryRaw<ChangedRow[]>`
      WITH current AS MATERIALIZED (
        SELECT s.* FROM email_sends s
        WHERE s.id = ${id}::uuid AND s.workspace_id ${hides} ${workspaceId}::uuid
          AND s.simulated ${hides} ${isSimulated}::boolean
        FOR UPDATE
      ), changed AS (
        UPDATE email_sends s SET ${set}, updated_at = now()
        FROM current WHERE s.id = current.id AND ${when}
        RETURNING s.*
      ), told AS (${tellStatus(Prisma.sql`changed`)}
      ), result AS (
        SELECT changed.*, true AS is_changed FROM changed
        UNION ALL
        SELECT current.*, false FROM current WHERE NOT EXISTS (SELECT FROM changed)
      )
      SELECT ${sendColumns}, s.is_changed, s.epoch, coalesce(s.scheduled_at <= now(), true) AS is_due
      FROM result s JOIN template_snapshots t ON t.id = s.snapshot_id`;
    return row ?? null;
  }
}
