import { openDatabase } from '@postroom/db';
import type { RunningServer } from '@postroom/servers';
import { openDatabaseView, runSql } from '@postroom/testkit';
import type { RunOptions } from '../run-options.ts';
import { startDatabase } from '../stack/start-database.ts';
import { atOnce, groupSize, sendAll } from './send-all.ts';
import { measureSteps, type SteadyReport, type Step, steadyReport } from './steady-report.ts';

const workspaceId = '01890000-0000-7000-8000-00000000000a';
const parts = 5;

const fillSql = ({ from, to, status }: { from: number; to: number; status: 'Sent' | 'Queued' }) => `
  INSERT INTO email_sends (
    id, workspace_id, dialect, lane, status, idempotency_key, fingerprint, snapshot_id, from_email, profile_id, to_email,
    to_key, data, tags, message_id, next_attempt_at, sweep_at)
  SELECT ('0189' || lpad(to_hex(i), 8, '0') || '70008000' || substr(md5(i::text), 1, 12))::uuid, '${workspaceId}',
    'items', 'transactional', '${status}', 'order-' || i, sha256('x'), '${workspaceId}', 'orders@acme.example.com',
    ('0190' || lpad(to_hex(i % 1000), 8, '0') || '70008000' || repeat('0', 12))::uuid, 'reader-' || i || '@example.com',
    'reader-' || i || '@example.com', json_build_object('orderNumber', i, 'firstName', 'Ada', 'total', '42.00'), '{}',
    gen_random_uuid(), now(), now() + interval '1 hour'
  FROM generate_series(${from + 1}, ${to}) AS i`;

const beginSql = `
  INSERT INTO workspaces (id, name) VALUES ('${workspaceId}', 'bench');
  INSERT INTO profiles (id, workspace_id, external_id, email, email_key)
  SELECT ('0190' || lpad(to_hex(i), 8, '0') || '70008000' || repeat('0', 12))::uuid, '${workspaceId}', 'external-' || i,
    'reader-' || i || '@example.com', 'reader-' || i || '@example.com' FROM generate_series(0, 999) AS i`;

type Measured = { readonly postgres: RunningServer; readonly url: string; readonly say: RunOptions['say'] };

/** Sends what waits, in steps, and reads what PostgreSQL used for each. */
async function measure({ postgres, url, say }: Measured, name: string): Promise<readonly Step[]> {
  const view = openDatabaseView(url);
  const database = openDatabase({ url, maxConnections: atOnce });
  try {
    const rows = await view.rows(`SELECT id FROM email_sends WHERE status = 'Queued' ORDER BY id`);
    const ids = rows.map(({ id }) => String(id));
    const work = { postgres, emails: ids.length, parts, name: `${name}, `, say };
    return await measureSteps(work, (from, to) => sendAll(database.sql, ids.slice(from, to)));
  } finally {
    await database.close();
    await view.close();
  }
}

/**
 * Measures PostgreSQL's cost of a claim and its record in a table of many sends whose statistics are of a time when
 * none waited, beside that in a table which holds nothing else.
 */
export async function runBacklog({
  closeStack,
  say: sayAll,
  sends,
  isShort,
}: RunOptions): Promise<SteadyReport> {
  const say = (text: string) => sayAll(`backlog: ${text}`);
  say('starting PostgreSQL');
  const { postgres, url, urlOf } = await startDatabase(closeStack, 'none', ['bare']);
  const waiting = sends / 10;
  const bareUrl = urlOf('bare');
  for (const each of [url, bareUrl]) {
    // Whether autovacuum comes by within the run must not decide what is measured.
    for (const table of ['email_sends', 'send_attempts']) {
      await runSql(each, `ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
    }
    await runSql(each, beginSql);
  }
  await runSql(bareUrl, fillSql({ from: 0, to: waiting, status: 'Queued' }));
  const bare = await measure({ postgres, url: bareUrl, say }, 'nothing else');
  say(`writing ${sends} sends`);
  await runSql(url, fillSql({ from: 0, to: sends, status: 'Sent' }));
  await runSql(url, 'VACUUM ANALYZE email_sends');
  await runSql(url, 'ANALYZE');
  await runSql(url, fillSql({ from: sends, to: sends + waiting, status: 'Queued' }));
  const stored = await measure({ postgres, url, say }, `${sends} stored`);
  const base = {
    title: 'nothing else',
    emails: waiting,
    postgresCpuUs: bare.reduce((sum, { postgresCpuUs }) => sum + postgresCpuUs, 0) / parts,
  };
  return steadyReport(
    {
      command: 'backlog',
      isShort,
      about: `Claims and records of ${waiting} waiting sends, ${groupSize} a statement, ${atOnce} at once.`,
    },
    base,
    stored,
  );
}
