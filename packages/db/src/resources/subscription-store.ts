import { addressKey } from '@postroom/contracts';
import { newId, type ResourceRef } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { tellSubscriptions } from '../notify/tell-resources.ts';

/** What one profile said about one group. */
export type StoredSubscription = {
  readonly groupId: string;
  readonly profileId: string;
  readonly subscribed: boolean;
  readonly updatedAt: Date;
};

/** Those of `written` that did not stand like that before: every part of a statement sees the tables as they were. */
const changed = (workspaceId: string): Prisma.Sql => Prisma.sql`(
  SELECT w.*, ${workspaceId}::uuid AS workspace_id, false AS simulated, NULL::uuid AS send_id
  FROM written w WHERE w.subscribed IS DISTINCT FROM (
    SELECT o.subscribed FROM subscriptions o WHERE o.group_id = w.group_id AND o.profile_id = w.profile_id))`;

/** What recipients said about the groups of a workspace. The group given must exist. */
export class SubscriptionStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null when the workspace has no such profile. */
  setByProfile(
    group: ResourceRef,
    { profileId, subscribed }: { readonly profileId: string; readonly subscribed: boolean },
  ): Promise<StoredSubscription | null> {
    return this.#writeFor(group, { matching: Prisma.sql`p.id = ${profileId}::uuid`, subscribed });
  }

  /** Holds for every profile that shares the address; an address that nobody has becomes a profile. */
  async setByEmail(
    group: ResourceRef,
    { email, subscribed }: { readonly email: string; readonly subscribed: boolean },
  ): Promise<StoredSubscription> {
    const input = { matching: Prisma.sql`p.email_key = ${addressKey(email)}::text`, subscribed };
    const known = await this.#writeFor(group, input);
    if (known !== null) return known;
    await this.#makeProfile(group.workspaceId, email);
    const made = await this.#writeFor(group, input);
    if (made === null) throw new Error('a profile that was just made is not there');
    return made;
  }

  /** Writes for the profiles that match; answers the one that mail to their address would be sent for. */
  async #writeFor(
    group: ResourceRef,
    { matching, subscribed }: { readonly matching: Prisma.Sql; readonly subscribed: boolean },
  ): Promise<StoredSubscription | null> {
    const [subscription] = await this.#prisma.$queryRaw<StoredSubscription[]>`
      WITH written AS (
        INSERT INTO subscriptions (group_id, profile_id, subscribed, updated_at)
        SELECT g.id, p.id, ${subscribed}::boolean, now()
        FROM subscription_groups g JOIN profiles p ON p.workspace_id = g.workspace_id
        WHERE g.workspace_id = ${group.workspaceId}::uuid AND g.id = ${group.id}::uuid AND ${matching}
        ORDER BY p.id
        ON CONFLICT (group_id, profile_id)
          DO UPDATE SET subscribed = excluded.subscribed, updated_at = excluded.updated_at
        RETURNING *
      ), told AS (${tellSubscriptions(changed(group.workspaceId), 'client')}
      )
      SELECT w.group_id AS "groupId", w.profile_id AS "profileId", w.subscribed, w.updated_at AS "updatedAt"
      FROM written w CROSS JOIN LATERAL (SELECT * FROM profiles WHERE id = w.profile_id OFFSET 0) p
      ORDER BY (p.external_id IS NULL) DESC, p.id
      LIMIT 1`;
    return subscription ?? null;
  }

  /** Makes a profile for an address that no profile of the workspace has; someone else may be faster. */
  async #makeProfile(workspaceId: string, email: string): Promise<void> {
    await this.#prisma.$executeRaw`
      INSERT INTO profiles (id, workspace_id, email, email_key)
      VALUES (${newId()}::uuid, ${workspaceId}::uuid, ${email}, ${addressKey(email)})
      ON CONFLICT DO NOTHING`;
  }
}
