import { facetRowsOf, facetsOf, removeFacets } from '../facets.ts';
import { Prisma } from '../generated/client.ts';
import { firstIdOf, noId } from '../ids-by-time.ts';
import { hides } from '../look-up.ts';
import type { Met, Reach, Tx, Walk } from './walk.ts';

/** Whether the send `s` has ended, and nothing has changed of it since. Compared so that no index is taken for it. */
const isOver = (before: Date) =>
  Prisma.sql`(s.status::text = ANY('{Sent,Failed,Skipped,Canceled}') AND s.updated_at < ${before.toISOString()}::timestamptz)`;

/** Whether a webhook is still to be told of the send `s`, from what the send has: that ends by itself, told or given up. */
const isToBeTold = Prisma.sql`(
  SELECT n.id FROM webhook_notices n WHERE n.send_id = s.id AND n.state ${hides} 'pending' LIMIT 1) IS NOT NULL`;

/** The next sends that were accepted before a moment, and what becomes of each. */
const lookAtSends = (tx: Tx, { after, before }: Reach, state: Prisma.Sql, take: number) =>
  tx.$queryRaw<Met[]>`
    SELECT s.id::text AS place, ${state} AS state FROM email_sends s
    WHERE s.id > ${after ?? noId}::uuid AND s.id < ${firstIdOf(before)}::uuid ORDER BY s.id LIMIT ${take}::int`;

/**
 * Content of sends: their data, headers and list of attachments. The row stays and says so. What they share with others (bodies,
 * files) goes once nobody before some moment is left.
 */
export const contentWalk: Walk = {
  kind: 'content',
  take: 500,
  most: 500,
  follows: false,
  ageMs: ({ contentMs }) => contentMs,
  look: (tx, reach, take) => {
    const state = Prisma.sql`CASE WHEN s.content_removed_at IS NOT NULL THEN 'gone'
      WHEN ${isOver(reach.before)} THEN 'due' ELSE 'stays' END`;
    return lookAtSends(tx, reach, state, take);
  },
  remove: async (tx, places, { before }) => {
    const removed = await tx.$queryRaw<{ readonly id: string }[]>`
      UPDATE email_sends SET data = NULL, headers = NULL, attachments = NULL, content_removed_at = now()
      WHERE id = ANY(ARRAY(
        SELECT s.id FROM email_sends s WHERE s.id = ANY(${[...places]}::uuid[]) AND ${isOver(before)}
        FOR UPDATE SKIP LOCKED))
      RETURNING id`;
    return removed.map(({ id }) => id);
  },
};

type Locked = {
  readonly id: string;
  readonly workspace_id: string;
  readonly simulated: boolean;
  readonly batch_id: string | null;
  readonly template_id: string | null;
  readonly sender_profile_id: string | null;
  readonly to_key: string;
  readonly others: readonly string[];
  readonly tags: readonly string[] | null;
};

const foundBy = (send: Locked) =>
  facetRowsOf(
    send,
    facetsOf({
      emails: [send.to_key, ...send.others],
      tags: send.tags ?? [],
      templateId: send.template_id,
      senderProfileId: send.sender_profile_id,
      batchId: send.batch_id,
    }),
  );

/** Those of the sends, which are locked, of which nobody is to be told: who asked for a replay meanwhile is waited for. */
async function withoutPending(tx: Tx, sends: readonly Locked[]): Promise<readonly Locked[]> {
  const notices = await tx.$queryRaw<{ readonly send_id: string; readonly is_pending: boolean }[]>`
    SELECT send_id, state = 'pending' AS is_pending FROM webhook_notices WHERE id = ANY(ARRAY(
      SELECT id FROM webhook_notices WHERE send_id = ANY(${sends.map(({ id }) => id)}::uuid[])))
    ORDER BY id FOR UPDATE`;
  const pending = new Set(notices.flatMap((notice) => (notice.is_pending ? [notice.send_id] : [])));
  return sends.filter(({ id }) => !pending.has(id));
}

async function removeWhatBelongs(tx: Tx, sends: readonly Locked[]): Promise<void> {
  const ids = sends.map(({ id }) => id);
  await removeFacets(tx, sends.flatMap(foundBy));
  await tx.$executeRaw`DELETE FROM send_attempts WHERE send_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM email_events WHERE send_id = ANY(${ids}::uuid[])`;
  await tx.$executeRaw`DELETE FROM webhook_notices WHERE send_id = ANY(${ids}::uuid[])`;
}

/** Sends with all that belongs to them alone, once nobody is to be told of them any more. */
export const sendsWalk: Walk = {
  kind: 'sends',
  take: 200,
  most: 200,
  follows: false,
  ageMs: ({ sendsMs }) => sendsMs,
  look: (tx, reach, take) => {
    const state = Prisma.sql`CASE WHEN NOT ${isOver(reach.before)} OR ${isToBeTold} THEN 'stays' ELSE 'due' END`;
    return lookAtSends(tx, reach, state, take);
  },
  remove: async (tx, places, { before }) => {
    const locked = await tx.$queryRaw<Locked[]>`
      SELECT s.id, s.workspace_id, s.simulated, s.batch_id, s.template_id, s.sender_profile_id, s.to_key, s.tags,
        ARRAY(SELECT m ->> 'email' FROM jsonb_array_elements(coalesce(s.to_others, '[]')) AS m) AS others
      FROM email_sends s WHERE s.id = ANY(${[...places]}::uuid[]) AND ${isOver(before)} AND NOT (${isToBeTold})
      ORDER BY s.id FOR UPDATE OF s SKIP LOCKED`;
    const sends = await withoutPending(tx, locked);
    if (sends.length === 0) return [];
    await removeWhatBelongs(tx, sends);
    const ids = sends.map(({ id }) => id);
    await tx.$executeRaw`DELETE FROM email_sends WHERE id = ANY(${ids}::uuid[])`;
    return ids;
  },
};

/** Batches of which no send is left. */
export const batchesWalk: Walk = {
  kind: 'batches',
  take: 200,
  most: 200,
  follows: false,
  ageMs: ({ sendsMs }) => sendsMs,
  look: (tx, { after, before }, take) =>
    tx.$queryRaw<Met[]>`
      SELECT b.id::text AS place, CASE WHEN b.created_at < ${before.toISOString()}::timestamptz AND NOT EXISTS (
        SELECT FROM send_facets f WHERE f.workspace_id = b.workspace_id AND f.simulated = b.simulated AND f.kind = 'batch'
          AND f.value = b.id::text OFFSET 0) THEN 'due' ELSE 'stays' END AS state
      FROM batches b
      WHERE b.id > ${after ?? noId}::uuid AND b.id < ${firstIdOf(before)}::uuid ORDER BY b.id LIMIT ${take}::int`,
  remove: async (tx, places) => {
    const removed = await tx.$queryRaw<{ readonly id: string }[]>`
      DELETE FROM batches WHERE id = ANY(${[...places]}::uuid[]) RETURNING id`;
    return removed.map(({ id }) => id);
  },
};
