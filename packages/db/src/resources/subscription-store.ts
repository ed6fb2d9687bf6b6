import { addressKey } from '@postroom/contracts';
import { newId } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import type { ResourceRef } from './page.ts';

/** What one profile said about one group. */
export type StoredSubscription = {
  readonly groupId: string;
  readonly profileId: string;
  readonly subscribed: boolean;
  readonly updatedAt: Date;
};

/** Writes for the profiles that match; answers the one that mail to their address would be sent for. */
async function writeFor(
  prisma: PrismaClient,
  group: ResourceRef,
  { matching, subscribed }: { readonly matching: Prisma.Sql; readonly subscribed: boolean },
): Promise<StoredSubscription | null> {
  const [subscription] = await prisma.$queryRaw<StoredSubscription[]>`
    WITH written AS (
      INSERT INTO subscriptions (group_id, profile_id, subscribed, updated_at)
      SELECT g.id, p.id, ${subscribed}::boolean, now()
      FROM subscription_groups g JOIN profiles p ON p.workspace_id = g.workspace_id
      WHERE g.workspace_id = ${group.workspaceId}::uuid AND g.id = ${group.id}::uuid AND ${matching}
      ORDER BY p.id
      ON CONFLICT (group_id, profile_id)
        DO UPDATE SET subscribed = excluded.subscribed, updated_at = excluded.updated_at
      RETURNING *)
    SELECT w.group_id AS "groupId", w.profile_id AS "profileId", w.subscribed, w.updated_at AS "updatedAt"
    FROM written w CROSS JOIN LATERAL (SELECT * FROM profiles WHERE id = w.profile_id OFFSET 0) p
    ORDER BY (p.external_id IS NULL) DESC, p.id
    LIMIT 1`;
  return subscription ?? null;
}

/** Makes a profile for an address that no profile of the workspace has; someone else may be faster. */
async function makeProfile(prisma: PrismaClient, workspaceId: string, email: string): Promise<void> {
  await prisma.$executeRaw`
    INSERT INTO profiles (id, workspace_id, email, email_key)
    VALUES (${newId()}::uuid, ${workspaceId}::uuid, ${email}, ${addressKey(email)})
    ON CONFLICT DO NOTHING`;
}

async function setByEmail(
  prisma: PrismaClient,
  group: ResourceRef,
  { email, subscribed }: { readonly email: string; readonly subscribed: boolean },
): Promise<StoredSubscription> {
  const input = { matching: Prisma.sql`p.email_key = ${addressKey(email)}::text`, subscribed };
  const known = await writeFor(prisma, group, input);
  if (known !== null) return known;
  await makeProfile(prisma, group.workspaceId, email);
  const made = await writeFor(prisma, group, input);
  if (made === null) throw new Error('a profile that was just made is not there');
  return made;
}

/** What recipients said about the groups of a workspace. The group given must exist. */
export type SubscriptionStore = {
  /** Null when the workspace has no such profile. */
  setByProfile(
    group: ResourceRef,
    input: { readonly profileId: string; readonly subscribed: boolean },
  ): Promise<StoredSubscription | null>;
  /** Holds for every profile that shares the address; an address that nobody has becomes a profile. */
  setByEmail(
    group: ResourceRef,
    input: { readonly email: string; readonly subscribed: boolean },
  ): Promise<StoredSubscription>;
};

/** Keeps subscriptions in PostgreSQL. */
export function createSubscriptionStore(prisma: PrismaClient): SubscriptionStore {
  return {
    setByProfile: (group, { profileId, subscribed }) =>
      writeFor(prisma, group, { matching: Prisma.sql`p.id = ${profileId}::uuid`, subscribed }),
    setByEmail: (group, input) => setByEmail(prisma, group, input),
  };
}
