import type { DatabaseView } from '@postroom/testkit';
import type {
  AttemptFact,
  ChangeFact,
  ConsequenceFacts,
  EventFact,
  NoticeFact,
  OpenSend,
  RowFact,
} from '../nouns/facts.ts';

type Row = Readonly<Record<string, unknown>>;

const textOrNull = (value: unknown) => (value === null ? null : String(value));
const numberOrNull = (value: unknown) => (value === null ? null : Number(value));

/** A column in milliseconds since 1970. */
const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

const toRow = (row: Row): RowFact => ({
  id: String(row.id),
  workspaceId: String(row.workspace_id),
  key: textOrNull(row.idempotency_key),
  status: String(row.status),
  delivery: textOrNull(row.delivery),
  lane: String(row.lane),
  simulated: row.simulated === true,
  attempts: Number(row.attempts),
  attemptsSpent: Number(row.attempts_spent),
  resends: Number(row.resends),
  epoch: Number(row.epoch),
  failureClass: textOrNull(row.failure_class),
  failureMessage: textOrNull(row.failure_message),
  leaseToken: textOrNull(row.lease_token),
  isInDoubt: row.is_in_doubt === true,
  createdAtMs: Number(row.created_at_ms),
});

const toAttempt = (row: Row): AttemptFact => ({
  sendId: String(row.send_id),
  number: Number(row.number),
  worker: String(row.worker),
  startedAtMs: Number(row.started_at_ms),
  finishedAtMs: numberOrNull(row.finished_at_ms),
  outcome: textOrNull(row.outcome),
  isSpent: row.spent === true,
  errorCode: textOrNull(row.error_code),
  errorMessage: textOrNull(row.error_message),
});

const toEvent = (row: Row): EventFact => ({
  sendId: String(row.send_id),
  type: String(row.type),
  sourceId: String(row.source_id),
  attempt: numberOrNull(row.attempt),
  messageId: textOrNull(row.provider_message_id),
  receivedAtMs: Number(row.received_at_ms),
  isPermanentBounce: row.bounce_type === 'Permanent',
});

const toChange = (row: Row): ChangeFact => ({
  seq: Number(row.seq),
  sendId: String(row.send_id),
  atMs: Number(row.at_ms),
  status: String(row.status),
  epoch: Number(row.epoch),
  attempts: Number(row.attempts),
  resends: Number(row.resends),
  leaseToken: textOrNull(row.lease_token),
  isInDoubt: row.is_in_doubt === true,
});

/** What the tables hold. */
export type TableFacts = {
  readonly rows: readonly RowFact[];
  readonly attempts: readonly AttemptFact[];
  readonly events: readonly EventFact[];
  readonly changes: readonly ChangeFact[];
};

/** Reads all of the tables once. */
export async function readTables(database: DatabaseView): Promise<TableFacts> {
  const [rows, attempts, events, changes] = await Promise.all([
    database.rows(`
      SELECT id, workspace_id, idempotency_key, status::text, delivery::text, lane::text, simulated, attempts,
        attempts_spent, resends, epoch, failure_class, failure_message, lease_token,
        in_doubt_since IS NOT NULL AS is_in_doubt, ${ms('created_at')} AS created_at_ms
      FROM email_sends`),
    database.rows(`
      SELECT send_id, number, worker, ${ms('started_at')} AS started_at_ms, ${ms('finished_at')} AS finished_at_ms,
        outcome::text, spent, error_code, error_message
      FROM send_attempts ORDER BY send_id, number`),
    database.rows(`
      SELECT send_id, type::text, source_id, provider_message_id, ${ms('received_at')} AS received_at_ms,
        detail ->> 'attempt' AS attempt, detail ->> 'bounceType' AS bounce_type
      FROM email_events ORDER BY received_at`),
    database.rows(`SELECT *, ${ms('at')} AS at_ms FROM witness.changes ORDER BY seq`),
  ]);
  return {
    rows: rows.map(toRow),
    attempts: attempts.map(toAttempt),
    events: events.map(toEvent),
    changes: changes.map(toChange),
  };
}

/** What webhooks were told of, or are to be told of. */
export async function readNotices(database: DatabaseView): Promise<readonly NoticeFact[]> {
  const rows = await database.rows('SELECT id, type, send_id, state::text FROM webhook_notices');
  return rows.map((row) => ({
    id: String(row.id),
    type: String(row.type),
    sendId: textOrNull(row.send_id),
    state: String(row.state),
  }));
}

/** Sends that are not at their end. */
export async function readOpenSends(database: DatabaseView): Promise<readonly OpenSend[]> {
  const rows = await database.rows(`
    SELECT id FROM email_sends WHERE status IN ('Scheduled', 'Queued', 'Processing')`);
  return rows.map((row) => ({ id: String(row.id) }));
}

/** How many sends are not at their end. */
export async function countOpen(database: DatabaseView): Promise<number> {
  const [row] = await database.rows(`
    SELECT count(*)::int AS open FROM email_sends WHERE status IN ('Scheduled', 'Queued', 'Processing')`);
  return Number(row?.open);
}

/** What events have made of suppressions and counts. */
export async function readConsequences(database: DatabaseView): Promise<ConsequenceFacts> {
  const [suppressions, counts] = await Promise.all([
    database.rows("SELECT workspace_id, email_key FROM suppressions WHERE origin = 'event'"),
    database.rows(`
      SELECT workspace_id, sum(delivered)::int AS delivered, sum(bounced)::int AS bounced,
        sum(complained)::int AS complained FROM delivery_counts GROUP BY workspace_id`),
  ]);
  return {
    suppressed: new Set(suppressions.map((row) => `${row.workspace_id} ${row.email_key}`)),
    counted: new Map(
      counts.map((row) => [
        String(row.workspace_id),
        {
          delivered: Number(row.delivered),
          bounced: Number(row.bounced),
          complained: Number(row.complained),
        },
      ]),
    ),
  };
}
