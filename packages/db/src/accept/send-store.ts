import { addressKey } from '@postroom/contracts';
import {
  type AcceptBatchDeps,
  mapPaced,
  type NewBatch,
  type NewSend,
  type SendOwner,
  type StoredSend,
} from '@postroom/core';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { type SendRow, sendColumns, toStoredSend } from '../read/send-row.ts';
import { exactJson } from '../stored-json.ts';

/** When the sweeper first looks after a new send, in milliseconds: only a process that died needs it. */
const firstLookMs = 15_000;

const list = <Item>(items: readonly Item[]) => (items.length === 0 ? null : items);

function toRecord(send: NewSend) {
  return {
    id: send.id,
    message_id: send.messageId,
    lane: send.lane,
    status: send.status,
    idempotency_key: send.idempotencyKey,
    fingerprint: send.fingerprint,
    template_id: send.templateId,
    snapshot_id: send.snapshotId,
    sender_profile_id: send.senderProfileId,
    configuration_set: send.configurationSet,
    from_email: send.from.email,
    from_name: send.from.name,
    reply_to_email: send.replyTo?.email,
    reply_to_name: send.replyTo?.name,
    subject: send.subject,
    subscription_group_id: send.subscriptionGroupId,
    profile_id: send.profileId,
    to_email: send.to.email,
    to_name: send.to.name,
    to_key: addressKey(send.to.email),
    to_others: list(send.toOthers),
    cc: list(send.cc),
    bcc: list(send.bcc),
    data: send.data,
    headers: list(send.headers),
    attachments: list(send.attachments),
    tags: send.tags,
    track_clicks: send.trackClicks,
    track_opens: send.trackOpens,
    scheduled_at: send.scheduledAt?.toISOString(),
    failure_class: send.failure?.failureClass,
    failure_message: send.failure?.message,
    created_at: createdAtOf(send.id).toISOString(),
    facets: facetsOf(send),
  };
}

/** The moment that a UUID v7 holds (RFC 9562 section 5.7): sends are listed by id, and so by creation. */
const createdAtOf = (id: string): Date => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));

/** What the send can be found by later, beside its batch. */
function facetsOf({ to, toOthers, templateId, tags }: NewSend): readonly (readonly [string, string])[] {
  return [
    ...[to, ...toOthers].map(({ email }) => ['to', addressKey(email)] as const),
    ...(templateId === null ? [] : [['template', templateId] as const]),
    ...tags.map((tag) => ['tag', tag] as const),
  ];
}

const byKey = (a: NewSend, b: NewSend) => ((a.idempotencyKey ?? '') < (b.idempotencyKey ?? '') ? -1 : 1);

/** One statement writes so many characters of JSON, unless one send alone has more. */
const maxStatementLength = 4 * 1024 * 1024;

/** Cuts records into groups, in their order, that one statement can write well within its time. */
function statementGroups(records: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let length = maxStatementLength;
  for (const record of records) {
    length += record.length;
    if (length > maxStatementLength) {
      groups.push([]);
      length = record.length;
    }
    groups.at(-1)?.push(record);
  }
  return groups;
}

/**
 * Writes a batch and its sends in one statement, one INSERT a table; a very large batch in several, of one transaction.
 * The keys go in sorted, so that batches that cross wait for each other and cannot deadlock; a taken key is left out; a
 * batch of which nothing is new leaves no row. `sweep_at` makes the sweeper look after the jobs of those that still wait
 * by then, and begin those that are scheduled.
 */
async function insertMany(
  prisma: PrismaClient,
  batch: NewBatch,
  sends: readonly NewSend[],
): Promise<ReadonlyMap<string, Date>> {
  const records = await mapPaced(sends.toSorted(byKey), (send) => exactJson(toRecord(send)));
  const groups = statementGroups(records);
  const [first = []] = groups;
  if (groups.length <= 1) return new Map(await insertGroup(prisma, batch, first));
  return prisma.$transaction(
    async (transaction) => {
      const made: (readonly [string, Date])[] = [];
      for (const group of groups) made.push(...(await insertGroup(transaction, batch, group)));
      return new Map(made);
    },
    { timeout: 30_000 },
  );
}

async function insertGroup(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  batch: NewBatch,
  group: readonly string[],
): Promise<readonly (readonly [string, Date])[]> {
  const records = `[${group.join(',')}]`;
  const made = await prisma.$queryRaw<{ id: string; created_at: Date }[]>`
    /* insert_sends */
    WITH record AS MATERIALIZED (
      -- Not by way of jsonb, which would write the data's numbers its own way and sort its keys.
      SELECT * FROM json_to_recordset(${records}::json) AS r(
        id uuid, lane "SendLane", status "SendStatus", idempotency_key text, fingerprint text,
        template_id uuid, snapshot_id uuid, sender_profile_id uuid, configuration_set text, from_email text,
        from_name text, reply_to_email text, reply_to_name text, subject text, subscription_group_id uuid,
        profile_id uuid, to_email text, to_name text, to_key text, to_others jsonb, cc jsonb, bcc jsonb,
        data json, headers jsonb, attachments jsonb, tags text[], track_clicks boolean, track_opens boolean,
        message_id uuid, scheduled_at timestamptz, failure_class text, failure_message text,
        created_at timestamptz, facets jsonb)
    ), made AS (
      INSERT INTO email_sends (
        id, workspace_id, batch_id, dialect, lane, status, simulated, idempotency_key, fingerprint,
        template_id, snapshot_id, sender_profile_id, configuration_set, from_email, from_name,
        reply_to_email, reply_to_name, subject, subscription_group_id, profile_id, to_email, to_name, to_key,
        to_others, cc, bcc, data, headers, attachments, tags, track_clicks, track_opens, message_id,
        scheduled_at, failure_class, failure_message, created_at, updated_at, next_attempt_at, sweep_at)
      SELECT
        r.id, ${batch.workspaceId}::uuid, ${batch.id}::uuid, ${batch.dialect}::"Dialect", r.lane, r.status,
        ${batch.isSimulated}::boolean,
        r.idempotency_key, decode(r.fingerprint, 'hex'), r.template_id, r.snapshot_id, r.sender_profile_id,
        r.configuration_set, r.from_email, r.from_name, r.reply_to_email, r.reply_to_name, r.subject,
        r.subscription_group_id, r.profile_id, r.to_email, r.to_name, r.to_key, r.to_others, r.cc, r.bcc, r.data,
        r.headers, r.attachments, r.tags, r.track_clicks, r.track_opens, r.message_id, r.scheduled_at,
        r.failure_class, r.failure_message, r.created_at, r.created_at,
        -- Whether the moment has passed was read off another clock: this one decides.
        greatest(now(), r.scheduled_at),
        CASE WHEN r.status = 'Scheduled' THEN r.scheduled_at
             ELSE now() + ${firstLookMs} * interval '1 millisecond' END
      FROM record r
      ON CONFLICT (workspace_id, simulated, idempotency_key) DO NOTHING
      RETURNING id, created_at
    ), facets AS (
      INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
      SELECT ${batch.workspaceId}::uuid, ${batch.isSimulated}::boolean, f.kind, f.value, made.id
      FROM made
      JOIN record r ON r.id = made.id
      CROSS JOIN LATERAL (
        SELECT (e.facet ->> 0)::"FacetKind", e.facet ->> 1 FROM jsonb_array_elements(r.facets) AS e(facet)
        UNION ALL SELECT 'batch', ${batch.id}::text
      ) AS f(kind, value)
    ), batch AS (
      INSERT INTO batches (id, workspace_id, dialect, total, accepted, rejected, simulated)
      SELECT ${batch.id}::uuid, ${batch.workspaceId}::uuid, ${batch.dialect}::"Dialect", ${batch.total}::int,
             ${batch.total}::int - ${batch.rejected}::int, ${batch.rejected}::int,
             ${batch.isSimulated}::boolean
      WHERE EXISTS (SELECT FROM made)
      -- Emails whose keys were taken meanwhile come as a second part of the same batch.
      ON CONFLICT (id) DO NOTHING
    )
    SELECT id, created_at FROM made`;
  return made.map((row) => [row.id, row.created_at] as const);
}

/** Makes the sweeper look at once after sends whose jobs the queue was not told of. */
async function sweepSoon(prisma: PrismaClient, ids: readonly string[]): Promise<void> {
  await prisma.$executeRaw`
    UPDATE email_sends SET sweep_at = now()
    WHERE id = ANY(${ids}::uuid[]) AND status ${hides} 'Queued'`;
}

async function findByStoredKeys(
  prisma: PrismaClient,
  { workspaceId, isSimulated }: SendOwner,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredSend>> {
  if (keys.length === 0) return new Map();
  const rows = await prisma.$queryRaw<SendRow[]>`
    /* find_sends_by_keys */
    SELECT ${sendColumns}
    FROM unnest(${keys}::text[]) AS w(key) CROSS JOIN LATERAL (
      SELECT * FROM email_sends
      WHERE workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean AND idempotency_key = w.key
      OFFSET 0
    ) s CROSS JOIN LATERAL (SELECT subject FROM template_snapshots WHERE id = s.snapshot_id OFFSET 0) t`;
  return new Map(rows.map((row) => [row.idempotency_key ?? '', toStoredSend(row)]));
}

/**
 * Finds sends by their keys. Of a key that named a person who was erased only a hash is kept: what repeats the request
 * must not send again.
 */
async function findByKeys(
  prisma: PrismaClient,
  owner: SendOwner,
  keys: readonly string[],
): Promise<ReadonlyMap<string, StoredSend>> {
  const known = await findByStoredKeys(prisma, owner, keys);
  const others = keys.filter((key) => !known.has(key) && /@|%40|&#|&commat;/i.test(key));
  if (others.length === 0) return known;
  const hidden = await prisma.$queryRaw<{ readonly key: string; readonly hidden: string }[]>`
    SELECT w.key, ${hiddenKey(Prisma.sql`${owner.workspaceId}::uuid`, Prisma.sql`w.key`)} AS hidden
    FROM unnest(${others}::text[]) AS w(key)
    WHERE EXISTS (SELECT FROM erasures e WHERE e.workspace_id = ${owner.workspaceId}::uuid)`;
  const erased = await findByStoredKeys(
    prisma,
    owner,
    hidden.map((row) => row.hidden),
  );
  return new Map([
    ...known,
    ...hidden.flatMap((row) => {
      const send = erased.get(row.hidden);
      return send === undefined ? [] : [[row.key, { ...send, idempotencyKey: row.key }] as const];
    }),
  ]);
}

/** Writes and finds sends for the accept path. */
export function createSendStore(prisma: PrismaClient): AcceptBatchDeps['sends'] {
  return {
    insertMany: (batch, sends) => insertMany(prisma, batch, sends),
    sweepSoon: (ids) => sweepSoon(prisma, ids),
    findByKeys: (owner, keys) => findByKeys(prisma, owner, keys),
  };
}
