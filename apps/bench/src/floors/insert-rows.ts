import pg from 'pg';
import * as z from 'zod';
import { type Floor, floorInTurn } from './floor.ts';
import { columns, makeRows } from './rows.ts';

const settingsSchema = z.object({ databaseUrl: z.string() });

const names = Object.keys(columns);
const selected = names.map((name) => (name === 'fingerprint' ? "decode(r.fingerprint, 'hex')" : `r.${name}`));
const types = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
/** One INSERT of rows that are given as JSON. */
export const insertStatement = `
  INSERT INTO email_sends (${names.join(', ')}, dialect, status, tags, next_attempt_at, sweep_at)
  SELECT ${selected.join(', ')}, 'items', 'Queued', '{}', now(), now() + interval '2 seconds'
  FROM jsonb_to_recordset($1) AS r(${types.join(', ')})`;

/** One statement per call through `pg` alone, into a table like that of the sends. */
export async function openInsertRows(settings: unknown): Promise<Floor> {
  const { databaseUrl } = settingsSchema.parse(settings);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return floorInTurn(makeRows, (rows) => client.query(insertStatement, [JSON.stringify(rows)]));
}
