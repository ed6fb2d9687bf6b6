import type { KnownProfile, ModeOwner, NewProfile } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { unseen } from '../look-up.ts';
import { findProfiles, firstBy, type ProfileRow, toProfile } from './find-profiles.ts';

const orderOf = ({ externalId, emailKey }: NewProfile) => `${externalId ?? ''}\u0001${emailKey}`;

const namesOf = (profiles: readonly NewProfile[]) => ({
  profileIds: [],
  newcomerKeys: [],
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

/**
 * Inserts in sorted order, so that crossing batches cannot deadlock, then reads back whoever won. What a live key names and
 * only a test key had made is not found so: it is taken over.
 */
export async function ensureProfiles(
  sql: Sql,
  owner: ModeOwner,
  profiles: readonly NewProfile[],
): Promise<readonly KnownProfile[]> {
  const { workspaceId, isSimulated } = owner;
  const find = async (some: readonly NewProfile[]) =>
    (await findProfiles(sql, owner, namesOf(some))).profiles;
  const sorted = profiles.toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  const records = JSON.stringify(
    sorted.map((p) => ({ id: p.id, external_id: p.externalId, email: p.email, email_key: p.emailKey })),
  );
  const made = await sql.query<ProfileRow>`
    INSERT INTO profiles (id, workspace_id, external_id, email, email_key, simulated)
    SELECT r.id, ${workspaceId}::uuid, r.external_id, r.email, r.email_key, ${isSimulated}::boolean
    FROM jsonb_to_recordset(${records}::jsonb) AS r(id uuid, external_id text, email text, email_key text)
    ON CONFLICT DO NOTHING
    RETURNING id, external_id, email, email_key, simulated`;
  const madeIds = new Set(made.map(({ id }) => id));
  const found = [...(await find(profiles.filter(({ id }) => !madeIds.has(id)))), ...made.map(toProfile)];
  let named = byName(found);
  const hidden = profiles.filter((wanted) => named(wanted) === undefined);
  if (hidden.length > 0) {
    await takeOver(sql, workspaceId, hidden);
    named = byName([...found, ...(await find(hidden))]);
  }
  return profiles.map((wanted) => {
    const profile = named(wanted);
    if (profile === undefined) throw new Error('a profile that was just ensured is not there');
    return profile;
  });
}

/**
 * Deletes what was said for profiles that `written` gives another address, by a part of the statement that writes them. For
 * the same one it stays: a no of its holder is no test key's word.
 */
export const forgetSaid = (written: Prisma.Sql): Prisma.Sql => Prisma.sql`
  DELETE FROM subscriptions WHERE profile_id = ANY(ARRAY(
    SELECT w.id FROM ${written} w CROSS JOIN LATERAL (SELECT email_key FROM profiles WHERE id = w.id OFFSET 0) b
    WHERE b.email_key IS DISTINCT FROM w.email_key))`;

/** Makes profiles of a test key those of the live key that says who they are; attributes go, and what another address said. */
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
      SELECT id FROM profiles WHERE id = ANY(ARRAY(SELECT id FROM held)) ORDER BY id FOR NO KEY UPDATE
    ), taken AS (
      UPDATE profiles p SET email = h.email, email_key = h.email_key, attributes = '{}', simulated = false, updated_at = now()
      FROM held h
      WHERE p.id = ANY(ARRAY(SELECT id FROM locked)) AND h.id = p.id AND p.simulated
      RETURNING p.id, p.email_key
    )
    ${forgetSaid(Prisma.sql`taken`)}`;
}
