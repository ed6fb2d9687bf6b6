import {
  type BatchToWrite,
  mapPaced,
  type NewBatch,
  type NewSend,
  type SendOwner,
  type StoredSend,
} from '@postroom/core';
import { insertedColumns, recordMembers, recordTypes } from '../columns.ts';
import type { Database } from '../connection/database.ts';
import type { Sql } from '../connection/sql.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { facetsOf } from '../facets.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { each, hides } from '../look-up.ts';
import { tellStatus } from '../notify/tell.ts';
import { type SendRow, sendColumns, toStoredSend } from '../read/send-row.ts';
import { askedWith } from '../resources/ask-statement.ts';
import { earliestLook, firstLook } from '../sweep-moment.ts';
import { writeTimes } from './write-times.ts';

type Row = { readonly send: NewSend; readonly batchId: string; readonly isSimulated: boolean };

function recordOf({ send, batchId }: Row): string {
  const emails = [send.to, ...send.toOthers].map(({ email }) => email);
  const facets = facetsOf({ ...send, emails, batchId });
  return `{${recordMembers(send)},"batch_id":"${batchId}","facets":${JSON.stringify(facets)}}`;
}

const keyOf = ({ send, isSimulated }: Row) => `${isSimulated} ${send.idempotencyKey ?? ''}`;
const byKey = (a: Row, b: Row) => (keyOf(a) < keyOf(b) ? -1 : 1);

/** How long what is written together waits for a key that another transaction has, before each is tried alone. */
const sharedLockTimeout = '1s';

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

/** A prepared statement has the one text of its name. */
const nameOf = ({ confirmation }: NewBatch): Prisma.Sql =>
  Prisma.raw(confirmation === undefined ? '/* insert_sends */' : '/* insert_confirmation */');

const batchOf = ({ id, dialect, total, rejected, isSimulated, traceparent }: NewBatch) => ({
  id,
  dialect,
  total,
  rejected,
  simulated: isSimulated,
  traceparent,
});

async function insertGroup(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  batches: readonly [NewBatch, ...NewBatch[]],
  group: readonly string[],
): Promise<readonly (readonly [string, Date])[]> {
  const [first] = batches;
  const records = `[${group.join(',')}]`;
  const lockTimeout = batches.length > 1 ? sharedLockTimeout : null;
  const { names, values } = insertedColumns({
    workspace_id: Prisma.sql`${first.workspaceId}::uuid`,
    batch_id: Prisma.sql`r.batch_id`,
    updated_at: Prisma.sql`r.created_at`,
    // Whether the moment has passed was read off another clock: this one decides.
    next_attempt_at: Prisma.sql`greatest(now(), r.scheduled_at)`,
    sweep_at: Prisma.sql`CASE WHEN r.status = 'Scheduled' THEN r.scheduled_at
      ELSE greatest(${firstLook}, r.scheduled_at) END`,
  });
  const made = await prisma.$queryRaw<{ id: string; created_at: Date }[]>`
    ${nameOf(first)}
    WITH record AS MATERIALIZED (
      -- Not by way of jsonb, which would write the data's numbers its own way and sort its keys.
      SELECT r.* FROM json_to_recordset(${records}::json) AS r(${recordTypes}, batch_id uuid, facets jsonb),
        (SELECT set_config('lock_timeout', coalesce(${lockTimeout}::text, current_setting('lock_timeout')), true)) AS patience
    ), made AS (
      INSERT INTO email_sends (${names})
      SELECT ${values}
      FROM record r
      ON CONFLICT (workspace_id, simulated, idempotency_key) DO NOTHING
      RETURNING id, created_at, workspace_id, batch_id, simulated, status, failure_message
    ), facets AS (
      INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
      SELECT made.workspace_id, made.simulated, f.kind, f.value, made.id
      FROM made
      JOIN record r ON r.id = made.id
      CROSS JOIN LATERAL (
        SELECT (e.facet ->> 0)::"FacetKind", e.facet ->> 1 FROM jsonb_array_elements(r.facets) AS e(facet)
      ) AS f(kind, value)
    ), told AS (${tellStatus(Prisma.sql`made`)}
    )${askedWith(first)}, batch AS (
      INSERT INTO batches (id, workspace_id, dialect, total, accepted, rejected, simulated, traceparent)
      SELECT b.id, ${first.workspaceId}::uuid, b.dialect, b.total, b.total - b.rejected, b.rejected, b.simulated,
             b.traceparent
      FROM json_to_recordset(${JSON.stringify(batches.map(batchOf))}::json)
        AS b(id uuid, dialect "Dialect", total int, rejected int, simulated boolean, traceparent text)
      WHERE b.id IN (SELECT batch_id FROM made)
      -- Emails whose keys were taken meanwhile come as a second part of the same batch.
      ON CONFLICT (id) DO NOTHING
    )
    SELECT id, created_at FROM made`;
  return made.map((row) => [row.id, row.created_at] as const);
}

/** One key of a whole was taken: what was written of it is taken back. */
class TakenKey extends Error {}

/** Writes and finds sends for the accept path. */
export class SendStore {
  readonly #prisma: PrismaClient;
  readonly #sql: Sql;

  constructor({ prisma, sql }: Pick<Database, 'prisma' | 'sql'>) {
    this.#prisma = prisma;
    this.#sql = sql;
  }

  /**
   * Writes batches of one workspace and their sends in one statement, one INSERT a table; what is very large in several, of one
   * transaction. The keys go in sorted, so that batches that cross wait for each other and cannot deadlock; a taken key is left
   * out, be it that of another of these batches; a batch of which nothing is new leaves no row, nor does a whole of which one is not. `sweep_at` makes the sweeper
   * look after the jobs of those that still wait by then, and begin those that are scheduled.
   */
  async insertMany(writes: readonly BatchToWrite[]): Promise<ReadonlyMap<string, Date>> {
    const [first, ...others] = writes.map(({ batch }) => batch);
    if (first === undefined) return new Map();
    const batches = [first, ...others] as const;
    const rows = writes.flatMap(({ batch, sends }) =>
      sends.map((send) => ({ send, batchId: batch.id, isSimulated: batch.isSimulated })),
    );
    const groups = statementGroups(await mapPaced(rows.sort(byKey), recordOf));
    const [group = []] = groups;
    if (groups.length <= 1 && !first.isWhole) return new Map(await insertGroup(this.#prisma, batches, group));
    const written = this.#prisma.$transaction(
      async (transaction) => {
        const made: (readonly [string, Date])[] = [];
        for (const group of groups) made.push(...(await insertGroup(transaction, batches, group)));
        if (first.isWhole && made.length < rows.length) throw new TakenKey();
        return new Map(made);
      },
      { timeout: writeTimes.transactionMs },
    );
    return written.catch((error: unknown) => {
      if (error instanceof TakenKey) return new Map();
      throw error;
    });
  }

  /** Makes the sweeper look as soon as it can after sends whose jobs the queue was not told of. */
  async sweepSoon(ids: readonly string[]): Promise<void> {
    await this.#prisma.$executeRaw`
    UPDATE email_sends SET sweep_at = ${earliestLook}
    WHERE id = ANY(${ids}::uuid[]) AND status ${hides} 'Queued'`;
  }

  async #findByStoredKeys(
    { workspaceId, isSimulated }: SendOwner,
    keys: readonly string[],
  ): Promise<ReadonlyMap<string, StoredSend>> {
    if (keys.length === 0) return new Map();
    const rows = await this.#sql.query<SendRow>`
    /* find_sends_by_keys */
    SELECT ${sendColumns}
    FROM ${each(Prisma.sql`${keys}::text[]`)} AS w(key) CROSS JOIN LATERAL (
      SELECT * FROM email_sends
      WHERE workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean AND idempotency_key = w.key
      OFFSET 0
    ) s CROSS JOIN LATERAL (SELECT subject FROM template_snapshots WHERE id = s.snapshot_id OFFSET 0) t`;
    return new Map(rows.map((row) => [row.idempotencyKey ?? '', toStoredSend(row)]));
  }

  /**
   * Finds sends by their keys. Of a key that named a person who was erased only a hash is kept: what repeats the request
   * must not send again.
   */
  async findByKeys(owner: SendOwner, keys: readonly string[]): Promise<ReadonlyMap<string, StoredSend>> {
    const known = await this.#findByStoredKeys(owner, keys);
    const others = keys.filter((key) => !known.has(key) && /@|%40|&#|&commat;/i.test(key));
    if (others.length === 0) return known;
    const hidden = await this.#sql.query<{ readonly key: string; readonly hidden: string }>`
    SELECT w.key, ${hiddenKey(Prisma.sql`${owner.workspaceId}::uuid`, Prisma.sql`w.key`)} AS hidden
    FROM unnest(${others}::text[]) AS w(key)
    WHERE EXISTS (SELECT FROM erasures e WHERE e.workspace_id = ${owner.workspaceId}::uuid)`;
    const erased = await this.#findByStoredKeys(
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
}
