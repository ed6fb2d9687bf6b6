import { mailboxOf } from '../confirmed.ts';
import { Prisma } from '../generated/client.ts';
import { withoutSort } from '../look-up.ts';
import { isOver, merged } from '../merged-suppression.ts';
import type { Counts, Person, Tx } from './erase-sends.ts';
import { hiddenKey } from './hidden-key.ts';
import { erasedMark, mentionOf } from './mention.ts';

/**
 * Removes the subscriptions of profiles, and answers how many. Where they receive no mail of a group, that stays, by the hash of
 * the address. What stands when the row goes is kept: somebody may unsubscribe at this moment.
 */
async function eraseSubscriptions(
  tx: Tx,
  { workspaceId, emailKey }: Person,
  profileIds: readonly string[],
): Promise<number> {
  const [erased] = await tx.$queryRaw<{ readonly count: number }[]>`
    WITH gone AS (
      DELETE FROM subscriptions WHERE profile_id = ANY(${[...profileIds]}::uuid[])
      RETURNING group_id, profile_id, subscribed
    ), kept AS (
      INSERT INTO erased_unsubscribes (email_key, group_id)
      SELECT DISTINCT ${hiddenKey(Prisma.sql`${workspaceId}::uuid`, Prisma.sql`a.email_key`)}, g.group_id
      FROM gone g JOIN profiles p ON p.id = g.profile_id
      CROSS JOIN LATERAL (VALUES (p.email_key), (${emailKey}::text)) AS a(email_key)
      WHERE NOT g.subscribed AND a.email_key IS NOT NULL
      ORDER BY 1, 2
      ON CONFLICT DO NOTHING
    )
    SELECT count(*)::int AS count FROM gone`;
  return erased?.count ?? 0;
}

/**
 * Removes the suppression of the address, which stays by its hash, and answers how many there were. What stands when the row goes
 * is kept: somebody may complain at this moment.
 */
async function eraseSuppression(tx: Tx, { workspaceId, emailKey }: Person): Promise<number> {
  const hidden = hiddenKey(Prisma.sql`${workspaceId}::uuid`, Prisma.sql`g.email_key`);
  const [erased] = await tx.$queryRaw<{ readonly count: number }[]>`
    WITH gone AS (
      DELETE FROM suppressions WHERE workspace_id = ${workspaceId}::uuid AND email_key = ${emailKey}::text
      RETURNING workspace_id, email_key, reason, origin, expires_at, created_at
    ), kept AS (
      INSERT INTO suppressions AS x (workspace_id, email_key, email, reason, origin, expires_at, created_at)
      SELECT g.workspace_id, ${hidden}, ${hidden}, g.reason, g.origin, g.expires_at, g.created_at FROM gone g
      WHERE g.expires_at IS NULL OR g.expires_at > now()
      ON CONFLICT (workspace_id, email_key) DO UPDATE SET reason = ${merged.reason}, origin = ${merged.origin},
        expires_at = ${merged.expiresAt}, created_at = CASE WHEN ${isOver} THEN excluded.created_at ELSE x.created_at END
    )
    SELECT count(*)::int AS count FROM gone`;
  return erased?.count ?? 0;
}

/** Removes the person's profiles and what they subscribed to; a suppression stays, by the hash of its address. */
export async function erasePeople(tx: Tx, person: Person): Promise<Counts> {
  const { workspaceId, emailKey, profileIds } = person;
  const rows = await tx.$queryRaw<{ readonly id: string }[]>`
    SELECT id FROM profiles WHERE workspace_id = ${workspaceId}::uuid
      AND (email_key = ${emailKey}::text OR id = ANY(${profileIds}::uuid[])) ORDER BY id FOR UPDATE`;
  const ids = rows.map(({ id }) => id);
  const subscriptions = await eraseSubscriptions(tx, person, ids);
  const profiles = await tx.$executeRaw`DELETE FROM profiles WHERE id = ANY(${ids}::uuid[])`;
  // In the order of whoever records bounces.
  await tx.$executeRaw`
    DELETE FROM soft_bounces WHERE workspace_id = ${workspaceId}::uuid AND email_key = ${emailKey}::text`;
  const suppressions = await eraseSuppression(tx, person);
  return { profiles, subscriptions, suppressions };
}

/**
 * Marks the places where others' profiles and the samples of templates, of those with these ids, name the address, hides external ids
 * that do, and removes such actions. What it confirmed of a profile that has another one by now ends.
 */
export async function eraseMentionsBeside(
  tx: Tx,
  { workspaceId, emailKey }: Person,
  ids: readonly string[],
): Promise<Counts> {
  const mention = mentionOf(emailKey);
  const marked = (column: Prisma.Sql) =>
    Prisma.sql`regexp_replace(${column}::text, ${mention}, ${erasedMark}, 'gi')::json`;
  const profiles = await tx.$executeRaw`
    UPDATE profiles SET attributes = ${marked(Prisma.sql`attributes`)}, updated_at = now(),
      external_id = CASE WHEN external_id ~* ${mention}
        THEN ${hiddenKey(Prisma.sql`${workspaceId}::uuid`, Prisma.sql`external_id`)} ELSE external_id END
    WHERE id = ANY(${ids}::uuid[]) AND workspace_id = ${workspaceId}::uuid
      AND (attributes::text ~* ${mention} OR external_id ~* ${mention})`;
  await tx.$executeRaw`
    UPDATE subscriptions SET subscribed = false, confirmed_by = NULL WHERE profile_id = ANY(${ids}::uuid[])
      AND confirmed_by = ${mailboxOf(Prisma.sql`${workspaceId}::uuid`, Prisma.sql`${emailKey}::text`)}`;
  const samples = await tx.$executeRaw`
    UPDATE templates SET sample_data = ${marked(Prisma.sql`sample_data`)}
    WHERE id = ANY(${ids}::uuid[]) AND workspace_id = ${workspaceId}::uuid AND sample_data::text ~* ${mention}`;
  // One that is under way ends: it was about this person.
  const actions = await tx.$executeRaw`
    DELETE FROM bulk_actions WHERE id = ANY(${ids}::uuid[]) AND workspace_id = ${workspaceId}::uuid
      AND (filter::text ~* ${mention} OR idempotency_key ~* ${mention})`;
  return { mentions: profiles + samples + actions };
}

/** The same in notes of some suppressions, in the order of their addresses; answers the last of them, null where there was none. */
export async function eraseNotes(
  tx: Tx,
  { workspaceId, emailKey }: Person,
  { after, take }: { readonly after: string; readonly take: number },
): Promise<{ readonly counts: Counts; readonly last: string | null }> {
  const mention = mentionOf(emailKey);
  await tx.$executeRaw`${withoutSort}`;
  const [row] = await tx.$queryRaw<{ readonly mentions: number; readonly last: string | null }[]>`
    WITH near AS MATERIALIZED (
      SELECT email_key FROM suppressions WHERE workspace_id = ${workspaceId}::uuid AND email_key > ${after}::text
      ORDER BY email_key LIMIT ${take}::int
    ), marked AS (
      UPDATE suppressions SET note = regexp_replace(note, ${mention}, ${erasedMark}, 'gi')
      WHERE workspace_id = ${workspaceId}::uuid AND email_key = ANY(ARRAY(SELECT email_key FROM near)) AND note ~* ${mention}
      RETURNING email_key
    )
    SELECT (SELECT count(*)::int FROM marked) AS mentions, (SELECT max(email_key) FROM near) AS last`;
  return { counts: { mentions: row?.mentions ?? 0 }, last: row?.last ?? null };
}

/** Marks the places where bodies of mail to others name the address; templates are the workspace's own words. */
export async function eraseBodies(
  tx: Tx,
  { workspaceId, emailKey }: Person,
  ids: readonly string[],
): Promise<Counts> {
  const mention = mentionOf(emailKey);
  const mentions = await tx.$executeRaw`
    UPDATE template_snapshots SET
      html = regexp_replace(html, ${mention}, ${erasedMark}, 'gi'),
      text = regexp_replace(text, ${mention}, ${erasedMark}, 'gi'),
      content_hash = uuid_send(gen_random_uuid())
    WHERE id = ANY(${ids}::uuid[]) AND workspace_id = ${workspaceId}::uuid AND kind = 'literal'
      AND (html ~* ${mention} OR text ~* ${mention})`;
  return { mentions };
}

/** Strikes off what other sends use from the content that goes. */
export async function keepUsedContents(
  tx: Tx,
  { erasureId, workspaceId }: Person,
  ids: readonly string[],
): Promise<void> {
  await tx.$executeRaw`
    WITH used AS (
      SELECT s.snapshot_id, s.attachments FROM email_sends s
      WHERE s.id = ANY(${ids}::uuid[]) AND s.workspace_id = ${workspaceId}::uuid AND s.to_key <> 'erased'
    )
    DELETE FROM erased_contents c WHERE c.erasure_id = ${erasureId}::uuid AND (
      (c.kind = 'body' AND c.value IN (SELECT snapshot_id::text FROM used))
      OR (c.kind = 'file' AND c.value IN (
        SELECT a ->> 'hash' FROM used CROSS JOIN jsonb_array_elements(coalesce(used.attachments, '[]')) AS a)))`;
}

/**
 * Removes some of the content that nobody else uses, and answers whether that was all. A file that a request has asked for since
 * the walk that looked for its users, or shortly before, stays: it may be in use again.
 */
export async function removeContents(
  tx: Tx,
  { erasureId, workspaceId }: Person,
  { settleMs, take }: { readonly settleMs: number; readonly take: number },
): Promise<{ readonly counts: Counts; readonly isAll: boolean }> {
  const contents = await tx.$queryRaw<{ readonly kind: 'body' | 'file'; readonly value: string }[]>`
    DELETE FROM erased_contents c WHERE c.erasure_id = ${erasureId}::uuid AND (c.kind, c.value) IN (
      SELECT kind, value FROM erased_contents WHERE erasure_id = ${erasureId}::uuid
      ORDER BY kind, value LIMIT ${take}::int)
    RETURNING c.kind::text, c.value`;
  const valuesOf = (kind: 'body' | 'file') =>
    contents.flatMap((content) => (content.kind === kind ? [content.value] : []));
  const bodies = await tx.$executeRaw`
    UPDATE template_snapshots SET html = NULL, text = NULL
    WHERE workspace_id = ${workspaceId}::uuid AND kind = 'literal' AND id = ANY(${valuesOf('body')}::uuid[])`;
  const attachments = await tx.$executeRaw`
    DELETE FROM attachments a USING erasures e, unnest(${valuesOf('file')}::text[]) AS c(value)
    WHERE e.id = ${erasureId}::uuid
      AND a.workspace_id = ${workspaceId}::uuid AND a.content_hash = decode(c.value, 'hex')
      AND a.wanted_at < e.uses_since - ${Math.max(0, settleMs - 1_000)} * interval '1 millisecond'`;
  return { counts: { bodies, attachments }, isAll: contents.length < take };
}
