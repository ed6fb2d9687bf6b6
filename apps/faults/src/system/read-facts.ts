import type { DatabaseView } from '@postroom/testkit';
import type { SentBy } from '../check/shares.ts';
import type {
  AttemptFact,
  ChangeFact,
  ConsequenceFacts,
  Counted,
  ErasureFact,
  EventFact,
  Facts,
  NoticeFact,
  OpenSend,
  RowFact,
} from '../nouns/facts.ts';

/** A column in milliseconds since 1970. */
const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::float8`;

const rowsSql = `
  SELECT id, workspace_id AS "workspaceId", idempotency_key AS key, status::text, delivery::text, lane::text,
    simulated, attempts, attempts_spent AS "attemptsSpent", resends, epoch, failure_class AS "failureClass",
    failure_message AS "failureMessage", lease_token AS "leaseToken", in_doubt_since IS NOT NULL AS "isInDoubt",
    ${ms('created_at')} AS "createdAtMs"
  FROM email_sends`;

const attemptsSql = `
  SELECT send_id AS "sendId", number, worker, ${ms('started_at')} AS "startedAtMs",
    ${ms('finished_at')} AS "finishedAtMs", outcome::text, spent AS "isSpent", error_code AS "errorCode",
    error_message AS "errorMessage"
  FROM send_attempts ORDER BY send_id, number`;

const eventsSql = `
  SELECT send_id AS "sendId", type::text, source_id AS "sourceId", (detail ->> 'attempt')::int AS attempt,
    provider_message_id AS "messageId", ${ms('received_at')} AS "receivedAtMs",
    (detail ->> 'bounceType') IS NOT DISTINCT FROM 'Permanent' AS "isPermanentBounce"
  FROM email_events ORDER BY received_at`;

const changesSql = `
  SELECT seq::int, send_id AS "sendId", ${ms('at')} AS "atMs", status, epoch, attempts, resends,
    lease_token AS "leaseToken", is_in_doubt AS "isInDoubt"
  FROM witness.changes ORDER BY seq`;

/** Reads what the tables hold of sends and erasures, once. */
export async function readTables(
  database: DatabaseView,
): Promise<Pick<Facts, 'rows' | 'attempts' | 'events' | 'changes' | 'erasures'>> {
  const [rows, attempts, events, changes, erasures] = await Promise.all([
    database.rows<RowFact>(rowsSql),
    database.rows<AttemptFact>(attemptsSql),
    database.rows<EventFact>(eventsSql),
    database.rows<ChangeFact>(changesSql),
    database.rows<ErasureFact>(
      `SELECT id, stage::text, ${ms('finished_at')} AS "finishedAtMs" FROM erasures`,
    ),
  ]);
  return { rows, attempts, events, changes, erasures };
}

/** What webhooks were told of, or are to be told of. */
export const readNotices = (database: DatabaseView): Promise<readonly NoticeFact[]> =>
  database.rows('SELECT id, type, send_id AS "sendId", state::text FROM webhook_notices');

const openSends = `FROM email_sends WHERE status IN ('Scheduled', 'Queued', 'Processing')`;

/** Sends that are not at their end. */
export const readOpenSends = (database: DatabaseView): Promise<readonly OpenSend[]> =>
  database.rows(`SELECT id ${openSends}`);

/** How many sends are not at their end. */
export const countOpen = (database: DatabaseView): Promise<number> =>
  database.count(`SELECT count(*) ${openSends}`);

/** How many sends SES has taken from each worker. */
export async function readSentBy(database: DatabaseView): Promise<SentBy> {
  const rows = await database.rows<{ readonly pid: number; readonly sent: number }>(`
    SELECT substring(worker FROM '\\d+$')::int AS pid, count(*)::int AS sent
    FROM send_attempts WHERE outcome = 'sent' GROUP BY worker`);
  return new Map(rows.map(({ pid, sent }) => [pid, sent]));
}

/** What events have made of suppressions and counts. */
export async function readConsequences(database: DatabaseView): Promise<ConsequenceFacts> {
  const [suppressions, counts] = await Promise.all([
    database.rows("SELECT workspace_id, email_key FROM suppressions WHERE origin = 'event'"),
    database.rows<Counted & { readonly id: string }>(`
      SELECT workspace_id AS id, sum(delivered)::int AS delivered, sum(bounced)::int AS bounced,
        sum(complained)::int AS complained FROM delivery_counts GROUP BY workspace_id`),
  ]);
  return {
    suppressed: new Set(suppressions.map((row) => `${row.workspace_id} ${row.email_key}`)),
    counted: new Map(counts.map(({ id, ...counted }) => [id, counted])),
  };
}
