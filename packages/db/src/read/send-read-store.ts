import { maxExactCount } from '@postroom/contracts';
import {
  type ReadRef,
  type SendOwner,
  type SendRef,
  type SendSource,
  type SendsFilter,
  type StoredSend,
  withinSenders,
} from '@postroom/core';
import { isToOne } from '../deliver/event-subject.ts';
import { furtherRecipients } from '../further-recipients.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides, inOrder } from '../look-up.ts';
import { lowered } from '../lowered.ts';
import { isOfSenders } from '../of-senders.ts';
import { type BoundedRow, type Page, toBoundedPage, withinBytes } from '../resources/page.ts';
import { type BatchPage, listBatches } from './batch-list.ts';
import { engagedSends, engagementOfBatch, engagementOfSend } from './engagement.ts';
import { findBounces, type StoredBounce } from './find-bounces.ts';
import { findIds } from './find-ids.ts';
import { walk } from './plan-search.ts';
import { createdWithin, isWithin, type Source, sourcesOf } from './send-filter.ts';
import { maxEntries, type SendHistory, type StoredEvent, shownEvents } from './send-history.ts';
import { type SendRow, sendColumns, toStoredSend } from './send-row.ts';
import { type SourceRow, sourceColumns, toSendSource } from './source-row.ts';
import { type BatchRow, noCounts, type StoredBatch } from './stored-batch.ts';

/** Which page of the sends that a filter lets through. */
export type SendsPage = {
  readonly filter: SendsFilter;
  readonly limit: number;
  /** How many to pass over. */
  readonly offset?: number | undefined;
  /** The id of the last send seen: the page begins with the next older one. */
  readonly cursor?: string | undefined;
  /** No more are looked at than this where several conditions have to meet: as many as it takes unless told. */
  readonly most?: number | undefined;
};

/** A page, and the last that was looked at, where as many were as may be: what comes after it is not known. */
export type PageOfSends = Page<StoredSend> & { readonly stoppedAt: string | null };

/** A piece of a walk along the sends that a filter lets through, from behind the last one that was looked at. */
export type PieceOfSends = Omit<SendsPage, 'offset'> & { readonly most: number };

/** How many sends there are; an estimate says that there are more than 10,000, and about how many. */
export type SendsCount = { readonly count: number; readonly isEstimate: boolean };

/** Counting stops here: one more than what is told exactly. */
const enough = maxExactCount + 1;

/** What may be large about a send that is listed. A name is quoted in the answer, and what was quoted of it once more. */
const bytes = Prisma.sql`2 * (coalesce(octet_length(s.cc::text), 0) + coalesce(octet_length(s.to_others::text), 0))
  + coalesce(octet_length(s.tags::text), 0)`;

/** What `isToOne` tells by. */
const tellsIfAlone = { toOthers: true, cc: true, bcc: true, toKey: true, erasedAt: true } as const;

/** A filter that lets nothing through. */
const nothing: SendsFilter = { createdBefore: new Date(0) };

/** Whether it wants what failed in some way, and a status beside it in which nothing has. */
const isOfNoFailure = ({ statuses, failureCause, failedFrom }: SendsFilter): boolean =>
  statuses !== undefined && !statuses.includes('Failed') && (failureCause ?? failedFrom) !== undefined;

/** Sends and batches as their owner sees them. What another workspace owns counts as missing. */
export class SendReadStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** One send that may be seen, or null. */
  async find({ workspaceId, id, isSimulated, ...limit }: ReadRef): Promise<StoredSend | null> {
    const [row] = await this.#prisma.$queryRaw<SendRow[]>`
      SELECT ${sendColumns}
      FROM email_sends s JOIN template_snapshots t ON t.id = s.snapshot_id
      WHERE s.id = ${id}::uuid AND s.workspace_id ${hides} ${workspaceId}::uuid
        AND coalesce(s.simulated = ${isSimulated ?? null}::boolean, true)
        AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, limit)}`;
    return row === undefined ? null : toStoredSend(row);
  }

  /** Whether there is such a send, and one of these addresses, in their compared form, is among its recipients. */
  async wentTo({ workspaceId, id, isSimulated }: SendRef, emailKeys: readonly string[]): Promise<boolean> {
    const [row] = await this.#prisma.$queryRaw<{ readonly is_one: boolean }[]>`
      SELECT s.to_key = ANY(${[...emailKeys]}::text[]) OR EXISTS (
        SELECT FROM jsonb_array_elements(${furtherRecipients('s')}) AS m
        WHERE ${lowered(Prisma.sql`m.value ->> 'email'`)} = ANY(${[...emailKeys]}::text[])) AS is_one
      FROM email_sends s WHERE s.id = ${id}::uuid AND s.workspace_id ${hides} ${workspaceId}::uuid
        AND s.simulated ${hides} ${isSimulated}::boolean`;
    return row?.is_one ?? false;
  }

  /** What one send that may be seen is rendered from, or null. */
  async findSource({ workspaceId, id, isSimulated, ...limit }: ReadRef): Promise<SendSource | null> {
    const [row] = await this.#prisma.$queryRaw<SourceRow[]>`
      SELECT ${sourceColumns} FROM email_sends s
      WHERE s.id = ${id}::uuid AND s.workspace_id ${hides} ${workspaceId}::uuid
        AND coalesce(s.simulated = ${isSimulated ?? null}::boolean, true)
        AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, limit)}`;
    return row === undefined ? null : toSendSource(row);
  }

  /**
   * All that is kept of what happened to a send. Of more than 1,000 events, or more than 4 MiB of what was said of them, the
   * opens and clicks are left out first, then the latest.
   */
  async findHistory({
    workspaceId,
    id,
    isSimulated,
    senderProfileIds,
  }: ReadRef): Promise<SendHistory | null> {
    const [send, attempts, events, tellings] = await this.#prisma.$transaction(
      [
        this.#prisma.emailSend.findFirst({
          where: {
            ...{ id, workspaceId },
            ...(isSimulated === undefined ? {} : { simulated: isSimulated }),
            ...(senderProfileIds == null ? {} : { senderProfileId: { in: [...senderProfileIds] } }),
          },
          select: {
            status: true,
            createdAt: true,
            updatedAt: true,
            scheduledAt: true,
            sentAt: true,
            providerMessageId: true,
            failureMessage: true,
            ...tellsIfAlone,
          },
        }),
        this.#prisma.sendAttempt.findMany({
          where: { sendId: id },
          orderBy: { number: 'asc' },
          take: maxEntries,
          omit: { sendId: true, leaseToken: true, worker: true, spent: true, providerMessageId: true },
        }),
        this.#prisma.$queryRaw<StoredEvent[]>`${shownEvents(workspaceId, id)}`,
        this.#prisma.webhookNotice.findMany({
          where: { sendId: id },
          orderBy: { id: 'asc' },
          take: maxEntries,
          select: { id: true, endpointId: true, type: true, state: true, attempts: true, createdAt: true },
        }),
      ],
      // All are read as of one moment, so that no attempt is under way of a send that was sent.
      { isolationLevel: 'RepeatableRead' },
    );
    if (send === null) return null;
    const { toOthers: to_others, cc, bcc, toKey: to_key, erasedAt, ...shown } = send;
    const isAlone = isToOne({ to_others, cc, bcc, to_key, is_erased: erasedAt !== null });
    return { send: { ...shown, isToOne: isAlone }, attempts, events, tellings };
  }

  /** What was reported of sends that bounced or were complained about; their owner has found them. */
  findBounces(sendIds: readonly string[]): Promise<StoredBounce[]> {
    return findBounces(this.#prisma, sendIds);
  }

  /**
   * A batch with its sends counted, at most 1,000 look-ups, and as many of what was done with them. For one who is limited to
   * sender profiles only theirs are counted, and a batch without any is not there.
   */
  async findBatch({ workspaceId, id, isSimulated, ...limit }: ReadRef): Promise<StoredBatch | null> {
    const [row] = await this.#prisma.$queryRaw<BatchRow[]>`
      SELECT b.id, b.dialect::text, b.total, b.accepted, b.rejected, b.created_at AS "createdAt", c.counts, c.engagement
      FROM batches b CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_object_agg(status, sends), '{}') AS counts, ${engagementOfBatch} AS engagement FROM (
          SELECT s.status, count(*) AS sends, ${engagedSends}
          FROM send_facets f CROSS JOIN LATERAL (
            SELECT status, sender_profile_id FROM email_sends WHERE id = f.send_id OFFSET 0) s
          CROSS JOIN LATERAL ${engagementOfSend} e
          WHERE f.workspace_id = ${workspaceId}::uuid AND f.simulated = b.simulated AND f.kind = 'batch' AND f.value = ${id}
            AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, limit)}
          GROUP BY s.status) AS counted
      ) c
      WHERE b.id = ${id}::uuid AND b.workspace_id = ${workspaceId}::uuid
        AND coalesce(b.simulated = ${isSimulated ?? null}::boolean, true)`;
    if (limit.senderProfileIds != null && Object.keys(row?.counts ?? {}).length === 0) return null;
    return row === undefined ? null : { ...row, counts: { ...noCounts, ...row.counts } };
  }

  /** One page of an owner's batches, newest first, without the counts of their sends. */
  listBatches(owner: SendOwner, page: Parameters<typeof listBatches>[2]): Promise<BatchPage> {
    return listBatches(this.#prisma, owner, page);
  }

  /**
   * One page of an owner's sends, newest first. Ids are found in the indexes, and only those of the page are joined
   * with their rows. Pages that are walked by cursor show every send once that was there at the first of them.
   */
  async list(owner: SendOwner, page: SendsPage): Promise<PageOfSends> {
    const { ids, stoppedAt } = await this.#idsOf(owner, page);
    const sized = Prisma.sql`
      WITH page AS MATERIALIZED (${ids})
      SELECT ${sendColumns}, ${bytes} AS bytes
      FROM page CROSS JOIN LATERAL (SELECT * FROM email_sends WHERE id = page.id OFFSET 0) s
      CROSS JOIN LATERAL (SELECT subject FROM template_snapshots WHERE id = s.snapshot_id OFFSET 0) t
      WHERE s.workspace_id = ${owner.workspaceId}::uuid AND s.simulated = ${owner.isSimulated}::boolean
        AND ${isOfSenders(Prisma.sql`s.sender_profile_id`, owner)}
      ORDER BY s.id DESC`;
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<(SendRow & BoundedRow)[]>`${withinBytes(sized)}`,
    );
    return { ...toBoundedPage(rows, page.limit, toStoredSend), stoppedAt };
  }

  /**
   * Counts an owner's sends that a filter lets through: exactly up to 10,000, which costs no more than a page at
   * that offset; beyond, it says what the planner expects, and never less than 10,001. Nor does it look at more than `most`:
   * what was found among those is the least that is told then.
   */
  async count(owner: SendOwner, asked: SendsFilter, most?: number): Promise<SendsCount> {
    const filter = await this.#known(owner, asked);
    const sources = sourcesOf(owner, filter);
    const isOne = sources.length === 1;
    const { met, stoppedAt } = isOne
      ? { met: await this.#countOne(sources[0], filter), stoppedAt: null }
      : await findIds(this.#prisma, { owner, filter, skip: enough, take: 0, most });
    if (met <= maxExactCount && stoppedAt === null) return { count: met, isEstimate: false };
    return { count: Math.max(met, await this.#estimate(sources, filter)), isEstimate: true };
  }

  /**
   * The ids of the next sends of a walk, newest first, at most `limit`, and where the walk goes on; null: at its end. It looks at no
   * more than `most`: what is rare takes many pieces, of which some have none.
   */
  async listPiece(
    owner: SendOwner,
    { filter: asked, cursor, limit, most }: PieceOfSends,
  ): Promise<{ readonly ids: readonly string[]; readonly cursor: string | null }> {
    const filter = await this.#known(owner, asked);
    const wanted = { owner, filter, below: cursor, skip: 0, take: limit + 1, most };
    const { ids, stoppedAt } = await findIds(this.#prisma, wanted);
    const piece = ids.slice(0, limit);
    return { ids: piece, cursor: ids.length > limit ? (piece.at(-1) ?? null) : stoppedAt };
  }

  /** A query for the ids of a page and of one send more, and where looking for them stopped. */
  async #idsOf(
    owner: SendOwner,
    page: SendsPage,
  ): Promise<{ readonly ids: Prisma.Sql; readonly stoppedAt: string | null }> {
    const { limit, offset = 0, cursor, most } = page;
    const filter = await this.#known(owner, page.filter);
    const [source, ...others] = sourcesOf(owner, filter);
    if (others.length === 0) {
      const range = { source, ids: createdWithin(filter, cursor), limit: offset + limit + 1 };
      const walked = Prisma.sql`${walk(range)} LIMIT ${limit + 1}::int OFFSET ${offset}::int`;
      return { ids: walked, stoppedAt: null };
    }
    const wanted = { owner, filter, below: cursor, skip: offset, take: limit + 1, most };
    const { ids, stoppedAt } = await findIds(this.#prisma, wanted);
    return { ids: Prisma.sql`SELECT unnest(${[...ids]}::uuid[]) AS id`, stoppedAt };
  }

  /** The same filter for its owner, by the send's own id where it names the provider's. One message of SES is of one send. */
  async #known(owner: SendOwner, asked: SendsFilter): Promise<SendsFilter> {
    const { workspaceId, isSimulated } = owner;
    const filter = withinSenders(owner, asked);
    const { providerMessageId, ...others } = filter;
    if (filter.senderProfileIds?.length === 0) return nothing;
    if (isOfNoFailure(filter)) return nothing;
    if (providerMessageId === undefined) return filter;
    const [found] = await this.#prisma.$queryRaw<{ readonly id: string }[]>`
      SELECT id FROM email_sends WHERE provider_message_id = ${providerMessageId}::text
        AND workspace_id ${hides} ${workspaceId}::uuid AND simulated ${hides} ${isSimulated}::boolean LIMIT 1`;
    const id = found?.id ?? null;
    if (id === null || (filter.id ?? id) !== id) return nothing;
    return { ...others, id };
  }

  async #countOne(source: Source, filter: SendsFilter): Promise<number> {
    const ids = walk({ source, ids: createdWithin(filter), limit: enough });
    const [row] = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly count: number }[]>`
      SELECT count(*)::int AS count FROM (${ids} LIMIT ${enough}::int) AS matching`,
    );
    return row?.count ?? 0;
  }

  /** How many rows the planner expects, which the first line of a plan says. */
  async #estimate([source, ...all]: readonly [Source, ...Source[]], filter: SendsFilter): Promise<number> {
    const others = all.filter(({ isNearlyAll = false }) => !isNearlyAll);
    const created = isWithin(createdWithin(filter));
    const query = source.only((id) => {
      const inOthers = others.map((other) => Prisma.sql`${id} IN (${other.only(created)})`);
      return Prisma.join([created(id), ...inOthers], ' AND ');
    });
    const [plan] = await this.#prisma.$queryRaw<{ readonly 'QUERY PLAN': string }[]>`EXPLAIN ${query}`;
    return Number(/ rows=(\d+) /.exec(plan?.['QUERY PLAN'] ?? '')?.[1] ?? 0);
  }
}
