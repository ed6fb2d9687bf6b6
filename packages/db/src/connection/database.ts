import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../generated/client.ts';
import { type DatabaseTarget, type Pooler, parseDatabaseUrl } from './database-url.ts';
import { findSession, type Session, type SessionSearch } from './find-session.ts';
import { withMoments } from './moments.ts';
import { resultTypes } from './result-types.ts';
import { createSql, type NamingPool, type Sql } from './sql.ts';

/** Prisma on PostgreSQL, and how to end it. */
export type Database = {
  readonly prisma: PrismaClient;
  /** Hot statements, on the same pool. */
  readonly sql: Sql;
  /** How many connections the pool has at most. */
  readonly maxConnections: number;
  /**
   * Connects once, so that what is wrong with the database is told at the start: rejects with `UnfitDatabaseError` when
   * it answers and cannot be used, and with the driver's error when it does not answer. Every statement does the same.
   */
  connect(): Promise<{ readonly isTransactionPooled: boolean; readonly schema: string }>;
  /** Why nothing can be written: PostgreSQL does not answer within the time given, or can only be read; null: it can. Never rejects. */
  trouble(): Promise<'unreachable' | 'read_only' | null>;
  close(): Promise<void>;
};

/** How a database is opened. */
export type DatabaseOptions = {
  /** As libpq, node-postgres and Prisma write it. Its `connection_limit` takes the place of `maxConnections`. */
  readonly url: string;
  readonly maxConnections: number;
  readonly statementTimeoutMs?: number;
  /** What stands before PostgreSQL; found out unless told. */
  readonly pooler?: Pooler;
  /** Whether a schema that is not there yet is no fault, since nothing but its tables is asked for. */
  readonly isSchemaOptional?: boolean;
  readonly onPoolError?: (error: Error) => void;
};

type Opened = NamingPool & { readonly session: Session };

/**
 * The name under which a connection keeps a statement prepared. Only those of the hot path have one, as a comment
 * in front of a text that never varies: planning them costs more than running them.
 */
function statementNameOf({ sql }: { readonly sql: string }): string {
  return /^\s*\/\* (\w+) \*\//.exec(sql)?.[1] ?? '';
}

const defaultStatementTimeoutMs = 10_000;

function searchOf(target: DatabaseTarget, options: Omit<DatabaseOptions, 'maxConnections'>): SessionSearch {
  const {
    statementTimeoutMs = defaultStatementTimeoutMs,
    pooler = 'auto',
    isSchemaOptional: makesSchema = false,
  } = options;
  return {
    target,
    pooler: target.pooler ?? pooler,
    statementTimeoutMs,
    connectTimeoutMs: 3_000,
    makesSchema,
  };
}

/**
 * Connects once, as `Database.connect` does, and rejects as it does; a schema that is not there yet is no fault here,
 * since `migrate` makes it.
 */
export async function probeDatabase(options: Pick<DatabaseOptions, 'url' | 'pooler'>): Promise<void> {
  await findSession(searchOf(parseDatabaseUrl(options.url), { ...options, isSchemaOptional: true }));
}

async function openPool(target: DatabaseTarget, options: DatabaseOptions, max: number): Promise<Opened> {
  const session = await findSession(searchOf(target, options));
  const pool = new pg.Pool({ ...session.config, max, types: resultTypes });
  // An idle connection that the server ends must not end the process.
  pool.on('error', (error) => options.onPoolError?.(error));
  // Nor must one that is in hand, be it ended in the same breath in which it was ready: its next statement tells of it.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  // A name would be kept by one of the pooler's connections and asked for on another.
  const nameOf = session.isTransactionPooled ? () => '' : statementNameOf;
  return { pool, nameOf, session };
}

/** The same promise for whoever asks meanwhile or later, unless it was rejected: then the next one tries again. */
function once<T>(start: () => Promise<T>): { get(): Promise<T>; started(): Promise<T> | undefined } {
  let promise: Promise<T> | undefined;
  const get = () => {
    promise ??= start().catch((error: unknown) => {
      promise = undefined;
      throw error;
    });
    return promise;
  };
  return { get, started: () => promise };
}

/**
 * Opens a pool of at most `maxConnections` connections when the first statement comes. No statement may run, or wait
 * for a lock, longer than `statementTimeoutMs` (10 s), so that a stuck table gives errors and no pile-up; through a
 * transaction pooler only this side keeps to it. Throws `UnfitDatabaseError` for a URL that cannot be used.
 */
export function openDatabase(options: DatabaseOptions): Database {
  const target = parseDatabaseUrl(options.url);
  const maxConnections = target.connectionLimit ?? options.maxConnections;
  const opening = once(() => openPool(target, options, maxConnections));
  const prisma = new PrismaClient({
    adapter: {
      provider: 'postgres',
      adapterName: '@prisma/adapter-pg',
      connect: async () => {
        const { pool, nameOf: statementNameGenerator, session } = await opening.get();
        const { schema } = session;
        return withMoments(await new PrismaPg(pool, { schema, statementNameGenerator }).connect());
      },
    },
    errorFormat: 'minimal',
    // Prisma's own limit, 2 s, is less than the first connection through a pooler may take on a busy machine.
    transactionOptions: { maxWait: options.statementTimeoutMs ?? defaultStatementTimeoutMs },
  });
  return {
    prisma,
    sql: createSql(() => opening.get()),
    maxConnections,
    connect: async () => (await opening.get()).session,
    trouble: async () => {
      try {
        const { pool } = await opening.get();
        const { rows } = await pool.query<{ readonly setting: string }>(
          `SELECT current_setting('transaction_read_only') AS setting`,
        );
        return rows[0]?.setting === 'on' ? 'read_only' : null;
      } catch {
        return 'unreachable';
      }
    },
    close: async () => {
      await prisma.$disconnect();
      const opened = await opening.started()?.catch(() => undefined);
      if (opened !== undefined && !opened.pool.ended) await opened.pool.end();
    },
  };
}
