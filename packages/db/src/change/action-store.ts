import { randomUUID } from 'node:crypto';
import {
  type ActionRefusal,
  type AskedFilter,
  type BulkAction,
  keptActionSchema,
  maxOpenActions,
} from '@postroom/contracts';
import {
  type ActionPiece,
  type ClaimedAction,
  newId,
  type ReadRef,
  type SendJob,
  type SendOwner,
  type SendRef,
  sendsFilterOf,
} from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { noId } from '../ids-by-time.ts';
import { hides, inOrder, thisMoment } from '../look-up.ts';
import { pastIds } from '../read/send-filter.ts';
import { changeMany } from './change-many.ts';

/** What is asked for of many sends; `asked` is the filter as it came. */
export type NewAction = SendOwner & {
  readonly action: BulkAction;
  readonly asked: AskedFilter;
  readonly matched: { readonly count: number; readonly isEstimate: boolean };
  readonly idempotencyKey: string | null;
};

/** An action and how far it is. */
export type StoredAction = {
  readonly id: string;
  readonly isSimulated: boolean;
  /** The sender profiles that whoever asked was limited to; null: none. */
  readonly senderProfileIds: readonly string[] | null;
  readonly action: BulkAction;
  readonly asked: unknown;
  readonly state: 'running' | 'done' | 'stopped';
  readonly matched: number;
  readonly matchedIsEstimate: boolean;
  readonly done: number;
  readonly refused: Readonly<Partial<Record<ActionRefusal, number>>>;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
};

/** `full`: as many wait already as may. `reused`: the key stands for another action. */
export type RequestedAction =
  | { readonly kind: 'made' | 'known'; readonly action: StoredAction }
  | { readonly kind: 'full' | 'reused' };

/** How long an action whose piece failed is left alone, in milliseconds. */
const failedMs = 10_000;

/**
 * An action that an API of a newer version wrote down, in words that this one does not know, is left to workers of that version:
 * each time so long, and when none has worked at it for so long since it was first left, it is stopped, in milliseconds.
 */
const notUnderstood = { waitMs: 60_000, mostMs: 600_000 };

const columns = Prisma.sql`id, simulated AS "isSimulated", action::text, filter - 'sender_profile_ids' AS asked,
  filter -> 'sender_profile_ids' AS "senderProfileIds", state::text, matched,
  matched_is_estimate AS "matchedIsEstimate", done, refused, created_at AS "createdAt", finished_at AS "finishedAt"`;

/** Whether an action was asked for by one who is limited to no other sender profiles than its reader is. */
const isForSenders = ({ senderProfileIds }: Pick<SendOwner, 'senderProfileIds'>): Prisma.Sql =>
  senderProfileIds == null
    ? Prisma.sql`true`
    : Prisma.sql`(filter -> 'sender_profile_ids' <@ ${JSON.stringify(senderProfileIds)}::jsonb) IS TRUE`;

type ClaimedRow = {
  readonly id: string;
  readonly workspace_id: string;
  readonly simulated: boolean;
  readonly action: string;
  readonly filter: unknown;
  readonly cursor: string | null;
  readonly created_at: Date;
};

type ActionStoreOptions = {
  readonly leaseMs?: number;
  readonly onNotUnderstood?: (error: Error) => void;
};

/** Actions on many sends: asked for here, done by the workers in pieces. */
export class ActionStore {
  readonly #prisma: PrismaClient;
  readonly #leaseMs: number;
  readonly #onNotUnderstood: (error: Error) => void;

  /** `leaseMs`: how long one piece may take before others take the action up. `onNotUnderstood` hears of what is left to others. */
  constructor(
    prisma: PrismaClient,
    { leaseMs = 30_000, onNotUnderstood = () => undefined }: ActionStoreOptions = {},
  ) {
    this.#prisma = prisma;
    this.#leaseMs = leaseMs;
    this.#onNotUnderstood = onNotUnderstood;
  }

  /** Writes an action down, unless it is there already by its key, or too many wait. An export has nothing to be done. */
  async request({
    workspaceId,
    isSimulated,
    senderProfileIds,
    ...asked
  }: NewAction): Promise<RequestedAction> {
    const { action, matched, idempotencyKey } = asked;
    const isDone = action === 'export';
    const limit = senderProfileIds == null ? {} : { sender_profile_ids: senderProfileIds };
    const filter = JSON.stringify({ ...asked.asked, ...limit });
    const known = await this.#findByKey({ workspaceId, isSimulated }, { action, filter, idempotencyKey });
    if (known !== null) return known;
    const [, [made]] = await this.#prisma.$transaction([
      // Those that are asked for at once are counted one after another.
      this.#prisma.$queryRaw`SELECT FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`,
      this.#prisma.$queryRaw<StoredAction[]>`
        INSERT INTO bulk_actions (id, workspace_id, simulated, action, filter, idempotency_key, state, matched,
          matched_is_estimate, done, finished_at)
        SELECT ${newId()}::uuid, ${workspaceId}::uuid, ${isSimulated}::boolean, ${action}::"BulkAction",
          ${filter}::jsonb, ${idempotencyKey}::text, ${isDone ? 'done' : 'running'}::"ActionState", ${matched.count}::int,
          ${matched.isEstimate}::boolean, CASE WHEN ${isDone} THEN ${matched.count}::int ELSE 0 END,
          CASE WHEN ${isDone} THEN now() END
        WHERE ${isDone} OR ${maxOpenActions} > (
          SELECT count(*) FROM bulk_actions
          WHERE workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean AND state = 'running')
        ON CONFLICT (workspace_id, simulated, idempotency_key) DO NOTHING
        RETURNING ${columns}`,
    ]);
    if (made !== undefined) return { kind: 'made', action: made };
    const raced = await this.#findByKey({ workspaceId, isSimulated }, { action, filter, idempotencyKey });
    return raced ?? { kind: 'full' };
  }

  /** One action that may be seen, or null. */
  async find({ workspaceId, id, isSimulated, ...limit }: ReadRef): Promise<StoredAction | null> {
    const [action] = await this.#prisma.$queryRaw<StoredAction[]>`
      SELECT ${columns} FROM bulk_actions WHERE id = ${id}::uuid AND workspace_id ${hides} ${workspaceId}::uuid
        AND coalesce(simulated = ${isSimulated ?? null}::boolean, true) AND ${isForSenders(limit)}`;
    return action ?? null;
  }

  /** The newest of an owner, newest first. */
  async newest({ workspaceId, isSimulated }: SendOwner, limit: number): Promise<readonly StoredAction[]> {
    return inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<StoredAction[]>`
      SELECT ${columns} FROM bulk_actions
      WHERE (workspace_id, simulated, id) >= (${workspaceId}::uuid, ${isSimulated}::boolean, ${noId}::uuid)
        AND (workspace_id, simulated, id) < (${workspaceId}::uuid, ${isSimulated}::boolean, ${pastIds}::uuid)
        AND id >= ${noId}::uuid
      ORDER BY workspace_id DESC, simulated DESC, id DESC LIMIT ${limit}::int`,
    );
  }

  /** Stops an action that is under way: the piece in hand changes nothing more. Answers it as it then stands. */
  async stop(ref: SendRef): Promise<StoredAction | null> {
    await this.#prisma.$executeRaw`
      UPDATE bulk_actions SET state = 'stopped', finished_at = now(), lease_token = NULL
      WHERE id = ${ref.id}::uuid AND workspace_id ${hides} ${ref.workspaceId}::uuid
        AND simulated ${hides} ${ref.isSimulated}::boolean AND state = 'running' AND ${isForSenders(ref)}`;
    return this.find(ref);
  }

  /** Takes the action that has waited longest, of each workspace its oldest, under a lease; null: there is none to do. */
  async claim(): Promise<ClaimedAction | null> {
    for (;;) {
      const leaseToken = randomUUID();
      const row = await this.#claimRow(leaseToken);
      if (row === undefined) return null;
      const { id, cursor, created_at: askedAt } = row;
      // A condition that this version does not know must not be left out of account.
      const asked = keptActionSchema.safeParse({ action: row.action, filter: row.filter });
      if (asked.success && asked.data.action !== 'export') {
        const { action } = asked.data;
        const { sender_profile_ids: senderProfileIds = null, ...filter } = asked.data.filter;
        const owner = { workspaceId: row.workspace_id, isSimulated: row.simulated, senderProfileIds };
        return { id, owner, action, filter: sendsFilterOf(filter), askedAt, cursor, leaseToken };
      }
      // Others that wait are taken meanwhile.
      await this.#leaveToOthers(id, leaseToken);
      this.#onNotUnderstood(asked.error ?? new Error('An export is not for the workers.'));
    }
  }

  async #claimRow(leaseToken: string): Promise<ClaimedRow | undefined> {
    const [row] = await this.#prisma.$queryRaw<ClaimedRow[]>`
      UPDATE bulk_actions SET lease_token = ${leaseToken}::uuid, not_before = now() + ${this.#leaseMs} * interval '1 millisecond'
      WHERE id = (
        SELECT a.id FROM bulk_actions a
        WHERE a.state = 'running' AND a.not_before <= ${thisMoment} AND NOT EXISTS (
          SELECT FROM bulk_actions e
          WHERE e.workspace_id = a.workspace_id AND e.state = 'running' AND e.id < a.id)
        ORDER BY a.not_before LIMIT 1 FOR UPDATE SKIP LOCKED)
      RETURNING id, workspace_id, simulated, action::text, filter, cursor, created_at`;
    return row;
  }

  /** Leaves an action to workers that know what it asks for, or says that none has come. */
  async #leaveToOthers(id: string, leaseToken: string): Promise<void> {
    const isOver = Prisma.sql`(left_since < now() - ${notUnderstood.mostMs} * interval '1 millisecond') IS TRUE`;
    await this.#prisma.$executeRaw`
      UPDATE bulk_actions SET lease_token = NULL, left_since = coalesce(left_since, now()),
        not_before = now() + ${notUnderstood.waitMs} * interval '1 millisecond',
        state = CASE WHEN ${isOver} THEN 'stopped' ELSE state END, finished_at = CASE WHEN ${isOver} THEN now() END,
        refused = CASE WHEN ${isOver}
          THEN refused || jsonb_build_object('not_understood', greatest(matched - done, 0)) ELSE refused END
      WHERE id = ${id}::uuid AND lease_token = ${leaseToken}::uuid`;
  }

  /** Changes the sends of a piece and writes down how far the action is, in one transaction, while the lease is this one. */
  record(
    action: ClaimedAction,
    { change, cursor, refused }: ActionPiece,
  ): Promise<readonly SendJob[] | null> {
    const isDone = cursor === null;
    return this.#prisma.$transaction(
      async (tx) => {
        const held = await tx.$queryRaw<unknown[]>`
          SELECT FROM bulk_actions WHERE id = ${action.id}::uuid AND lease_token = ${action.leaseToken}::uuid FOR UPDATE`;
        if (held.length === 0) return null;
        const { done, jobs, ...changed } = await changeMany(tx, action, change);
        const refusals = [refused, changed.refused].map((counts) => JSON.stringify(counts));
        await tx.$executeRaw`
          UPDATE bulk_actions a SET
            done = done + ${done}::int, cursor = coalesce(${cursor}::uuid, cursor), lease_token = NULL, not_before = now(),
            left_since = NULL,
            state = CASE WHEN ${isDone} THEN 'done' ELSE state END, finished_at = CASE WHEN ${isDone} THEN now() END,
            refused = (
              SELECT coalesce(jsonb_object_agg(c.key, c.total), '{}') FROM (
                SELECT key, sum(value::int) AS total FROM (
                  SELECT * FROM jsonb_each_text(a.refused) UNION ALL SELECT * FROM jsonb_each_text(${refusals[0]}::jsonb)
                  UNION ALL SELECT * FROM jsonb_each_text(${refusals[1]}::jsonb)) AS counted GROUP BY key) AS c)
          WHERE id = ${action.id}::uuid`;
        return jobs;
      },
      { timeout: 30_000, maxWait: 5_000 },
    );
  }

  /** Leaves an action whose piece failed alone for a while. */
  async release({ id, leaseToken }: ClaimedAction): Promise<void> {
    await this.#prisma.$executeRaw`
      UPDATE bulk_actions SET lease_token = NULL, left_since = NULL, not_before = now() + ${failedMs} * interval '1 millisecond'
      WHERE id = ${id}::uuid AND lease_token = ${leaseToken}::uuid`;
  }

  async #findByKey(
    { workspaceId, isSimulated }: SendOwner,
    asked: { readonly action: BulkAction; readonly filter: string; readonly idempotencyKey: string | null },
  ): Promise<RequestedAction | null> {
    if (asked.idempotencyKey === null) return null;
    const [row] = await this.#prisma.$queryRaw<(StoredAction & { readonly is_same: boolean })[]>`
      SELECT ${columns}, action = ${asked.action}::"BulkAction" AND filter = ${asked.filter}::jsonb AS is_same
      FROM bulk_actions WHERE workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean
        AND idempotency_key = ${asked.idempotencyKey}::text`;
    if (row === undefined) return null;
    const { is_same: isSame, ...action } = row;
    return isSame ? { kind: 'known', action } : { kind: 'reused' };
  }
}
