import type { SendLane } from '@postroom/contracts';
import { leastId, type SendJob, type SweepFrom, type WaitingPage } from '@postroom/core';
import { type ColumnsOf, columnsOf } from '../columns.ts';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { hides, inOrderOnPool, thisMoment, unseen } from '../look-up.ts';
import { tellStatus } from '../notify/tell.ts';
import { firstLook, retryGraceMs } from '../sweep-moment.ts';

type JobRow = ColumnsOf<'queued'>;

const jobColumns = columnsOf('queued', 's');

const toJob = ({ id, ...job }: JobRow): SendJob => ({ sendId: id, ...job });

/** What `failureMessage` says of a send whose doubt nothing settled. */
const unknownDelivery =
  'Delivery is unknown: SES gave no answer to the call, and reported no event about the message in time.';

const moment = unseen(thisMoment);

/** An event of the send `s`, or null: a look-up for each row, which cannot become a join that reads all events. */
const eventOf = Prisma.sql`(SELECT e.id FROM email_events e WHERE e.send_id = s.id LIMIT 1)`;

/** Of a send that was changed: what its job and what is told of it are made of. */
const changedColumns = Prisma.sql`
  s.id, s.workspace_id, s.lane, s.epoch, s.account_id, s.simulated, s.status, s.failure_message`;

/** Those of `resolved` that ended; that others are sent again, nobody is told. */
const givenUp = Prisma.sql`(SELECT * FROM resolved WHERE status = 'Failed')`;

/** What the policy made of a send whose in-doubt window ended without an event. */
export type DoubtResolution = SendJob & { readonly status: 'Queued' | 'Failed' };

/** What becomes of a lane's sends in doubt: `resend` sends them again, `hold` ends them `Failed`, delivery unknown. */
export type DoubtPolicies = Readonly<Record<SendLane, 'resend' | 'hold'>>;

/** What the sweeper finds and changes of sends that nothing happened to. */
export class SweepStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Queues a page of scheduled sends whose time has come, and answers their jobs, each to one sweeper. */
  async beginScheduled(limit: number): Promise<readonly SendJob[]> {
    const rows = await inOrderOnPool(
      this.#sql,
      (sql) => sql.query<JobRow>`
    WITH due AS MATERIALIZED (
      SELECT id FROM email_sends
      WHERE status = 'Scheduled' AND sweep_at <= ${moment} AND next_attempt_at <= ${thisMoment}
      ORDER BY sweep_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), begun AS (
      UPDATE email_sends s SET
        status = 'Queued', sweep_at = ${firstLook}, updated_at = now()
      WHERE s.id = ANY(ARRAY(SELECT id FROM due))
      RETURNING ${changedColumns}
    ), told AS (${tellStatus(Prisma.sql`begun`)}
    )
    SELECT ${jobColumns} FROM begun s`,
    );
    return rows.map(toJob);
  }

  /**
   * A page of queued sends that nothing has happened to for too long, after a place in the order of their moments, so
   * that their jobs can be checked. Nothing is written: a backlog that the queue knows costs a read.
   */
  async findWaiting({ after, isWhole }: SweepFrom, limit: number): Promise<WaitingPage> {
    const from = after ?? { moment: '-infinity', id: leastId };
    const until = isWhole ? Prisma.sql`'infinity'::timestamptz` : Prisma.sql`now()`;
    const [rows, clock] = await inOrderOnPool(this.#sql, async (sql) => [
      await sql.query<JobRow & { readonly sweep_at: Date }>`
    SELECT ${jobColumns}, s.sweep_at FROM email_sends s
    WHERE s.status = 'Queued' AND (s.sweep_at, s.id) > (${from.moment}::timestamptz, ${from.id}::uuid)
      AND s.sweep_at <= ${unseen(until)} AND s.next_attempt_at <= ${thisMoment}
    ORDER BY s.sweep_at, s.id LIMIT ${limit}`,
      await sql.query<{ readonly now: Date }>`SELECT now()`,
    ]);
    const last = rows.at(-1);
    return {
      jobs: rows.map(({ sweep_at: _, ...row }) => toJob(row)),
      last: last === undefined ? null : { moment: last.sweep_at.toISOString(), id: last.id },
      now: (clock[0]?.now ?? new Date(0)).toISOString(),
    };
  }

  /** Gives sends a new epoch, because a finished job holds the id of the old one. Answers the new jobs. */
  async raiseEpochs(jobs: readonly SendJob[]): Promise<readonly SendJob[]> {
    if (jobs.length === 0) return [];
    const json = JSON.stringify(jobs.map(({ sendId, epoch }) => ({ id: sendId, epoch })));
    const rows = await this.#sql.query<JobRow>`
    WITH job AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS j(id uuid, epoch int))
    UPDATE email_sends s SET epoch = s.epoch + 1
    FROM job j
    WHERE s.id = ANY(ARRAY(SELECT id FROM job)) AND s.id = j.id AND s.epoch = j.epoch AND s.status ${hides} 'Queued'
    RETURNING ${jobColumns}`;
    return rows.map(toJob);
  }

  /**
   * Ends leases that were not kept. Where the call may have begun, the worker may have died before or after SES took the
   * message: it is in doubt, and the window until the policy applies starts now. The others are queued again, under a new
   * epoch. The attempt's row decides, locked: a worker that is about to begin writes there that it does, and cannot any
   * more once this has ended it.
   */
  async expireLeases(options: { readonly limit: number; readonly inDoubtWindowMs: number }): Promise<{
    readonly inDoubt: readonly string[];
    readonly returned: readonly SendJob[];
  }> {
    const rows = await inOrderOnPool(
      this.#sql,
      (sql) => sql.query<JobRow & { readonly begun: boolean }>`
    WITH due AS MATERIALIZED (
      SELECT id, attempts FROM email_sends
      WHERE status = 'Processing' AND in_doubt_since IS NULL AND sweep_at <= ${moment} AND lease_until <= ${thisMoment}
      ORDER BY sweep_at LIMIT ${options.limit} FOR UPDATE SKIP LOCKED
    ), ended AS MATERIALIZED (
      SELECT due.id, a.number, a.begun FROM due CROSS JOIN LATERAL (
        SELECT a.number, a.begun FROM send_attempts a WHERE a.send_id = due.id AND a.number = due.attempts
        OFFSET 0 FOR UPDATE SKIP LOCKED
      ) a
    ), expired AS (
      -- Told to nobody: that a worker had it in hand was not either.
      UPDATE email_sends s SET
        status = CASE WHEN e.begun THEN 'Processing' ELSE 'Queued' END::"SendStatus",
        in_doubt_since = CASE WHEN e.begun THEN now() END,
        lease_token = NULL, lease_until = NULL,
        attempts_spent = s.attempts_spent + e.begun::int,
        epoch = s.epoch + (NOT e.begun)::int,
        next_attempt_at = CASE WHEN e.begun THEN s.next_attempt_at ELSE now() END,
        sweep_at = now() + CASE WHEN e.begun THEN ${options.inDoubtWindowMs}::int ELSE ${retryGraceMs}::int END * interval '1 millisecond',
        updated_at = now()
      FROM ended e WHERE s.id = ANY(ARRAY(SELECT id FROM ended)) AND s.id = e.id
      RETURNING ${changedColumns}, e.number, e.begun
    ), closed AS (
      UPDATE send_attempts a SET finished_at = now(), spent = x.begun, error_code = 'LeaseExpired',
        outcome = CASE WHEN x.begun THEN 'in_doubt' ELSE 'returned' END::"AttemptOutcome",
        error_message = 'the worker did not report before its lease ended'
      FROM expired x
      WHERE a.send_id = ANY(ARRAY(SELECT id FROM expired)) AND a.number = ANY(ARRAY(SELECT number FROM expired))
        AND a.send_id = x.id AND a.number = x.number
    )
    SELECT ${jobColumns}, s.begun FROM expired s`,
    );
    return {
      inDoubt: rows.filter(({ begun }) => begun).map(({ id }) => id),
      returned: rows.filter(({ begun }) => !begun).map(({ begun: _begun, ...row }) => toJob(row)),
    };
  }

  /**
   * Applies its lane's policy to each send that stayed in doubt for its whole window. What is sent again is marked by
   * `resends`; mail without attempts left ends `Failed` in any case.
   */
  async resolveDoubts(options: {
    readonly limit: number;
    readonly maxAttempts: number;
    readonly policies: DoubtPolicies;
  }): Promise<readonly DoubtResolution[]> {
    const resentLanes = Object.entries(options.policies).flatMap(([lane, policy]) =>
      policy === 'resend' ? [lane] : [],
    );
    const rows = await inOrderOnPool(
      this.#sql,
      (sql) => sql.query<JobRow & { readonly status: DoubtResolution['status'] }>`
    WITH due AS MATERIALIZED (
      SELECT id, lane::text = ANY(${resentLanes}) AND attempts_spent < ${options.maxAttempts} AS is_resent
      FROM email_sends s
      WHERE status = 'Processing' AND in_doubt_since IS NOT NULL AND sweep_at <= ${moment}
        AND ${eventOf} IS NULL
      ORDER BY sweep_at LIMIT ${options.limit} FOR UPDATE SKIP LOCKED
    ), resolved AS (
      UPDATE email_sends s SET
        status = CASE WHEN due.is_resent THEN 'Queued' ELSE 'Failed' END::"SendStatus",
        epoch = s.epoch + due.is_resent::int,
        resends = s.resends + due.is_resent::int,
        in_doubt_since = NULL,
        next_attempt_at = now(), sweep_at = now() + ${retryGraceMs} * interval '1 millisecond',
        failure_class = CASE WHEN NOT due.is_resent THEN 'in_doubt' END,
        failure_message = CASE WHEN NOT due.is_resent THEN ${unknownDelivery} END,
        updated_at = now()
      FROM due WHERE s.id = ANY(ARRAY(SELECT id FROM due)) AND s.id = due.id
      RETURNING ${changedColumns}
    ), told AS (${tellStatus(givenUp)}
    )
    SELECT ${jobColumns}, s.status::text FROM resolved s`,
    );
    return rows.map((row) => ({ ...toJob(row), status: row.status }));
  }

  /** Ids of sends that are in doubt, due, and of which an event is known: a settling was missed. */
  async findProvenDoubts(limit: number): Promise<readonly string[]> {
    const rows = await inOrderOnPool(
      this.#sql,
      (sql) => sql.query<{ id: string }>`
    SELECT id FROM email_sends s
    WHERE status = 'Processing' AND in_doubt_since IS NOT NULL AND sweep_at <= ${moment}
      AND ${eventOf} IS NOT NULL
    ORDER BY sweep_at LIMIT ${limit}`,
    );
    return rows.map(({ id }) => id);
  }
}
