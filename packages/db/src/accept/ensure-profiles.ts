import type { KnownProfile, ModeOwner, NewProfile, Wanted } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { unseen } from '../look-up.ts';

/** A known recipient as it is looked up. */
export type ProfileRow = {
  readonly id: string;
  readonly external_id: string | null;
  readonly email: string | null;
  readonly email_key: string | null;
};

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

const orderOf = ({ externalId, emailKey }: NewProfile) => `${externalId ?? ''}\u0001${emailKey}`;

const namesOf = (
  profiles: readonly NewProfile[],
): Pick<Wanted, 'profileIds' | 'externalIds' | 'emailKeys'> => ({
  profileIds: [],
  externalIds: profiles.flatMap(({ externalId }) => externalId ?? []),
  emailKeys: profiles.flatMap(({ externalId, emailKey }) => (externalId === null ? emailKey : [])),
});

/** Finds the profile of each name among those that were found. */
function byName(found: readonly KnownProfile[]): (wanted: NewProfile) => KnownProfile | undefined {
  const byExternalId = firstBy(found, ({ externalId }) => externalId);
  const byEmailKey = firstBy(found, ({ emailKey }) => emailKey);
  return ({ externalId, emailKey }) =>
    externalId === null ? byEmailKey.get(emailKey) : byExternalId.get(externalId);
}

type Ensuring = {
  readonly owner: ModeOwner;
  readonly profiles: readonly NewProfile[];
  /** Those that the owner's mode finds by these names. */
  find(names: ReturnType<typeof namesOf>): Promise<readonly KnownProfile[]>;
};

/**
 * Inserts in sorted order, so that crossing batches cannot deadlock, then reads back whoever won. What a live key names and
 * only a test key had made is not found so: it is taken over.
 */
export async function ensureProfiles(
  sql: Sql,
  { owner: { workspaceId, isSimulated }, profiles, find }: Ensuring,
): Promise<readonly KnownProfile[]> {
  const sorted = profiles.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const records = JSON.stringify(
    sorted.map((p) => ({ id: p.id, external_id: p.externalId, email: p.email, email_key: p.emailKey })),
  );
  const made = await sql.query<ProfileRow>`
    INSERT INTO profiles (id, workspace_id, external_id, email, email_key, simulated)
    SELECT r.id, ${workspaceId}::uuid, r.external_id, r.email, r.email_key, ${isSimulated}::boolean
    FROM jsonb_to_recordset(${records}::jsonb) AS r(id uuid, external_id text, email text, email_key text)
    ON CONFLICT DO NOTHING
    RETURNING id, external_id, email, email_key`;
  const madeIds = new Set(made.map(({ id }) => id));
  const found = [
    ...(await find(namesOf(profiles.filter(({ id }) => !madeIds.has(id))))),
    ...made.map(toProfile),
  ];
  const hidden = profiles.filter((wanted) => byName(found)(wanted) === undefined);
  if (hidden.length > 0) {
    await takeOver(sql, workspaceId, hidden);
    found.push(...(await find(namesOf(hidden))));
  }
  const named = byName(found);
  return profiles.map((wanted) => {
    const profile = named(wanted);
    if (profile === undefined) throw new Error('a profile that was just ensured is not there');
    return profile;
  });
}

/** Makes profiles of a test key those of the live key that says who they are: nothing of what was said before stays. */
async function takeOver(sql: Sql, workspaceId: string, profiles: readonly NewProfile[]): Promise<void> {
  const isTestMade = Prisma.sql`workspace_id = ${workspaceId}::uuid AND simulated`;
  const columns = [
    profiles.map(({ externalId }) => externalId),
    profiles.map(({ email }) => email),
    profiles.map(({ emailKey }) => emailKey),
  ];
  const wanted = Prisma.join(columns.map((values) => unseen(Prisma.sql`${values}::text[]`)));
  await sql.run`
    WITH held AS (
      SELECT p.id, w.email, w.email_key FROM unnest(${wanted}) AS w(external_id, email, email_key) CROSS JOIN LATERAL (
        SELECT id FROM profiles WHERE ${isTestMade} AND external_id = w.external_id
        UNION ALL
        SELECT id FROM profiles
        WHERE ${isTestMade} AND w.external_id IS NULL AND external_id IS NULL AND email_key = w.email_key) p
    ), locked AS MATERIALIZED (
      SELECT id FROM profiles WHERE id = ANY(ARRAY(SELECT id FROM held)) ORDER BY id FOR UPDATE
    )
    UPDATE profiles p SET email = h.email, email_key = h.email_key, attributes = '{}', simulated = false, updated_at = now()
    FROM held h
    WHERE p.id = ANY(ARRAY(SELECT id FROM locked)) AND h.id = p.id AND p.simulated`;
}
