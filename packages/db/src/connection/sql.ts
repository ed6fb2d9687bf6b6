import type pg from 'pg';
import { Prisma } from '../generated/client.ts';
import { withReason } from './database-error.ts';

/** Runs statements, written as Prisma's raw calls take them, and answers what those would. */
export type Statements = {
  /** The rows that a statement answers. */
  query<Row>(strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<Row[]>;
  /** How many rows a statement changed. */
  run(strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<number>;
};

/**
 * Where hot statements go: to the pool that Prisma's adapter uses, without what Prisma does for each raw call, which costs
 * more than a tenth of them (ADR 3).
 */
export type Sql = Statements & {
  /** Runs statements one after another in a transaction, which is undone if `work` rejects. */
  transaction<Result>(work: (sql: Statements) => Promise<Result>): Promise<Result>;
};

/** A pool, and under which name a connection of it keeps a statement prepared: '' for none. */
export type NamingPool = {
  readonly pool: pg.Pool;
  nameOf(statement: { readonly sql: string }): string;
};

/** Moments as ISO text with a `Z`: the driver would write them in this process's zone, with an offset to the minute. */
function written(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return Array.isArray(value) ? value.map(written) : value;
}

type Connection = Pick<pg.ClientBase, 'query'>;

function statementsOn(
  open: () => Promise<Pick<NamingPool, 'nameOf'> & { readonly on: Connection }>,
): Statements {
  const send = async <Row>(strings: TemplateStringsArray, values: readonly unknown[]) => {
    const { text, values: flat } = Prisma.sql(strings, ...values);
    try {
      const { on, nameOf } = await open();
      const name = nameOf({ sql: text });
      return await on.query<Row & pg.QueryResultRow>({ name, text, values: flat.map(written) });
    } catch (error) {
      throw withReason(error);
    }
  };
  return {
    query: async <Row>(strings: TemplateStringsArray, ...values: readonly unknown[]) =>
      (await send<Row>(strings, values)).rows,
    run: async (strings, ...values) => (await send(strings, values)).rowCount ?? 0,
  };
}

/** A transaction that fails ends with its connection, as a statement that fails does on a pool of this driver. */
async function inTransaction<Result>(
  { pool, nameOf }: NamingPool,
  work: (sql: Statements) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  let isCommitted = false;
  try {
    await client.query('BEGIN');
    const result = await work(statementsOn(async () => ({ on: client, nameOf })));
    await client.query('COMMIT');
    isCommitted = true;
    return result;
  } finally {
    client.release(!isCommitted);
  }
}

/** Statements on a pool that is opened by whoever needs it first. */
export function createSql(open: () => Promise<NamingPool>): Sql {
  const statements = statementsOn(async () => {
    const { pool, nameOf } = await open();
    return { on: pool, nameOf };
  });
  return {
    ...statements,
    transaction: async (work) => {
      try {
        return await inTransaction(await open(), work);
      } catch (error) {
        throw withReason(error);
      }
    },
  };
}
