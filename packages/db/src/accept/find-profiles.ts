import { maxProfilesPerAddress } from '@postroom/contracts';
import type { KnownProfile, ModeOwner, Wanted } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';

/** What accepting knows of a profile. */
export type ProfileRow = {
  readonly id: string;
  readonly external_id: string | null;
  readonly email: string | null;
  readonly email_key: string | null;
  readonly simulated: boolean;
};

/** What was found, maybe by its id alone: `hasName` says whether a name of its own finds it in the mode that asks. */
export type Found<Row> = Row & { readonly hasName: boolean };

/** Says of an address that it has as many profiles as one may have. */
type FullRow = { readonly id: null; readonly email_key: string };

/** A row as accepting knows it. */
export const toProfile = (row: ProfileRow): KnownProfile => ({
  id: row.id,
  externalId: row.external_id,
  email: row.email,
  emailKey: row.email_key,
});

/** Indexes rows by a key; where several share one, the first stays. */
export function firstBy<Row>(rows: readonly Row[], keyOf: (row: Row) => string | null): Map<string, Row> {
  const map = new Map<string, Row>();
  for (const row of rows) {
    const key = keyOf(row);
    if (key !== null && !map.has(key)) map.set(key, row);
  }
  return map;
}

/** Whether a row has its name for a mode: what a test key made has none for live mail. */
export const isOfMode = (isSimulated: boolean): Prisma.Sql =>
  Prisma.sql`simulated <= ${isSimulated}::boolean`;

/** A row that was found, with what `isOfMode` says of it. */
export const inMode = <Row>(isSimulated: boolean, row: Row, simulated: boolean): Found<Row> => ({
  ...row,
  hasName: isSimulated || !simulated,
});

/**
 * The profiles named, of those that share an address the one to use: without an external id, else the oldest. Beside them the
 * addresses of newcomers that are full; requests at once may go beyond that by what they hold.
 */
export async function findProfiles(
  sql: Sql,
  { workspaceId, isSimulated }: ModeOwner,
  wanted: Pick<Wanted, 'profileIds' | 'externalIds' | 'emailKeys' | 'newcomerKeys'>,
): Promise<{ readonly profiles: readonly Found<KnownProfile>[]; readonly fullKeys: readonly string[] }> {
  const { profileIds, externalIds, emailKeys, newcomerKeys } = wanted;
  if (profileIds.length + externalIds.length + emailKeys.length + newcomerKeys.length === 0) {
    return { profiles: [], fullKeys: [] };
  }
  const isOwn = Prisma.sql`workspace_id = ${workspaceId}::uuid`;
  const found = (keys: Prisma.Sql, which: Prisma.Sql) => Prisma.sql`
  SELECT p.id, p.external_id, p.email, p.email_key, p.simulated FROM ${each(keys)} AS w(key)
  CROSS JOIN LATERAL (SELECT * FROM profiles WHERE ${which}) p WHERE p.${isOwn}`;
  const isNamed = Prisma.sql`${isOwn} AND ${isOfMode(isSimulated)}`;
  // One arm per index that is needed, and one look-up per key.
  const rows = await sql.query<ProfileRow | FullRow>`
  /* find_profiles */
  SELECT * FROM (
    ${found(Prisma.sql`${profileIds}::uuid[]`, Prisma.sql`id = w.key OFFSET 0`)}
    UNION ${found(Prisma.sql`${externalIds}::text[]`, Prisma.sql`${isNamed} AND external_id = w.key OFFSET 0`)}
    UNION ${found(Prisma.sql`${emailKeys}::text[]`, Prisma.sql`${isNamed} AND email_key = w.key ORDER BY (external_id IS NULL) DESC, id LIMIT 1`)}
    UNION ALL SELECT NULL, NULL, NULL, w.key, NULL FROM ${each(Prisma.sql`${newcomerKeys}::text[]`)} AS w(key)
    CROSS JOIN LATERAL (
      SELECT FROM profiles WHERE ${isNamed} AND email_key = w.key OFFSET ${maxProfilesPerAddress - 1}::int LIMIT 1) p
  ) AS found ORDER BY (external_id IS NULL) DESC, id`;
  return {
    profiles: rows.flatMap((row) =>
      row.id === null ? [] : inMode(isSimulated, toProfile(row), row.simulated),
    ),
    fullKeys: rows.flatMap((row) => (row.id === null ? row.email_key : [])),
  };
}
