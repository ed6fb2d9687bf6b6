import type { SuppressionReason } from '@postroom/contracts';
import type { Sql } from '../connection/sql.ts';
import { isInForce } from '../deliver/consent.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';

/** Which of these addresses, in their compared form, get no mail, and why: those of people who were erased are known by a hash. */
export async function findSuppressed(
  sql: Sql,
  workspaceId: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, SuppressionReason>> {
  const workspace = Prisma.sql`${workspaceId}::uuid`;
  const standsAs = (key: Prisma.Sql) => Prisma.sql`(
    SELECT x.reason FROM suppressions x
    WHERE x.workspace_id = ${workspace} AND x.email_key = ${key} AND ${isInForce})`;
  const rows = await sql.query<{ readonly key: string; readonly reason: SuppressionReason }>`
    /* find_suppressed */
    SELECT found.key, found.reason FROM (
      SELECT w.key, coalesce(
        ${standsAs(Prisma.sql`w.key`)},
        ${standsAs(hiddenKey(workspace, Prisma.sql`w.key`))}) AS reason
      FROM ${each(Prisma.sql`${keys}::text[]`)} AS w(key) OFFSET 0) found
    WHERE found.reason IS NOT NULL`;
  return new Map(rows.map(({ key, reason }) => [key, reason]));
}
