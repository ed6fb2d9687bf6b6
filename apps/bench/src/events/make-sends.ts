import { openDatabase } from '@postroom/db';
import { openDatabaseView } from '@postroom/testkit';
import { atOnce, sendAll } from '../steady/send-all.ts';

/** A send that SES took, as far as links and events are made of it. */
export type MadeSend = { readonly id: string; readonly email: string; readonly linkSecret: Uint8Array };

const fillSql = `
  WITH made AS (
    INSERT INTO email_sends (
      id, workspace_id, dialect, lane, status, idempotency_key, fingerprint, snapshot_id, from_email, to_email, to_key,
      data, tags, message_id, next_attempt_at, sweep_at)
    SELECT overlay(replace(gen_random_uuid()::text, '-', '')
      PLACING lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint), 12, '0') FROM 1 FOR 12)::uuid,
      w.id, 'items', 'transactional', 'Queued', gen_random_uuid()::text, sha256('x'), w.id,
      'orders@acme.example.com', email, email,
      json_build_object('orderNumber', i, 'firstName', 'Ada', 'total', '42.00'), '{}', gen_random_uuid(), now(),
      now() + interval '1 hour'
    FROM workspaces w CROSS JOIN generate_series(1, $1::int) AS i
    CROSS JOIN LATERAL (SELECT 'reader-' || i || '@recipients.example.com' AS email) e
    RETURNING id, to_email, workspace_id
  )
  SELECT made.id, made.to_email AS email, w.link_secret AS "linkSecret"
  FROM made JOIN workspaces w ON w.id = made.workspace_id`;

/** Writes sends of the one workspace, claims and records them as workers do, so that their rows have been through it. */
export async function makeSends(databaseUrl: string, count: number): Promise<readonly MadeSend[]> {
  const view = openDatabaseView(databaseUrl);
  const database = openDatabase({ url: databaseUrl, maxConnections: atOnce });
  try {
    const sends = await view.rows<MadeSend>(fillSql, [count]);
    await sendAll(
      database.sql,
      sends.map(({ id }) => id),
    );
    return sends;
  } finally {
    await database.close();
    await view.close();
  }
}
