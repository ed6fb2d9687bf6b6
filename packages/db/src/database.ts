import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';

/** Prisma on PostgreSQL, and how to end it. */
export type Database = {
  readonly prisma: PrismaClient;
  /** Whether PostgreSQL answers within the time given. Never rejects. */
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
};

/**
 * The name under which a connection keeps a statement prepared. Only those of the hot path have one, as a comment
 * in front of a text that never varies: planning them costs more than running them.
 */
function statementNameOf({ sql }: { readonly sql: string }): string {
  return /^\s*\/\* (\w+) \*\//.exec(sql)?.[1] ?? '';
}

/**
 * Opens a pool of at most `maxConnections` connections. No statement may run, or wait for a lock, longer
 * than `statementTimeoutMs`, so that a stuck table gives errors and no pile-up.
 */
export function openDatabase(options: {
  readonly url: string;
  readonly maxConnections: number;
  readonly statementTimeoutMs?: number;
  readonly onPoolError?: (error: Error) => void;
}): Database {
  const { statementTimeoutMs = 10_000 } = options;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.maxConnections,
    connectionTimeoutMillis: 3_000,
    statement_timeout: statementTimeoutMs,
    // The server's own limit is no help when the network swallows the answer.
    query_timeout: statementTimeoutMs + 1_000,
    keepAlive: true,
    // Compiling a statement takes longer than any of ours may run: the planner takes many look-ups for much work.
    options: '-c jit=off',
  });
  // An idle connection that the server ends must not end the process.
  pool.on('error', (error) => options.onPoolError?.(error));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { statementNameGenerator: statementNameOf }),
    errorFormat: 'minimal',
  });
  return {
    prisma,
    isReachable: async () => {
      try {
        await pool.query('SELECT 1');
        return true;
      } catch {
        return false;
      }
    },
    close: async () => {
      await prisma.$disconnect();
      if (!pool.ended) await pool.end();
    },
  };
}
