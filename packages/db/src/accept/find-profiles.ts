import { maxProfilesPerAddress } from '@postroom/contracts';
import type { KnownProfile, Wanted } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';

/** What accepting knows of a profile. */
export type ProfileRow = {
  readonly id: string;
  readonly external_id: string | null;
  readonly email: string | null;
  readonly email_key: string | null;
};

/** Says of an address that it has as many profiles as one may have. */
type FullRow = { readonly id: null; readonly email_key: string };

/** A row as accepting knows it. */
export const toProfile = (row: ProfileRow): KnownProfile => ({
  id: row.id,
  externalId: row.external_id,
  email: row.email,
  emailKey: row.email_key,
});

/**
 * The profiles named, of those that share an address the one to use: without an external id, else the oldest. Beside them the
 * addresses of newcomers that are full; requests at once may go beyond that by what they hold.
 */
export async function findProfiles(
  sql: Sql,
  workspaceId: string,
  wanted: Pick<Wanted, 'profileIds' | 'externalIds' | 'emailKeys' | 'newcomerKeys'>,
): Promise<{ readonly profiles: readonly KnownProfile[]; readonly fullKeys: readonly string[] }> {
  const { profileIds, externalIds, emailKeys, newcomerKeys } = wanted;
  if (profileIds.length + externalIds.length + emailKeys.length + newcomerKeys.length === 0) {
    return { profiles: [], fullKeys: [] };
  }
  const isOwn = Prisma.sql`workspace_id = ${workspaceId}::uuid`;
  const found = (keys: Prisma.Sql, which: Prisma.Sql) => Prisma.sql`
  SELECT p.id, p.external_id, p.email, p.email_key FROM ${each(keys)} AS w(key)
  CROSS JOIN LATERAL (SELECT * FROM profiles WHERE ${which}) p WHERE p.${isOwn}`;
  const byKey = Prisma.sql`${isOwn} AND email_key = w.key`;
  // One arm per index that is needed, and one look-up per key.
  const rows = await sql.query<ProfileRow | FullRow>`
  /* find_profiles */
  SELECT * FROM (
    ${found(Prisma.sql`${profileIds}::uuid[]`, Prisma.sql`id = w.key OFFSET 0`)}
    UNION ${found(Prisma.sql`${externalIds}::text[]`, Prisma.sql`${isOwn} AND external_id = w.key OFFSET 0`)}
    UNION ${found(Prisma.sql`${emailKeys}::text[]`, Prisma.sql`${byKey} ORDER BY (external_id IS NULL) DESC, id LIMIT 1`)}
    UNION ALL SELECT NULL, NULL, NULL, w.key FROM ${each(Prisma.sql`${newcomerKeys}::text[]`)} AS w(key)
    CROSS JOIN LATERAL (SELECT FROM profiles WHERE ${byKey} OFFSET ${maxProfilesPerAddress - 1}::int LIMIT 1) p
  ) AS found ORDER BY (external_id IS NULL) DESC, id`;
  return {
    profiles: rows.flatMap((row) => (row.id === null ? [] : toProfile(row))),
    fullKeys: rows.flatMap((row) => (row.id === null ? row.email_key : [])),
  };
}
