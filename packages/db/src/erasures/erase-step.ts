import { writeTimes } from '../accept/write-times.ts';
import { Prisma } from '../generated/client.ts';
import { noId } from '../ids-by-time.ts';
import {
  eraseBodies,
  eraseMentionsBeside,
  eraseNotes,
  erasePeople,
  keepUsedContents,
  removeContents,
} from './erase-beside.ts';
import { eraseNotices } from './erase-notices.ts';
import { type Counts, eraseFromSends, type Person, type Tx } from './erase-sends.ts';

type Stage =
  | 'waiting'
  | 'sends'
  | 'in_hand'
  | 'people'
  | 'mentions'
  | 'notices'
  | 'bodies'
  | 'uses'
  | 'contents'
  | 'done';

/** An erasure as the driver hands it over. */
export type ErasureRow = {
  readonly id: string;
  readonly workspace_id: string;
  readonly email_key: string | null;
  readonly profile_ids: readonly string[];
  readonly stage: Stage;
  readonly cursor: string | null;
  readonly cursor_key: string | null;
  readonly in_hand: readonly string[];
  readonly returns: number;
  readonly asked_again: boolean;
};

/** One to be worked at: `portion` of the usual rows make a piece. */
type Work = ErasureRow & { readonly portion: number };

/** What comes after one piece: the stage goes on behind `cursor`, where rows have no ids behind `cursorKey`, or another begins. */
type Piece = {
  readonly stage: Stage;
  readonly cursor?: string | null;
  readonly cursorKey?: string | null;
  readonly inHand?: readonly string[];
  readonly counts?: Counts;
  readonly waitMs?: number;
};

/** How many rows one piece looks at, at the most. */
const pageSize = 500;
/** Bodies are large. */
const bodiesPageSize = 20;
/** So may files be. */
const contentsPageSize = 100;
/** With what was sent to webhooks and answered, notices may be. */
const noticesPageSize = 50;
/** So often an erasure goes back for mail that was written meanwhile: whoever goes on writing to the person does not keep it going. */
const mostReturns = 3;
/** How long what workers have in hand is left alone, in milliseconds. */
const inHandWaitMs = 1_000;
/**
 * Requests that found some content before it was to go have written their sends within this time, in milliseconds: the statement that
 * found it, their turn, a connection, and the transaction.
 */
export const contentSettlesMs = 2 * writeTimes.statementMs + writeTimes.waitMs + writeTimes.transactionMs;

/** The least portion of a piece: one row of each kind. */
export const leastPortion = 1 / pageSize;

const rowsOf = ({ portion }: Work, most: number) => Math.max(1, Math.round(portion * most));

/** The next ids of tables in their order, of every workspace: a walk that no statistics can lead astray. */
async function nextIds(tx: Tx, tables: readonly Prisma.Sql[], row: Work, most = pageSize) {
  const take = rowsOf(row, most);
  const arms = tables.map(
    (table) =>
      Prisma.sql`(SELECT id FROM ${table} WHERE id > ${row.cursor ?? noId}::uuid ORDER BY id LIMIT ${take}::int)`,
  );
  const rows = await tx.$queryRaw<{ readonly id: string }[]>`
    SELECT id FROM (${Prisma.join(arms, ' UNION ALL ')}) AS near ORDER BY id LIMIT ${take}::int`;
  return rows.map(({ id }) => id);
}

/** What waits for the person, soonest first gone: by what sends can be found by. */
async function endWaiting(tx: Tx, person: Person, row: Work): Promise<Piece> {
  const rows = await tx.$queryRaw<{ readonly id: string }[]>`
    SELECT s.id FROM send_facets f JOIN email_sends s ON s.id = f.send_id
    WHERE f.workspace_id = ${person.workspaceId}::uuid AND f.simulated IN (true, false) AND f.kind = 'to'
      AND f.value = ${person.emailKey}::text AND s.status IN ('Scheduled', 'Queued')
    LIMIT ${rowsOf(row, pageSize)}::int`;
  if (rows.length === 0) return { stage: 'sends' };
  const { counts, inHand } = await eraseFromSends(
    tx,
    person,
    rows.map(({ id }) => id),
  );
  const hasFound = inHand.length > 0 || Object.keys(counts).length > 0;
  return { stage: hasFound ? 'waiting' : 'sends', counts, inHand: [...row.in_hand, ...inHand] };
}

async function walkSends(tx: Tx, person: Person, row: Work): Promise<Piece> {
  const ids = await nextIds(tx, [Prisma.sql`email_sends`], row);
  if (ids.length === 0) return { stage: 'in_hand', cursor: null };
  const { counts, inHand } = await eraseFromSends(tx, person, ids);
  return { stage: 'sends', cursor: ids.at(-1) ?? null, counts, inHand: [...row.in_hand, ...inHand] };
}

/** Mail that a worker had in hand is sent as it was, and erased when it has come to its end, or waits again. */
async function lookAtInHand(tx: Tx, person: Person, row: Work): Promise<Piece> {
  const ids = [...new Set(row.in_hand)];
  const rest = ids.splice(rowsOf(row, pageSize));
  const { counts, inHand } = await eraseFromSends(tx, person, ids);
  const left = [...rest, ...inHand];
  const waitMs = inHand.length > 0 ? inHandWaitMs : 0;
  return { stage: left.length > 0 ? 'in_hand' : 'people', counts, inHand: left, waitMs };
}

/**
 * Walks all sends once more: what others use stays, and what was being written at the first walk is found. That may have made the
 * person a profile anew: it is kept with what is in hand, which goes through all that follows once more.
 */
async function walkUses(tx: Tx, person: Person, row: Work): Promise<Piece> {
  const ids = await nextIds(tx, [Prisma.sql`email_sends`], row);
  if (ids.length === 0) {
    const isLate = row.in_hand.length > 0;
    return isLate ? { stage: 'in_hand', cursor: null } : { stage: 'contents', cursor: null };
  }
  const { counts, inHand } = await eraseFromSends(tx, person, ids);
  await keepUsedContents(tx, person, ids);
  const isLate = Object.keys(counts).length > 0 && row.returns < mostReturns;
  const kept = [...row.in_hand, ...inHand, ...(isLate ? ids.slice(0, 1) : [])];
  return { stage: 'uses', cursor: ids.at(-1) ?? null, counts, inHand: kept };
}

async function walkBodies(tx: Tx, person: Person, row: Work): Promise<Piece> {
  const ids = await nextIds(tx, [Prisma.sql`template_snapshots`], row, bodiesPageSize);
  if (ids.length === 0) return { stage: 'uses', cursor: null };
  return { stage: 'bodies', cursor: ids.at(-1) ?? null, counts: await eraseBodies(tx, person, ids) };
}

const beside = [Prisma.sql`profiles`, Prisma.sql`templates`, Prisma.sql`bulk_actions`];

async function walkBeside(tx: Tx, person: Person, row: Work): Promise<Piece> {
  if (row.cursor_key !== null) return walkNotes(tx, person, row, row.cursor_key);
  const ids = await nextIds(tx, beside, row);
  if (ids.length === 0) return { stage: 'mentions', cursorKey: '' };
  return {
    stage: 'mentions',
    cursor: ids.at(-1) ?? null,
    counts: await eraseMentionsBeside(tx, person, ids),
  };
}

async function walkNotes(tx: Tx, person: Person, row: Work, after: string): Promise<Piece> {
  const { counts, last } = await eraseNotes(tx, person, { after, take: rowsOf(row, pageSize) });
  return last === null
    ? { stage: 'notices', cursor: null, counts }
    : { stage: 'mentions', cursorKey: last, counts };
}

async function walkNotices(tx: Tx, person: Person, row: Work): Promise<Piece> {
  const ids = await nextIds(tx, [Prisma.sql`webhook_notices`], row, noticesPageSize);
  if (ids.length === 0) return { stage: 'bodies', cursor: null };
  return { stage: 'notices', cursor: ids.at(-1) ?? null, counts: await eraseNotices(tx, person, ids) };
}

async function removeSomeContents(tx: Tx, person: Person, row: Work, settleMs: number): Promise<Piece> {
  const take = rowsOf(row, contentsPageSize);
  const { counts, isAll } = await removeContents(tx, person, { settleMs, take });
  return { stage: isAll ? 'done' : 'contents', cursor: null, counts };
}

/** Does one piece of an erasure, and answers what comes after it. */
export async function doPiece(tx: Tx, row: Work, settleMs: number): Promise<Piece> {
  const { id: erasureId, workspace_id: workspaceId, email_key: emailKey, profile_ids: profileIds } = row;
  const person: Person = { erasureId, workspaceId, emailKey, profileIds };
  switch (row.stage) {
    case 'waiting':
      return endWaiting(tx, person, row);
    case 'sends':
      return walkSends(tx, person, row);
    case 'in_hand':
      return lookAtInHand(tx, person, row);
    case 'people':
      return { stage: 'mentions', cursor: null, counts: await erasePeople(tx, person), waitMs: settleMs };
    case 'mentions':
      return walkBeside(tx, person, row);
    case 'notices':
      return walkNotices(tx, person, row);
    case 'bodies':
      return walkBodies(tx, person, row);
    case 'uses':
      return walkUses(tx, person, row);
    case 'contents':
    case 'done':
      // What appeared behind the walks before it was asked again is theirs too.
      if (row.asked_again) return { stage: 'waiting', cursor: null };
      return removeSomeContents(tx, person, row, settleMs);
  }
}

/** Notes what a piece came to. */
export async function recordPiece(
  tx: Tx,
  row: ErasureRow,
  { stage, cursor, cursorKey = null, inHand, counts = {}, waitMs = 0 }: Piece,
): Promise<void> {
  const isDone = stage === 'done';
  await tx.$executeRaw`
    UPDATE erasures e SET
      stage = ${stage}::"ErasureStage",
      cursor = ${isDone || cursor === undefined ? (isDone ? null : row.cursor) : cursor}::uuid,
      cursor_key = ${cursorKey}::text,
      in_hand = ${[...(inHand ?? row.in_hand)]}::uuid[],
      counts = (
        SELECT coalesce(jsonb_object_agg(c.key, c.total), '{}') FROM (
          SELECT key, sum(value::bigint) AS total FROM (
            SELECT * FROM jsonb_each_text(e.counts) UNION ALL SELECT * FROM jsonb_each_text(${JSON.stringify(counts)}::jsonb)
          ) AS both_counts GROUP BY key) AS c),
      asked_again = e.asked_again AND ${stage} <> 'waiting',
      returns = CASE WHEN ${stage} = 'waiting' THEN 0 WHEN ${stage} = 'in_hand' AND e.stage = 'uses' THEN e.returns + 1
        ELSE e.returns END,
      uses_since = CASE WHEN ${stage} = 'uses' AND e.stage <> 'uses' THEN now() ELSE e.uses_since END,
      not_before = now() + ${waitMs} * interval '1 millisecond',
      finished_at = CASE WHEN ${isDone} THEN now() END,
      email_key = CASE WHEN NOT ${isDone} THEN e.email_key END,
      profile_ids = CASE WHEN ${isDone} THEN '{}' ELSE e.profile_ids END
    WHERE e.id = ${row.id}::uuid`;
}

/** What one piece of work came to; `done`: this person is erased. */
export type ErasureStep = { readonly id: string; readonly workspaceId: string; readonly stage: string };
