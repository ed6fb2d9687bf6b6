import {
  type AttemptRecord,
  type ClaimRequest,
  noticeTypeOf,
  ownSuppressionType,
  type ProviderError,
} from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { hides, unseen } from '../look-up.ts';
import { failedFacts, tell } from '../notify/tell.ts';
import { storable } from '../stored-json.ts';
import { retryGraceMs } from '../sweep-moment.ts';

const storableError = ({ code, message, httpStatus }: ProviderError) => ({
  code: storable(code),
  message: storable(message),
  http_status: httpStatus,
});

function toRecord({ sendId: id, leaseToken: lease_token, attempt, result, dropped }: AttemptRecord) {
  const base = { id, lease_token, attempt, delay_ms: 0, spent: false, dropped };
  switch (result.kind) {
    case 'sent':
      return {
        ...base,
        status: 'Sent',
        notice: noticeTypeOf.Sent,
        outcome: 'sent',
        spent: true,
        provider_message_id: result.providerMessageId,
        subject: result.subject === null ? null : storable(result.subject),
      };
    case 'in_doubt':
      return {
        ...base,
        status: 'Processing',
        outcome: 'in_doubt',
        spent: true,
        error: storableError(result.error),
      };
    case 'retry':
      return {
        ...base,
        status: 'Queued',
        outcome: 'retry',
        spent: result.isSpent,
        delay_ms: result.delayMs,
        error: storableError(result.error),
      };
    case 'failed':
      return {
        ...base,
        status: 'Failed',
        notice: noticeTypeOf.Failed,
        outcome: 'failed',
        spent: true,
        failure_class: result.failureClass,
        failure_message: storable(result.message),
        error: result.error === null ? null : storableError(result.error),
      };
    case 'skipped':
      return {
        ...base,
        status: 'Skipped',
        outcome: 'skipped',
        failure_message: result.message,
        notice: result.isSuppressed ? 'email.suppressed' : noticeTypeOf.Skipped,
      };
    case 'returned':
      return { ...base, status: 'Queued', outcome: 'returned', delay_ms: result.delayMs };
  }
}

/** What is told of the rows of `written`: nothing of one that is tried again, or is in doubt. */
const toldAttempts = tell(Prisma.sql`
  SELECT w.workspace_id, w.simulated, w.id AS send_id, w.notice AS type, now() AS occurred_at,
    CASE w.notice WHEN 'email.failed' THEN ${failedFacts(Prisma.sql`w.failure_message`)}
      WHEN 'email.skipped' THEN jsonb_build_object('skipped', jsonb_build_object('reason', w.failure_message))
      WHEN 'email.suppressed' THEN jsonb_build_object('suppressed', jsonb_build_object(
        'type', ${ownSuppressionType}::text, 'message', w.failure_message))
      ELSE '{}' END AS facts
  FROM written w`);

/** Records what became of attempts. */
export class AttemptStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Writes of a group of claimed sends that their calls may have begun, each only while its attempt is open: one whose
   * lease was ended is closed. Answers the lease tokens of those that may begin.
   */
  async begin(
    sends: readonly Pick<AttemptRecord, 'sendId' | 'attempt' | 'leaseToken'>[],
  ): Promise<ReadonlySet<string>> {
    const json = JSON.stringify(
      sends.map(({ sendId: id, attempt, leaseToken: lease_token }) => ({ id, attempt, lease_token })),
    );
    const rows = await this.#sql.query<{ lease_token: string }>`
    /* begin_attempts */
    WITH wanted AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS w(id uuid, attempt int, lease_token uuid)
      LIMIT ${unseen(Prisma.sql`${sends.length}::int`)}
    )
    UPDATE send_attempts a SET begun = true
    FROM wanted w
    WHERE a.send_id = ANY(ARRAY(SELECT id FROM wanted)) AND a.number = ANY(ARRAY(SELECT attempt FROM wanted))
      AND a.send_id = w.id AND a.number = w.attempt AND a.lease_token = w.lease_token AND a.finished_at IS NULL
    RETURNING a.lease_token`;
    return new Set(rows.map(({ lease_token }) => lease_token));
  }

  /**
   * Queues again what carries these lease tokens, which nobody holds: the claim was made, and its answer was lost. Nothing of
   * it was called, whatever its attempt says. Under a new epoch: its job may have been told to come again when the lease ends, and the
   * sweeper makes another. Answers how many there were.
   */
  async giveBack(claims: readonly Pick<ClaimRequest, 'sendId' | 'leaseToken'>[]): Promise<number> {
    const json = JSON.stringify(
      claims.map(({ sendId: id, leaseToken: lease_token }) => ({ id, lease_token })),
    );
    return this.#sql.run`
    /* give_back_claims */
    WITH claim AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS c(id uuid, lease_token uuid)
      LIMIT ${unseen(Prisma.sql`${claims.length}::int`)}
    ), returned AS (
      UPDATE email_sends s SET
        -- Told to nobody: nobody was told that a worker had it.
        status = 'Queued', epoch = s.epoch + 1, lease_token = NULL, lease_until = NULL,
        next_attempt_at = now(), sweep_at = now() + ${retryGraceMs} * interval '1 millisecond', updated_at = now()
      FROM claim c
      WHERE s.id = ANY(ARRAY(SELECT id FROM claim)) AND s.id = c.id
        AND s.lease_token = c.lease_token AND s.status ${hides} 'Processing'
      RETURNING s.id, s.attempts
    )
    UPDATE send_attempts a SET finished_at = now(), outcome = 'returned', error_code = 'ClaimUnanswered',
      error_message = 'the database did not answer the claim'
    FROM returned r
    WHERE a.send_id = ANY(ARRAY(SELECT id FROM returned)) AND a.number = ANY(ARRAY(SELECT attempts FROM returned))
      AND a.send_id = r.id AND a.number = r.attempts`;
  }

  /**
   * Writes what became of a group of claimed sends in one statement, each only while its lease token is still
   * the row's own, and closes their attempt rows. Answers the lease tokens of those that were written.
   */
  async record(
    records: readonly AttemptRecord[],
    options: { readonly inDoubtWindowMs: number },
  ): Promise<ReadonlySet<string>> {
    const json = JSON.stringify(records.map(toRecord));
    const rows = await this.#sql.query<{ lease_token: string }>`
    /* record_attempts */
    WITH record AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${json}::jsonb) AS r(
        id uuid, lease_token uuid, attempt int, status "SendStatus", outcome "AttemptOutcome", spent boolean,
        delay_ms int, provider_message_id text, subject text, failure_class text, failure_message text, error jsonb,
        dropped jsonb, notice text)
      LIMIT ${unseen(Prisma.sql`${records.length}::int`)}
    ), written AS (
      UPDATE email_sends s SET
        status = r.status,
        lease_token = NULL, lease_until = NULL,
        attempts_spent = s.attempts_spent + r.spent::int,
        in_doubt_since = CASE WHEN r.outcome = 'in_doubt' THEN now() END,
        provider_message_id = coalesce(r.provider_message_id, s.provider_message_id),
        rendered_subject = coalesce(r.subject, s.rendered_subject),
        failure_class = r.failure_class,
        failure_message = r.failure_message,
        sent_at = CASE WHEN r.status = 'Sent' THEN now() END,
        next_attempt_at = CASE WHEN r.status = 'Queued' THEN now() + r.delay_ms * interval '1 millisecond'
                               ELSE s.next_attempt_at END,
        sweep_at = now() + CASE WHEN r.outcome = 'in_doubt' THEN ${options.inDoubtWindowMs}
                                ELSE r.delay_ms + ${retryGraceMs} END * interval '1 millisecond',
        updated_at = now()
      FROM record r
      WHERE s.id = ANY(ARRAY(SELECT id FROM record)) AND s.id = r.id
        AND s.lease_token = r.lease_token AND s.status ${hides} 'Processing'
      RETURNING r.lease_token, s.id, s.workspace_id, s.simulated, s.failure_message, r.notice
    ), told AS (${toldAttempts}
    ), closed AS (
      UPDATE send_attempts a SET
        finished_at = now(), outcome = r.outcome, spent = r.spent, provider_message_id = r.provider_message_id,
        error_code = r.error ->> 'code', error_message = r.error ->> 'message', dropped = r.dropped
      FROM record r JOIN written w ON w.lease_token = r.lease_token
      WHERE a.send_id = ANY(ARRAY(SELECT id FROM record)) AND a.number = ANY(ARRAY(SELECT attempt FROM record))
        AND a.send_id = r.id AND a.number = r.attempt
    )
    SELECT lease_token FROM written`;
    return new Set(rows.map(({ lease_token }) => lease_token));
  }
}
