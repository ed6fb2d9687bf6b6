import { addressKey } from '@postroom/contracts';
import { newId, type ResourceRef } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { thisMoment } from '../look-up.ts';
import {
  contentSettlesMs,
  doPiece,
  type ErasureRow,
  type ErasureStep,
  leastPortion,
  recordPiece,
} from './erase-step.ts';

/** The erasure of a person, without anything that tells who it is. */
export type StoredErasure = {
  readonly id: string;
  /** Of the steps of the work, the one that comes next; `done` at the end. */
  readonly stage: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
};

const columns = Prisma.sql`id, stage::text, counts, created_at AS "createdAt", finished_at AS "finishedAt"`;

type Requested = { readonly erasure: StoredErasure; readonly isNew: boolean };

/** Erasures of persons: asked for here, done by the workers. */
export class ErasureStore {
  readonly #prisma: PrismaClient;
  /** Of the usual rows of a piece: less after each that failed, since large rows may take longer than a statement has. */
  #portion = 1;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Asks for everything that is kept of an address. */
  requestByEmail(workspaceId: string, email: string): Promise<Requested> {
    return this.#request(workspaceId, { emailKey: addressKey(email), profileIds: [] });
  }

  /** The same for a profile and its address; null: the workspace has no such profile. */
  async requestByProfile({ workspaceId, id }: ResourceRef): Promise<Requested | null> {
    const profile = await this.#prisma.profile.findFirst({
      where: { id, workspaceId },
      select: { emailKey: true },
    });
    return profile === null ? null : this.#request(workspaceId, { ...profile, profileIds: [id] });
  }

  async find({ workspaceId, id }: ResourceRef): Promise<StoredErasure | null> {
    const [erasure] = await this.#prisma.$queryRaw<StoredErasure[]>`
      SELECT ${columns} FROM erasures WHERE id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid`;
    return erasure ?? null;
  }

  /**
   * Does the next piece of the erasure that has waited longest, in one transaction, and answers which; null when there is
   * none to do. Whoever is killed meanwhile has done nothing of it: the next one does it. Any number may work at once.
   */
  async eraseNext(settleMs = contentSettlesMs): Promise<ErasureStep | null> {
    let taken: ErasureRow | undefined;
    try {
      const step = await this.#prisma.$transaction(
        async (tx) => {
          [taken] = await tx.$queryRaw<ErasureRow[]>`
            SELECT id, workspace_id, email_key, profile_ids, stage::text, cursor, cursor_key, in_hand, returns, asked_again
            FROM erasures
            WHERE stage <> 'done' AND not_before <= ${thisMoment} ORDER BY not_before LIMIT 1 FOR UPDATE SKIP LOCKED`;
          if (taken === undefined) return null;
          const piece = await doPiece(tx, { ...taken, portion: this.#portion }, settleMs);
          await recordPiece(tx, taken, piece);
          return { id: taken.id, workspaceId: taken.workspace_id, stage: piece.stage };
        },
        { timeout: 30_000, maxWait: 5_000 },
      );
      this.#portion = Math.min(1, this.#portion * 1.1);
      return step;
    } catch (error) {
      // Others go on meanwhile.
      if (taken !== undefined) {
        this.#portion = Math.max(leastPortion, this.#portion / 4);
        await this.#prisma.$executeRaw`
          UPDATE erasures SET not_before = now() + interval '10 seconds' WHERE id = ${taken.id}::uuid`.catch(
          () => 0,
        );
      }
      throw error;
    }
  }

  /**
   * Writes down that a person is to be erased, with the profiles that are theirs now. While that is under way,
   * asking again answers the same erasure, which begins anew if it hears of more profiles, and runs once more if it was past
   * what waits and the sends.
   */
  async #request(
    workspaceId: string,
    { emailKey, profileIds }: { readonly emailKey: string | null; readonly profileIds: readonly string[] },
  ): Promise<Requested> {
    const id = newId();
    const [erasure] = await this.#prisma.$queryRaw<StoredErasure[]>`
      INSERT INTO erasures AS e (id, workspace_id, email_key, profile_ids, in_hand)
      SELECT ${id}::uuid, ${workspaceId}::uuid, ${emailKey}::text, ARRAY(
        SELECT p.id FROM profiles p WHERE p.workspace_id = ${workspaceId}::uuid AND p.email_key = ${emailKey}::text
        UNION SELECT unnest(${[...profileIds]}::uuid[])), '{}'
      ON CONFLICT (workspace_id, email_key) DO UPDATE SET
        profile_ids = ARRAY(SELECT unnest(e.profile_ids) UNION SELECT unnest(excluded.profile_ids)),
        stage = CASE WHEN e.profile_ids @> excluded.profile_ids THEN e.stage ELSE 'waiting' END,
        cursor = CASE WHEN e.profile_ids @> excluded.profile_ids THEN e.cursor END,
        asked_again = e.profile_ids @> excluded.profile_ids AND (e.asked_again OR e.stage NOT IN ('waiting', 'sends'))
      RETURNING ${columns}`;
    if (erasure === undefined) throw new Error('an erasure that was just written is not there');
    return { erasure, isNew: erasure.id === id };
  }
}
