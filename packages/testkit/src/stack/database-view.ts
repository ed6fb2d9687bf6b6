import pg from 'pg';
import { ownSession } from '../database.ts';

/** Read access for assertions, beside the processes under test. */
export type DatabaseView = {
  rows(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Sends by status. */
  statuses(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
};

/** Opens a small pool on one database; connections that the server ends are replaced. */
export function openDatabaseView(url: string): DatabaseView {
  const pool = new pg.Pool({ ...ownSession(url), max: 2, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  const rows = async (sql: string, values: readonly unknown[] = []) =>
    (await pool.query(sql, [...values])).rows;
  return {
    rows,
    statuses: async () => {
      const counts = await rows(
        'SELECT status::text, count(*)::int AS count FROM email_sends GROUP BY status',
      );
      return Object.fromEntries(counts.map(({ status, count }) => [String(status), Number(count)]));
    },
    close: () => pool.end(),
  };
}
