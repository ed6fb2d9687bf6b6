import pg from 'pg';
import { ownSession } from '../database.ts';
import { eventually } from '../eventually.ts';

/** Read access for assertions, beside the processes under test. */
export type DatabaseView = {
  /** Its columns are named and typed as the statement has them. */
  rows<Row extends pg.QueryResultRow = Readonly<Record<string, unknown>>>(
    sql: string,
    values?: readonly unknown[],
  ): Promise<readonly Row[]>;
  /** The number that a statement answers in its only column. */
  count(sql: string, values?: readonly unknown[]): Promise<number>;
  /** Sends by status. */
  statuses(): Promise<Readonly<Record<string, number>>>;
  /** Takes away every row but keys and their workspaces, which the processes under test may know. */
  empty(): Promise<void>;
  close(): Promise<void>;
};

const emptyTables = `DO $$ BEGIN EXECUTE (
  SELECT 'TRUNCATE ' || string_agg(format('%I', tablename), ', ') FROM pg_tables
  WHERE schemaname = current_schema()
    AND tablename NOT IN ('_prisma_migrations', 'workspaces', 'api_keys'));
END $$`;

/** Opens a small pool on one database; connections that the server ends are replaced. */
export function openDatabaseView(url: string): DatabaseView {
  const pool = new pg.Pool({ ...ownSession(url), max: 2, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  const rows = async <Row extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
    (await pool.query<Row>(sql, [...values])).rows;
  return {
    rows,
    count: async (sql, values) => {
      const [row = {}] = await rows(sql, values);
      return Number(Object.values(row)[0]);
    },
    statuses: async () => {
      const counts = await rows(
        'SELECT status::text, count(*)::int AS count FROM email_sends GROUP BY status',
      );
      return Object.fromEntries(counts.map(({ status, count }) => [String(status), Number(count)]));
    },
    // Again where a request that is not over yet has locked the tables in another order.
    empty: async () => void (await eventually(() => rows(emptyTables), { what: 'Emptying the tables' })),
    close: () => pool.end(),
  };
}
