import { maxWebhooks } from '@postroom/contracts';
import { Prisma } from '../generated/client.ts';
import { newIdInSql } from '../ids-by-time.ts';

/** The enabled endpoints of the workspace and mode of the change `c`. */
export const endpointsOf = Prisma.sql`(
    SELECT id, events FROM webhook_endpoints
    WHERE enabled AND deleted_at IS NULL AND (workspace_id, simulated) >= (c.workspace_id, c.simulated)
      AND (workspace_id, simulated) <= (c.workspace_id, c.simulated)
    ORDER BY workspace_id, simulated LIMIT ${maxWebhooks}::int
  )`;

/**
 * The one place that says what has happened: a statement that makes it happen holds this as one of its parts,
 * `told AS (${tell(...)})`, so that either both are written or neither. `changes` is a query that answers `workspace_id`,
 * `simulated`, `send_id`, `type` (null: there is nothing to tell), `facts` as jsonb, and `occurred_at`. One notice is written
 * for each enabled endpoint of the workspace and mode that asked for the type. Where there is none, one look into an index
 * that holds nothing of the workspace is all that a change costs. Told is what `isNew` lets through, of the change `c` and the
 * endpoint `w`.
 */
export const tell = (changes: Prisma.Sql, isNew: Prisma.Sql = Prisma.sql`true`): Prisma.Sql => Prisma.sql`
  INSERT INTO webhook_notices (id, workspace_id, endpoint_id, type, send_id, facts, occurred_at)
  SELECT ${newIdInSql}, c.workspace_id, w.id, c.type, c.send_id, c.facts, c.occurred_at
  FROM (${changes}) c CROSS JOIN LATERAL ${endpointsOf} w
  WHERE c.type IS NOT NULL AND w.events && ARRAY[c.type, '*'] AND ${isNew}`;

/** Why a send failed, as facts. The same words stand in its row. */
export const failedFacts = (reason: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`jsonb_build_object('failed', jsonb_build_object('reason', left(${reason}, 1000)))`;

/**
 * What is told of sends that have come to a status, `s` being their rows as they are now: `email.failed` with its reason, and
 * of the others the status alone.
 */
export const tellStatus = (rows: Prisma.Sql): Prisma.Sql =>
  tell(Prisma.sql`
    SELECT s.workspace_id, s.simulated, s.id AS send_id,
      CASE s.status WHEN 'Scheduled' THEN 'email.scheduled' WHEN 'Queued' THEN 'email.queued'
        WHEN 'Sent' THEN 'email.sent' WHEN 'Failed' THEN 'email.failed' WHEN 'Canceled' THEN 'email.canceled' END AS type,
      CASE s.status WHEN 'Failed' THEN ${failedFacts(Prisma.sql`coalesce(s.failure_message, '')`)} ELSE '{}' END AS facts,
      now() AS occurred_at
    FROM ${rows} s`);
