import { Prisma } from '../generated/client.ts';
import { unseen } from '../look-up.ts';
import { exactJson } from '../stored-json.ts';

/** The SET list of an update: the columns that have a value, and `updated_at`. Column names are our own words. */
export function assignments(columns: Readonly<Record<string, Prisma.Sql | undefined>>): Prisma.Sql {
  const given = Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [Prisma.sql`${Prisma.raw(column)} = ${value}`],
  );
  return Prisma.join([...given, Prisma.sql`updated_at = now()`], ', ');
}

/** A text column's new value, or undefined to leave the column alone. */
export const textOf = (value: string | null | undefined): Prisma.Sql | undefined =>
  value === undefined ? undefined : Prisma.sql`${value}::text`;

/** A UUID column's new value, or undefined to leave the column alone. */
export const uuidOf = (value: string | null | undefined): Prisma.Sql | undefined =>
  value === undefined ? undefined : Prisma.sql`${value}::uuid`;

/** A json column's new value, kept as it came, or undefined to leave the column alone. */
export const jsonOf = (value: object | null | undefined): Prisma.Sql | undefined =>
  value === undefined ? undefined : Prisma.sql`${value === null ? null : exactJson(value)}::json`;

/** Before and after all ids. */
const firstId = '00000000-0000-0000-0000-000000000000';
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * A page of a workspace's rows of the table or alias `t`, the newest first, after a cursor. The condition and the order
 * are of both columns together, so that only their own index can be read in this order: one of the ids alone would be
 * walked past the rows of all other workspaces. The single comparisons are what that index is partial by; `range` lacks
 * that of the workspace, for an index of some of the rows: the one of all of them cannot be taken for it.
 */
export function newestFirst(
  t: string,
  workspaceId: string,
  { limit, cursor = lastId }: { readonly limit: number; readonly cursor?: string | undefined },
): { readonly where: Prisma.Sql; readonly range: Prisma.Sql; readonly page: Prisma.Sql } {
  const [workspace, id] = [Prisma.raw(`${t}.workspace_id`), Prisma.raw(`${t}.id`)];
  const own = unseen(Prisma.sql`${workspaceId}::uuid`);
  const range = Prisma.sql`${id} <= ${lastId}::uuid
    AND (${workspace}, ${id}) >= (${own}, ${firstId}::uuid) AND (${workspace}, ${id}) < (${own}, ${cursor}::uuid)`;
  return {
    where: Prisma.sql`${workspace} >= ${own} AND ${range}`,
    range,
    page: Prisma.sql`ORDER BY ${workspace} DESC, ${id} DESC LIMIT ${limit + 1}::int`,
  };
}
