import type { Sql, Statements } from './connection/sql.ts';
import { Prisma, type PrismaClient } from './generated/client.ts';

/*
 * How a hot statement finds its rows: by one key, in the one index that it can use, whatever the planner believes about
 * the tables. A connection keeps the plan of a named statement that was made when they were empty, and statistics may
 * be absent, or of a time when nothing waited.
 *
 * - A row by its key: `FROM wanted w CROSS JOIN LATERAL (SELECT ... FROM t WHERE t.id = w.id OFFSET 0)`. OFFSET 0 keeps
 *   the planner from making a join of it, and conditions outside of it from reaching the table.
 * - Rows to be changed: `WHERE t.id = ANY(ARRAY(SELECT id FROM wanted))`, which is no join either.
 * - A condition on another column says `hides`, or stands outside of OFFSET 0. Else a partial index of that status, or
 *   one that begins with the workspace, could be taken for a short way, and is walked from end to end.
 * - A range of an index is `(a, b, id) >= (...) AND (a, b, id) < (...) ORDER BY a, b, id`, compared as rows, so that it is
 *   read in the order of that index and of no other, with values that are `unseen`, and it is read `inOrder`.
 * - Indexes of lists are partial by what only lists say, for the same reason (see the schema).
 */

/** Compares as `=` does, where neither side is null, and takes no index. */
export const hides = Prisma.sql`IS NOT DISTINCT FROM`;

/** A value that the planner does not estimate by: what it once counted of it may say that there are no such rows. */
export const unseen = (value: Prisma.Sql): Prisma.Sql => Prisma.sql`(SELECT ${value})`;

/**
 * The database's moment as its columns keep it, in milliseconds: what was written as of now is due at once, and not when the
 * half a millisecond has passed by which it was rounded up.
 */
export const thisMoment = Prisma.sql`now()::timestamptz(3)`;

/**
 * The members of a list as a table. How many they are is hidden from the planner: it would find a plan for one key cheaper
 * than that which a named statement has, and make one anew, at more than the cost of the statement, each time.
 */
export const each = (list: Prisma.Sql): Prisma.Sql => Prisma.sql`unnest(${unseen(list)})`;

/** Keeps the planner of a transaction from reading all rows and sorting them, where it believes that there are few. */
export const withoutSort = Prisma.sql`
  SELECT set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true),
         set_config('enable_bitmapscan', 'off', true), set_config('enable_seqscan', 'off', true)`;

/**
 * Runs a statement that wants the first rows of an index, in its order. A setting for one transaction goes through every
 * pooler.
 */
export async function inOrder<Result>(
  prisma: PrismaClient,
  statement: Prisma.PrismaPromise<Result>,
): Promise<Result> {
  const [, result] = await prisma.$transaction([prisma.$executeRaw`${withoutSort}`, statement]);
  return result;
}

/** The same for a statement on the pool. */
export function inOrderOnPool<Result>(pool: Sql, run: (sql: Statements) => Promise<Result>): Promise<Result> {
  return pool.transaction(async (sql) => {
    await sql.run`${withoutSort}`;
    return run(sql);
  });
}
