import type { PrismaClient } from '../generated/client.ts';
import { momentOfId } from '../ids-by-time.ts';
import { thisMoment, withoutSort } from '../look-up.ts';
import type { Horizons, Met, Reach, RetentionKind, RetentionPolicy, Tx, Walk } from './walk.ts';
import { attachmentsWalk, bodiesWalk, latest } from './walk-contents.ts';
import { facetsWalk } from './walk-facets.ts';
import { batchesWalk, contentWalk, sendsWalk } from './walk-sends.ts';
import { eventsWalk, noticesWalk } from './walk-told.ts';

/** What one piece came to. */
export type RetentionStep = { readonly kind: RetentionKind; readonly removed: number };

type WalkRow = {
  readonly cursor: string | null;
  readonly has_kept: boolean;
  readonly kept_after: string | null;
  readonly kept_since: Date | null;
  readonly reached: Date | null;
  readonly began_at: Date | null;
  readonly now: Date;
};

type Options = {
  /** Between two passes of one kind, in milliseconds; ten times as long as the last one took, if that is more. */
  readonly restMs?: number;
  /** By how much sends have to be further before what they shared is walked again, in milliseconds. */
  readonly followMs?: number;
  /** After how long what is done once begins, in milliseconds: by then no process of a version before is left. */
  readonly onceAfterMs?: number;
};

/** How long a kind of which a piece failed is left alone, in milliseconds: longer than whoever asks for pieces pauses then. */
const failedMs = 600_000;

/** In the order in which they are due: what others follow from comes first. */
const walks: readonly Walk[] = [
  contentWalk,
  eventsWalk,
  sendsWalk,
  batchesWalk,
  noticesWalk,
  bodiesWalk,
  attachmentsWalk,
  facetsWalk,
];

/**
 * Removes what is older than it may be, in small pieces, each in one short transaction. A walk goes along the key of its table,
 * which ascends with time, up to the age, and keeps where it is; the next pass begins where the last one ended, or at the first
 * row that it left.
 */
export class RetentionStore {
  readonly #prisma: PrismaClient;
  readonly #restMs: number;
  readonly #followMs: number;
  readonly #onceAfterMs: number;

  constructor(
    prisma: PrismaClient,
    { restMs = 60_000, followMs = 3_600_000, onceAfterMs = 86_400_000 }: Options = {},
  ) {
    this.#prisma = prisma;
    this.#restMs = restMs;
    this.#followMs = followMs;
    this.#onceAfterMs = onceAfterMs;
  }

  /**
   * Does the next piece; null when there is none to do now. Whoever is killed meanwhile has removed nothing of it. Any number
   * may work at once: each kind is walked by one of them at a time.
   */
  async removeNext(policy: RetentionPolicy): Promise<RetentionStep | null> {
    const resting = await this.#prisma.$queryRaw<{ readonly kind: string }[]>`
      SELECT kind FROM retention_walks WHERE not_before > ${thisMoment}`;
    const isResting = new Set(resting.map(({ kind }) => kind));
    for (const walk of walks) {
      const ageMs = walk.ageMs(policy);
      if (ageMs === null || isResting.has(walk.kind)) continue;
      try {
        const step = await this.#doPiece(walk, ageMs);
        if (step !== null) return step;
      } catch (error) {
        // Others go on meanwhile.
        await rest(this.#prisma, walk, failedMs).catch(() => undefined);
        throw error;
      }
    }
    return null;
  }

  /** One piece of a walk, or its rest; null: another has it in hand, or there is nothing that it could follow. */
  async #doPiece(walk: Walk, ageMs: number): Promise<RetentionStep | null> {
    await this.#prisma.$executeRaw`
      INSERT INTO retention_walks (kind, not_before)
      SELECT ${walk.kind}, now() + ${walk.isOnce ? this.#onceAfterMs : 0} * interval '1 millisecond'
      WHERE NOT EXISTS (SELECT FROM retention_walks WHERE kind = ${walk.kind}) ON CONFLICT DO NOTHING`;
    return this.#prisma.$transaction(
      async (tx) => {
        const [row] = await tx.$queryRaw<WalkRow[]>`
          SELECT cursor, has_kept, kept_after, kept_since, reached, began_at, now() AS now FROM retention_walks
          WHERE kind = ${walk.kind} AND not_before <= ${thisMoment} FOR UPDATE SKIP LOCKED`;
        if (row === undefined) return null;
        const horizons = await horizonsOf(tx);
        const until = walk.follows ? latest(horizons) : new Date(row.now.getTime() - ageMs);
        if (until === null) return null;
        if (walk.follows && row.began_at === null && isNear(row.reached, until, this.#followMs)) {
          await rest(tx, walk, this.#restMs);
          return null;
        }
        await tx.$executeRaw`${withoutSort}`;
        return this.#advance(tx, walk, { row, until, horizons });
      },
      { timeout: 30_000, maxWait: 5_000 },
    );
  }

  async #advance(
    tx: Tx,
    walk: Walk,
    { row, until, horizons }: { readonly row: WalkRow; readonly until: Date; readonly horizons: Horizons },
  ): Promise<RetentionStep> {
    const reach: Reach = { after: row.cursor, before: until, horizons };
    const looked = await walk.look(tx, reach, walk.take);
    const met = upTo(looked, walk.most);
    const due = met.filter(({ state }) => state === 'due').map(({ place }) => place);
    const removed = due.length === 0 ? [] : await walk.remove(tx, due, reach);
    const cursor = met.at(-1)?.place ?? row.cursor;
    const kept = row.has_kept || walk.follows ? keptBefore(row) : firstKept(met, removed, row.cursor);
    if (looked.length === walk.take || met.length < looked.length) {
      await tx.$executeRaw`
        UPDATE retention_walks SET cursor = ${cursor}, has_kept = ${kept !== null}, kept_after = ${kept?.kept_after ?? null},
          kept_since = ${kept?.kept_since?.toISOString() ?? null}::timestamptz, began_at = coalesce(began_at, now())
        WHERE kind = ${walk.kind}`;
    } else {
      const next = walk.follows ? null : kept === null ? cursor : kept.kept_after;
      const reached = kept?.kept_since ?? until;
      await tx.$executeRaw`
        UPDATE retention_walks SET cursor = ${next}, has_kept = false, kept_after = NULL, kept_since = NULL,
          reached = greatest(reached, ${reached.toISOString()}::timestamptz), began_at = NULL,
          not_before = CASE WHEN ${walk.isOnce ?? false}::boolean THEN 'infinity' ELSE
            now() + greatest(${this.#restMs} * interval '1 millisecond', 10 * (now() - coalesce(began_at, now()))) END
        WHERE kind = ${walk.kind}`;
    }
    return { kind: walk.kind, removed: removed.length };
  }
}

/** The rows up to the last one that a piece may still remove. */
function upTo(looked: readonly Met[], most: number): readonly Met[] {
  let due = 0;
  const end = looked.findIndex(({ state }) => {
    if (state === 'due') due += 1;
    return due === most;
  });
  return end < 0 ? looked : looked.slice(0, end + 1);
}

const keptBefore = (row: WalkRow) => (row.has_kept ? row : null);

/** Where the next pass has to begin, because something was met there that is not gone; null: nothing was. */
function firstKept(
  met: readonly Met[],
  removed: readonly string[],
  cursor: string | null,
): Pick<WalkRow, 'kept_after' | 'kept_since'> | null {
  const gone = new Set(removed);
  const at = met.findIndex(({ place, state }) => state !== 'gone' && !gone.has(place));
  const kept = met[at];
  if (kept === undefined) return null;
  return { kept_after: met[at - 1]?.place ?? cursor, kept_since: momentOfId(kept.place) };
}

async function horizonsOf(tx: Tx): Promise<Horizons> {
  const rows = await tx.$queryRaw<{ readonly kind: string; readonly reached: Date | null }[]>`
    SELECT kind, reached FROM retention_walks WHERE kind IN ('content', 'sends')`;
  const of = (kind: string) => rows.find((row) => row.kind === kind)?.reached ?? null;
  return { content: of('content'), sends: of('sends') };
}

const isNear = (reached: Date | null, until: Date, byMs: number) =>
  reached !== null && until.getTime() - reached.getTime() < byMs;

async function rest(tx: Tx, { kind }: Walk, restMs: number): Promise<void> {
  await tx.$executeRaw`
    UPDATE retention_walks SET not_before = now() + ${restMs} * interval '1 millisecond' WHERE kind = ${kind}`;
}
