import { Prisma } from '../generated/client.ts';
import { noId } from '../ids-by-time.ts';
import type { Horizons, Met, RetentionPolicy, Walk } from './walk.ts';

/** Between a request's wish for some content and the id of its send lie a minute, the request, and what clocks differ by. */
const slackMs = 3_600_000;

/** Before this moment nobody wants content who was accepted after the horizon. */
const unwanted = (horizon: Date | null) =>
  Prisma.sql`${horizon === null ? null : new Date(horizon.getTime() - slackMs).toISOString()}::timestamptz`;

/** The later of the two; null: neither is known. */
export const latest = ({ content, sends }: Horizons): Date | null =>
  content === null || (sends !== null && sends > content) ? sends : content;

const followsBoth = ({ contentMs, sendsMs }: RetentionPolicy) => contentMs ?? sendsMs;

/** Whether the body `t` was last wanted by nobody whose send is left, or by nobody whose content is. */
const isUnused = (horizon: Date | null) =>
  Prisma.sql`(t.kind::text = 'literal' AND t.wanted_at < ${unwanted(horizon)}) IS TRUE`;

const hasBody = Prisma.sql`(t.html IS NOT NULL OR t.text IS NOT NULL)`;

/**
 * Bodies that came with requests; templates are the workspace's own. A body that goes before its sends do leaves a row without
 * it, under another hash, so that no new send comes to share it.
 */
export const bodiesWalk: Walk = {
  kind: 'bodies',
  take: 500,
  most: 50,
  follows: true,
  ageMs: followsBoth,
  look: (tx, { after, horizons }, take) =>
    tx.$queryRaw<Met[]>`
      SELECT t.id::text AS place, CASE WHEN ${isUnused(horizons.sends)} OR ${isUnused(horizons.content)} AND ${hasBody}
        THEN 'due' ELSE 'gone' END AS state
      FROM template_snapshots t WHERE t.id > ${after ?? noId}::uuid ORDER BY t.id LIMIT ${take}::int`,
  remove: async (tx, places, { horizons }) => {
    const removed = await tx.$queryRaw<{ readonly id: string }[]>`
      DELETE FROM template_snapshots t WHERE t.id = ANY(${[...places]}::uuid[]) AND ${isUnused(horizons.sends)} RETURNING id`;
    const emptied = await tx.$queryRaw<{ readonly id: string }[]>`
      UPDATE template_snapshots t SET html = NULL, text = NULL, content_hash = uuid_send(gen_random_uuid())
      WHERE t.id = ANY(${[...places]}::uuid[]) AND ${isUnused(horizons.content)} AND ${hasBody} RETURNING id`;
    return [...removed, ...emptied].map(({ id }) => id);
  },
};

const separator = '/';

/** Attachments, of which many sends may have had the same. */
export const attachmentsWalk: Walk = {
  kind: 'attachments',
  take: 500,
  most: 20,
  follows: true,
  ageMs: followsBoth,
  look: (tx, { after, horizons }, take) => {
    const [workspaceId = noId, hash = ''] = after?.split(separator) ?? [];
    return tx.$queryRaw<Met[]>`
      SELECT a.workspace_id || ${separator} || encode(a.content_hash, 'hex') AS place,
        CASE WHEN a.wanted_at < ${unwanted(latest(horizons))} THEN 'due' ELSE 'gone' END AS state
      FROM attachments a WHERE (a.workspace_id, a.content_hash) > (${workspaceId}::uuid, decode(${hash}, 'hex'))
      ORDER BY a.workspace_id, a.content_hash LIMIT ${take}::int`;
  },
  remove: async (tx, places, { horizons }) => {
    const removed = await tx.$queryRaw<{ readonly place: string }[]>`
      DELETE FROM attachments a WHERE a.ctid = ANY(ARRAY(
        SELECT k.ctid FROM unnest(${[...places]}::text[]) AS w(place) CROSS JOIN LATERAL (
          SELECT ctid FROM attachments WHERE workspace_id = split_part(w.place, ${separator}, 1)::uuid
            AND content_hash = decode(split_part(w.place, ${separator}, 2), 'hex') OFFSET 0) k))
        AND a.wanted_at < ${unwanted(latest(horizons))}
      RETURNING a.workspace_id || ${separator} || encode(a.content_hash, 'hex') AS place`;
    return removed.map(({ place }) => place);
  },
};
