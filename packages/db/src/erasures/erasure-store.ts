import { addressKey } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import type { ResourceRef } from '../resources/page.ts';

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

/**
 * Writes down that a person is to be erased, with the profiles that are theirs now. While that is under way, asking
 * again answers the same erasure, which begins anew if it hears of more profiles.
 */
async function request(
  prisma: PrismaClient,
  workspaceId: string,
  { emailKey, profileIds }: { readonly emailKey: string | null; readonly profileIds: readonly string[] },
): Promise<Requested> {
  const id = newId();
  const [erasure] = await prisma.$queryRaw<StoredErasure[]>`
    INSERT INTO erasures AS e (id, workspace_id, email_key, profile_ids, in_hand)
    SELECT ${id}::uuid, ${workspaceId}::uuid, ${emailKey}::text, ARRAY(
      SELECT p.id FROM profiles p WHERE p.workspace_id = ${workspaceId}::uuid AND p.email_key = ${emailKey}::text
      UNION SELECT unnest(${[...profileIds]}::uuid[])), '{}'
    ON CONFLICT (workspace_id, email_key) DO UPDATE SET
      profile_ids = ARRAY(SELECT unnest(e.profile_ids) UNION SELECT unnest(excluded.profile_ids)),
      stage = CASE WHEN e.profile_ids @> excluded.profile_ids THEN e.stage ELSE 'waiting' END,
      cursor = CASE WHEN e.profile_ids @> excluded.profile_ids THEN e.cursor END
    RETURNING ${columns}`;
  if (erasure === undefined) throw new Error('an erasure that was just written is not there');
  return { erasure, isNew: erasure.id === id };
}

/** Erasures of persons: asked for here, done by the workers. */
export type ErasureStore = {
  /** Asks for everything that is kept of an address. */
  requestByEmail(workspaceId: string, email: string): Promise<Requested>;
  /** The same for a profile and its address; null: the workspace has no such profile. */
  requestByProfile(ref: ResourceRef): Promise<Requested | null>;
  find(ref: ResourceRef): Promise<StoredErasure | null>;
};

/** Keeps erasures in PostgreSQL. */
export function createErasureStore(prisma: PrismaClient): ErasureStore {
  return {
    requestByEmail: (workspaceId, email) =>
      request(prisma, workspaceId, { emailKey: addressKey(email), profileIds: [] }),
    requestByProfile: async ({ workspaceId, id }) => {
      const profile = await prisma.profile.findFirst({
        where: { id, workspaceId },
        select: { emailKey: true },
      });
      return profile === null ? null : request(prisma, workspaceId, { ...profile, profileIds: [id] });
    },
    find: async ({ workspaceId, id }) => {
      const [erasure] = await prisma.$queryRaw<StoredErasure[]>`
        SELECT ${columns} FROM erasures WHERE id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid`;
      return erasure ?? null;
    },
  };
}
