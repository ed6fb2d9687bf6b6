import type { Sql } from '../connection/sql.ts';
import { isInForce } from '../deliver/consent.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';

/** Which of these addresses, in their compared form, get no mail: those of people who were erased are known by a hash. */
export async function findSuppressed(
  sql: Sql,
  workspaceId: string,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const workspace = Prisma.sql`${workspaceId}::uuid`;
  const standsAs = (key: Prisma.Sql) => Prisma.sql`(
    SELECT x.email_key FROM suppressions x
    WHERE x.workspace_id = ${workspace} AND x.email_key = ${key} AND ${isInForce})`;
  const rows = await sql.query<{ readonly key: string }>`
    /* find_suppressed */
    SELECT found.key FROM (
      SELECT w.key, coalesce(
        ${standsAs(Prisma.sql`w.key`)},
        ${standsAs(hiddenKey(workspace, Prisma.sql`w.key`))}) AS stands
      FROM ${each(Prisma.sql`${keys}::text[]`)} AS w(key) OFFSET 0) found
    WHERE found.stands IS NOT NULL`;
  return new Set(rows.map(({ key }) => key));
}
