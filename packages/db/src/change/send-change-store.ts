import type { SendStatus } from '@postroom/contracts';
import type { ChangedSend, FoundSend, RetriedSend, RetryRequest, SendOwner, SendRef } from '@postroom/core';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { tellStatus } from '../notify/tell.ts';
import { isOfSenders } from '../of-senders.ts';
import { type SendRow, sendColumns, toStoredSend } from '../read/send-row.ts';
import { earliestLook } from '../sweep-moment.ts';
import { besides, type Change, cancellation, retryOf } from './changes.ts';

type ChangedRow = SendRow & {
  readonly is_changed: boolean;
  readonly epoch: number;
  readonly is_due: boolean;
};

type FoundRow = {
  readonly id: string;
  readonly status: SendStatus;
  readonly epoch: number;
  readonly failure_class: string | null;
  readonly sender_profile_id: string | null;
  readonly from_email: string;
  readonly from_name: string | null;
  readonly content_removed_at: Date | null;
  readonly is_erased: boolean;
};

const toChanged = (row: ChangedRow | null): ChangedSend | null =>
  row === null ? null : { send: toStoredSend(row), isChanged: row.is_changed };

/** What callers change of sends. */
export class SendChangeStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Cancels a send that nobody has claimed. Null: the owner has no such send. */
  async cancel(ref: SendRef): Promise<ChangedSend | null> {
    return toChanged(await this.#changeSend(ref, cancellation));
  }

  /**
   * Gives another moment to a send that waits for one, one that failed and was retried before it among them. Null: the owner has no
   * such send.
   */
  async reschedule(ref: SendRef, scheduledAt: Date): Promise<ChangedSend | null> {
    const at = Prisma.sql`${scheduledAt.toISOString()}::timestamptz`;
    // The sweeper goes through what is queued in the order of these moments, and may be past this one.
    const sweepAt = Prisma.sql`CASE WHEN s.status = 'Queued' THEN greatest(${at}, ${earliestLook}) ELSE ${at} END`;
    const set = Prisma.sql`scheduled_at = ${at}, next_attempt_at = ${at}, sweep_at = ${sweepAt}`;
    const when = Prisma.sql`(current.status = 'Scheduled' OR (current.status = 'Queued' AND current.scheduled_at > now()))`;
    return toChanged(await this.#changeSend(ref, { set, when }));
  }

  /**
   * Cancels those of a batch's sends that nobody has claimed, and answers how many. They are locked in the order
   * of their ids, so that cancellations that cross wait for each other and cannot deadlock.
   */
  async cancelBatch({ workspaceId, isSimulated, id, ...limit }: SendRef): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ readonly count: number }[]>`
      WITH free AS MATERIALIZED (
        SELECT s.id FROM (
          SELECT send_id FROM send_facets
          WHERE workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean
            AND kind = 'batch' AND value = ${id}
          ORDER BY send_id
        ) f CROSS JOIN LATERAL (
          SELECT s.id, s.workspace_id, s.batch_id, s.status, s.sender_profile_id FROM email_sends s WHERE s.id = f.send_id
          OFFSET 0 FOR UPDATE
        ) s
        WHERE s.workspace_id = ${workspaceId}::uuid AND s.batch_id = ${id}::uuid
          AND s.status IN ('Scheduled', 'Queued') AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, limit)}
      ), changed AS (
        UPDATE email_sends s SET ${cancellation.set}, updated_at = now() WHERE s.id = ANY(ARRAY(SELECT id FROM free))
        RETURNING s.id, s.workspace_id, s.simulated, s.status, s.failure_message
      ), told AS (${tellStatus(Prisma.sql`changed`)}
      )
      SELECT count(*)::int AS count FROM changed`;
    return row?.count ?? 0;
  }

  /** What the retries of sends depend on, of those that the owner has, in the order of their ids. */
  async findForRetry(
    { workspaceId, isSimulated, ...limit }: SendOwner,
    ids: readonly string[],
  ): Promise<FoundSend[]> {
    const rows = await this.#prisma.$queryRaw<FoundRow[]>`
      SELECT s.id, s.status::text, s.epoch, s.failure_class, s.sender_profile_id, s.from_email, s.from_name,
        s.content_removed_at, s.to_key = ${erasedKey} AS is_erased
      FROM email_sends s
      WHERE s.id = ANY(${[...ids]}::uuid[]) AND s.workspace_id ${hides} ${workspaceId}::uuid
        AND s.simulated ${hides} ${isSimulated}::boolean AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, limit)}
      ORDER BY s.id`;
    return rows.map(({ id, status, epoch, ...row }) => ({
      id,
      status,
      epoch,
      failureClass: row.failure_class,
      senderProfileId: row.sender_profile_id,
      contentRemovedAt: row.content_removed_at,
      isErased: row.is_erased,
      from: { email: row.from_email, name: row.from_name },
    }));
  }

  /** Queues a failed send again while it is still the failure that was found. Null: the owner has no such send. */
  async retry(ref: SendRef, { epoch, sender }: RetryRequest): Promise<RetriedSend | null> {
    const told = {
      epoch: Prisma.sql`${epoch}::int`,
      profileId: Prisma.sql`${sender?.profileId ?? null}::uuid`,
      configurationSet: Prisma.sql`${sender?.configurationSet ?? null}::text`,
    };
    const row = await this.#changeSend(ref, retryOf(told));
    if (row === null) return null;
    return { send: toStoredSend(row), isChanged: row.is_changed, epoch: row.epoch, isDue: row.is_due };
  }

  /**
   * Changes one send by compare-and-set and answers it as it then stands. The row is locked before it is compared:
   * a status that a statement read before it waited for a claim would be out of date, and the answer untrue.
   */
  async #changeSend(
    { workspaceId, isSimulated, id, ...limit }: SendRef,
    change: Change,
  ): Promise<ChangedRow | null> {
    const [row] = await this.#prisma.$queryRaw<ChangedRow[]>`
      WITH current AS MATERIALIZED (
        SELECT s.* FROM email_sends s
        WHERE s.id = ${id}::uuid AND s.workspace_id ${hides} ${workspaceId}::uuid
          AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, limit)}
          AND s.simulated ${hides} ${isSimulated}::boolean
        FOR UPDATE
      ), changed AS (
        UPDATE email_sends s SET ${change.set}, updated_at = now()
        FROM current WHERE s.id = current.id AND ${change.when}
        RETURNING s.*
      ), told AS (${tellStatus(Prisma.sql`changed`)}
      ), ${besides(change)}result AS (
        SELECT changed.*, true AS is_changed FROM changed
        UNION ALL
        SELECT current.*, false FROM current WHERE NOT EXISTS (SELECT FROM changed)
      )
      SELECT ${sendColumns}, s.is_changed, s.epoch, coalesce(s.scheduled_at <= now(), true) AS is_due
      FROM result s JOIN template_snapshots t ON t.id = s.snapshot_id`;
    return row ?? null;
  }
}
