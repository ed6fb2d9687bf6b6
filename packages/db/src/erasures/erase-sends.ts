import { erasedEmail } from '@postroom/core';
import { changedAt } from '../changed-at.ts';
import { keptDetail } from '../deliver/kept-detail.ts';
import { type FacetRow, facetRowsOf, facetsOf, removeFacets } from '../facets.ts';
import { Prisma } from '../generated/client.ts';
import { lowered } from '../lowered.ts';
import { hiddenKey } from './hidden-key.ts';
import { erasedKey, erasedMark, mentionOf } from './mention.ts';

/** The part of a transaction that a piece of an erasure needs. */
export type Tx = Prisma.TransactionClient;

/** Who is erased, of which workspace. */
export type Person = {
  readonly erasureId: string;
  readonly workspaceId: string;
  readonly emailKey: string | null;
  readonly profileIds: readonly string[];
};

/** What a piece of an erasure did, by kind. */
export type Counts = Readonly<Record<string, number>>;

type Found = {
  readonly id: string;
  readonly status: string;
  readonly simulated: boolean;
  readonly is_recipient: boolean;
  readonly snapshot_id: string;
  readonly hashes: readonly string[];
  readonly found_by: readonly string[];
  readonly named_tags: readonly string[];
  readonly kept_tags: readonly string[];
};

const marked = (column: Prisma.Sql, mention: Prisma.Sql) =>
  Prisma.sql`regexp_replace(${column}, ${mention}, ${erasedMark}, 'gi')`;

const markedJson = (column: Prisma.Sql, mention: Prisma.Sql) =>
  Prisma.sql`${marked(Prisma.sql`${column}::text`, mention)}::jsonb`;

/** Everything of the send `s` that a client may have written an address into. */
const said = Prisma.sql`concat_ws(' ', s.to_others, s.cc, s.bcc, s.data, s.headers, s.attachments, s.tags::text,
  s.idempotency_key, s.subject, s.rendered_subject, s.reply_to_email, s.failure_message)`;

/** Locks those of the sends that have to do with the person, so that no worker claims one that is looked at. */
async function lockFound(tx: Tx, person: Person, ids: readonly string[]): Promise<readonly Found[]> {
  const { workspaceId, emailKey, profileIds } = person;
  const mention = mentionOf(emailKey);
  return tx.$queryRaw<Found[]>`
    SELECT s.id, s.status::text, s.simulated, (s.to_key = ${emailKey}::text OR s.profile_id = ANY(${profileIds}::uuid[])) IS TRUE
        AS is_recipient, s.snapshot_id,
      ARRAY(SELECT a ->> 'hash' FROM jsonb_array_elements(coalesce(s.attachments, '[]')) AS a) AS hashes,
      ARRAY(SELECT s.to_key UNION SELECT ${lowered(Prisma.sql`m ->> 'email'`)} FROM jsonb_array_elements(coalesce(s.to_others, '[]')) AS m)
        AS found_by,
      ARRAY(SELECT t FROM unnest(s.tags) AS t WHERE t ~* ${mention}) AS named_tags,
      ARRAY(SELECT t FROM unnest(s.tags) AS t WHERE t !~* ${mention}) AS kept_tags
    FROM email_sends s
    WHERE s.id = ANY(${ids}::uuid[]) AND s.workspace_id = ${workspaceId}::uuid
      AND (s.to_key = ${emailKey}::text OR s.profile_id = ANY(${profileIds}::uuid[]) OR ${said} ~* ${mention})
    ORDER BY s.id FOR UPDATE OF s`;
}

/**
 * What is set for every erased send `s` alike: it keeps its reply address, tags and key where they do not name the person.
 */
function withoutMention({ workspaceId, emailKey }: Person): Prisma.Sql {
  const mention = mentionOf(emailKey);
  const hidden = hiddenKey(Prisma.sql`${workspaceId}::uuid`, Prisma.sql`s.idempotency_key`);
  return Prisma.sql`
    reply_to_name = CASE WHEN s.reply_to_email !~* ${mention} THEN s.reply_to_name END,
    reply_to_email = CASE WHEN s.reply_to_email !~* ${mention} THEN s.reply_to_email END,
    tags = ARRAY(SELECT t FROM unnest(s.tags) AS t WHERE t !~* ${mention}),
    idempotency_key = CASE WHEN s.idempotency_key ~* ${mention} THEN ${hidden} ELSE s.idempotency_key END,
    erased_at = now(), updated_at = ${changedAt}`;
}

const nobody = JSON.stringify({ email: erasedEmail, name: null });

/**
 * A list of further recipients of the send `s` without `who`, of its members `m`. A list that is emptied is not NULL: it has
 * had some. Once a worker has had the send, what happened to it tells of places: they stay, and nobody is at those.
 */
const leaving = (list: Prisma.Sql, who: Prisma.Sql) => Prisma.sql`
  CASE WHEN ${list} IS NOT NULL THEN (
    SELECT coalesce(jsonb_agg(CASE WHEN ${who} THEN ${nobody}::jsonb ELSE m.value END ORDER BY m.ordinality)
      FILTER (WHERE s.attempts > 0 OR NOT ${who}), '[]')
    FROM jsonb_array_elements(${list}) WITH ORDINALITY AS m) END`;

/** What is set of all lists of further recipients. */
const leftWithout = (who: Prisma.Sql) => Prisma.sql`
  to_others = ${leaving(Prisma.sql`s.to_others`, who)}, cc = ${leaving(Prisma.sql`s.cc`, who)},
  bcc = ${leaving(Prisma.sql`s.bcc`, who)}`;

/** Whether the member `m` of a list has the address. */
const has = (emailKey: string | null) =>
  Prisma.sql`(${lowered(Prisma.sql`m.value ->> 'email'`)} IS NOT DISTINCT FROM ${emailKey}::text)`;

/** Whether the message of the send `s` went without its primary recipient: the link to leave that it has is that of another, and leads to them. */
const hasLinkOfOther = Prisma.sql`(s.subscription_group_id IS NOT NULL AND EXISTS (
  SELECT FROM send_attempts a WHERE a.send_id = s.id AND a.dropped @> '[{"recipient": "to"}]'))`;

/** Ends what waits, and takes all that the sends said of their recipient. */
async function eraseRecipients(tx: Tx, person: Person, ids: readonly string[]): Promise<void> {
  const isTo = Prisma.sql`${lowered(Prisma.sql`m.value ->> 'email'`)} = s.to_key`;
  const who = Prisma.sql`(NOT ${hasLinkOfOther} OR ${has(person.emailKey)} OR ${isTo})`;
  await tx.$executeRaw`
    UPDATE email_sends s SET
      status = CASE WHEN s.status IN ('Scheduled', 'Queued') THEN 'Canceled' ELSE s.status END,
      failure_message = CASE WHEN s.failure_message IS NOT NULL OR s.status IN ('Scheduled', 'Queued')
        THEN 'The recipient was erased.' END,
      to_email = ${erasedEmail}, to_key = ${erasedKey}, to_name = NULL, ${leftWithout(who)},
      data = NULL, headers = NULL, attachments = NULL, subject = NULL, rendered_subject = NULL, profile_id = NULL,
      ${withoutMention(person)}
    WHERE s.id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`
    UPDATE send_attempts SET error_message = NULL WHERE send_id = ANY(${ids}::uuid[]) AND error_message IS NOT NULL`;
}

/** The attachments of the send `s`, of which a message that came in MIME form shows the person no more, name and all. */
const shownWithout = (emailKey: string | null) => Prisma.sql`(
  SELECT jsonb_agg(CASE WHEN a.value ? 'mime' THEN jsonb_set(a.value, '{mime}', (
      SELECT jsonb_object_agg(shown.key, (
        SELECT coalesce(jsonb_agg(m), '[]') FROM jsonb_array_elements(shown.value) AS m
        WHERE ${lowered(Prisma.sql`m ->> 'email'`)} IS DISTINCT FROM ${emailKey}::text))
      FROM jsonb_each(a.value -> 'mime') AS shown)) ELSE a.value END ORDER BY a.ordinality)
  FROM jsonb_array_elements(s.attachments) WITH ORDINALITY AS a)`;

/** Takes the person off sends to others: from their copies, and from what they say. */
async function eraseMentions(tx: Tx, person: Person, ids: readonly string[]): Promise<void> {
  const { emailKey } = person;
  const mention = mentionOf(emailKey);
  await tx.$executeRaw`
    UPDATE email_sends s SET
      data = ${marked(Prisma.sql`s.data::text`, mention)}::json, headers = ${markedJson(Prisma.sql`s.headers`, mention)},
      attachments = ${markedJson(shownWithout(emailKey), mention)},
      subject = ${marked(Prisma.sql`s.subject`, mention)},
      rendered_subject = ${marked(Prisma.sql`s.rendered_subject`, mention)},
      failure_message = ${marked(Prisma.sql`s.failure_message`, mention)},
      ${leftWithout(has(emailKey))}, ${withoutMention(person)}
    WHERE s.id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`
    UPDATE send_attempts SET error_message = ${marked(Prisma.sql`error_message`, mention)}
    WHERE send_id = ANY(${ids}::uuid[]) AND error_message ~* ${mention}`;
}

/** What the send is found by no more; a name stays that another of its tags has. */
function lostFacets(
  { workspaceId, emailKey }: Person,
  { id, simulated, is_recipient: isRecipient, found_by, named_tags, kept_tags }: Found,
): readonly FacetRow[] {
  const emails = found_by.filter((key) => isRecipient || key === emailKey);
  const kept = new Set(facetsOf({ emails: [], tags: kept_tags }).map(String));
  const lost = facetsOf({ emails, tags: named_tags }).filter((facet) => !kept.has(String(facet)));
  return facetRowsOf({ id, workspace_id: workspaceId, simulated }, lost);
}

/** Takes away what sends can be found by that names the person, or anybody whom it was sent to beside them. */
const eraseFacets = (tx: Tx, person: Person, found: readonly Found[]): Promise<number> =>
  removeFacets(
    tx,
    found.flatMap((send) => lostFacets(person, send)),
  );

/** Notes the content of erased sends; bodies get another hash, so that no new send comes to share what may go. */
async function noteContents(tx: Tx, { erasureId }: Person, found: readonly Found[]): Promise<void> {
  const snapshotIds = [...new Set(found.map(({ snapshot_id }) => snapshot_id))];
  await tx.$executeRaw`
    WITH body AS (
      UPDATE template_snapshots SET content_hash = uuid_send(gen_random_uuid())
      WHERE id = ANY(${snapshotIds}::uuid[]) AND kind = 'literal' RETURNING id
    )
    INSERT INTO erased_contents (erasure_id, kind, value)
    SELECT ${erasureId}::uuid, 'body'::"ErasedContentKind", id::text FROM body
    UNION ALL
    SELECT ${erasureId}::uuid, 'file', h FROM unnest(${found.flatMap(({ hashes }) => hashes)}::text[]) AS h GROUP BY h
    ON CONFLICT DO NOTHING`;
}

/** Removes what webhooks were told, or are to be told, of sends, with what was posted and what was answered. */
async function eraseNoticesOfSends(tx: Tx, sendIds: readonly string[]): Promise<number> {
  return tx.$executeRaw`DELETE FROM webhook_notices WHERE send_id = ANY(${[...sendIds]}::uuid[])`;
}

/**
 * Erases the person from those of the sends that have to do with them, and answers what was done and which ones a worker
 * has in hand: those are left as they are. Done twice, it does nothing the second time.
 */
export async function eraseFromSends(
  tx: Tx,
  person: Person,
  ids: readonly string[],
): Promise<{ readonly counts: Counts; readonly inHand: readonly string[] }> {
  const all = await lockFound(tx, person, ids);
  const found = all.filter(({ status }) => status !== 'Processing');
  const inHand = all.filter(({ status }) => status === 'Processing').map(({ id }) => id);
  if (found.length === 0) return { counts: {}, inHand };
  const recipients = found.filter((send) => send.is_recipient);
  const others = found.filter((send) => !send.is_recipient);
  const idsOf = (sends: readonly Found[]) => sends.map(({ id }) => id);
  await eraseFacets(tx, person, found);
  await noteContents(tx, person, recipients);
  await eraseRecipients(tx, person, idsOf(recipients));
  await eraseMentions(tx, person, idsOf(others));
  const events = await tx.$executeRaw`
    UPDATE email_events SET detail = ${keptDetail(Prisma.sql`detail`)}
    WHERE send_id = ANY(${idsOf(found)}::uuid[]) AND detail <> '{}'`;
  // Those of mail to others are theirs: of these the walk over notices finds what names the person.
  const notices = await eraseNoticesOfSends(tx, idsOf(recipients));
  const canceled = recipients.filter(({ status }) => status === 'Scheduled' || status === 'Queued').length;
  return { counts: { sends: recipients.length, canceled, copies: others.length, events, notices }, inHand };
}
