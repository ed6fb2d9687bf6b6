import { addressKey } from '@postroom/contracts';
import {
  newId,
  type ResourceRef,
  type Subscriber,
  type SubscriberStanding,
  type WantedStanding,
} from '@postroom/core';
import { isYesOfProfile, mailboxOf } from '../confirmed.ts';
import { hadLeft, takeBack } from '../erasures/kept-no.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { tellSubscriptions } from '../notify/tell-resources.ts';
import { mayAsk } from './ask-statement.ts';
import { isLocked, lockedOf } from './locked-subscriptions.ts';

/** What one profile said about one group. */
export type StoredSubscription = {
  readonly groupId: string;
  readonly profileId: string;
  readonly subscribed: boolean;
  /** Asked to confirm, and not subscribed until then. */
  readonly pending: boolean;
  readonly updatedAt: Date;
};

/** Those of `written` that did not stand like that in `locked`. */
const changed = (workspaceId: string): Prisma.Sql => Prisma.sql`(
  SELECT w.*, ${workspaceId}::uuid AS workspace_id, false AS simulated, NULL::uuid AS send_id
  FROM written w WHERE NOT EXISTS (
    SELECT FROM locked o WHERE o.group_id = w.group_id AND o.profile_id = w.profile_id
      AND o.subscribed = w.subscribed AND o.pending = w.pending))`;

/** Whether what the subscription `x` says counts for the mailbox that its profile has now. */
const counts = Prisma.sql`(NOT x.subscribed OR ${isYesOfProfile})`;

/**
 * The profiles `p` that are meant: the one named, or all that share the address, those of test keys as well, since mail is
 * judged by them all. An address that they alone have is nobody's yet.
 */
const matching = (workspaceId: string, who: Subscriber): Prisma.Sql => {
  if ('profileId' in who) return Prisma.sql`p.id = ${who.profileId}::uuid`;
  const key = Prisma.sql`${addressKey(who.email)}::text`;
  return Prisma.sql`p.email_key = ${key} AND EXISTS (
    SELECT FROM profiles l WHERE l.workspace_id = ${workspaceId}::uuid AND l.email_key = ${key} AND NOT l.simulated)`;
};

/** Of profiles `p` that share an address, the one first that mail to it would be sent for. */
const addressed = Prisma.sql`p.simulated, (p.external_id IS NULL) DESC, p.id`;

/** Those that are meant, and all that share their address. */
const sharing = (workspaceId: string, who: Subscriber): Prisma.Sql =>
  'email' in who
    ? Prisma.sql`SELECT p.id FROM profiles p WHERE p.workspace_id = ${workspaceId}::uuid AND ${matching(workspaceId, who)}`
    : Prisma.sql`
        SELECT q.id FROM (
          SELECT id, email_key FROM profiles p WHERE ${matching(workspaceId, who)} AND p.workspace_id ${hides} ${workspaceId}::uuid OFFSET 0) p
        CROSS JOIN LATERAL (
          SELECT p.id
          UNION
          SELECT id FROM profiles WHERE workspace_id = ${workspaceId}::uuid AND email_key = p.email_key) q`;

/** What recipients said about the groups of a workspace. The group given must exist. */
export class SubscriptionStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null when the workspace has no such profile. An address that nobody has becomes a profile. */
  async set(group: ResourceRef, who: Subscriber, wanted: WantedStanding): Promise<StoredSubscription | null> {
    const known = await this.#write(group, who, wanted);
    if (known !== null || 'profileId' in who) return known;
    await this.#makeProfile(group.workspaceId, who.email);
    return this.#write(group, who, wanted);
  }

  /**
   * How those stand that a subscription is about, and all that share their address, since one mailbox is asked for all of them:
   * the one meant first, which is the one that mail to the address would be sent for if an address is given. None when the
   * workspace has no such profile. An address that nobody has becomes a profile.
   */
  async standings(group: ResourceRef, who: Subscriber): Promise<readonly SubscriberStanding[]> {
    const known = await this.#standings(group, who);
    if (known.length > 0 || 'profileId' in who) return known;
    await this.#makeProfile(group.workspaceId, who.email);
    return this.#standings(group, who);
  }

  #standings(group: ResourceRef, who: Subscriber): Promise<readonly SubscriberStanding[]> {
    return this.#prisma.$queryRaw<SubscriberStanding[]>`
      WITH sharing AS MATERIALIZED (${sharing(group.workspaceId, who)})
      SELECT p.id AS "profileId",
        CASE WHEN ${hadLeft(Prisma.sql`${group.id}::uuid`, mailboxOf(Prisma.sql`${group.workspaceId}::uuid`, Prisma.sql`p.email_key`))}
          THEN false WHEN ${counts} THEN x.subscribed END AS subscribed,
        CASE WHEN ${counts} THEN x.pending END AS pending, coalesce(x.asks, 0) AS asks, ${mayAsk} AS "mayAsk",
        x.updated_at AS "updatedAt"
      FROM sharing s
      CROSS JOIN LATERAL (SELECT id, external_id, email_key, simulated FROM profiles WHERE id = s.id OFFSET 0) p
      LEFT JOIN LATERAL (
        SELECT * FROM subscriptions WHERE group_id = ${group.id}::uuid AND profile_id = p.id OFFSET 0) x ON true
      ORDER BY ${'profileId' in who ? Prisma.sql`(p.id = ${who.profileId}::uuid) DESC,` : Prisma.empty} ${addressed}`;
  }

  /**
   * Writes for the profiles that match; answers the one that mail to their address would be sent for. Who is to be pending
   * and is subscribed already stays so, unless it was another mailbox that said yes; `as_it_is` changes nothing of what was said,
   * nor of what the same person said before they were erased.
   */
  async #write(
    group: ResourceRef,
    who: Subscriber,
    wanted: WantedStanding,
  ): Promise<StoredSubscription | null> {
    const subscribed = wanted === 'subscribed' || wanted === 'as_it_is';
    const takenBack = takeBack(
      Prisma.sql`SELECT w.group_id FROM written w`,
      Prisma.sql`
        SELECT ${mailboxOf(Prisma.sql`${group.workspaceId}::uuid`, Prisma.sql`p.email_key`)} FROM written w
        CROSS JOIN LATERAL (SELECT email_key FROM profiles WHERE id = w.profile_id OFFSET 0) p`,
    );
    const isKept = Prisma.sql`(${wanted === 'as_it_is'}::boolean OR (excluded.pending AND (x.pending OR (x.subscribed AND ${isYesOfProfile}))))`;
    const [subscription] = await this.#prisma.$queryRaw<StoredSubscription[]>`
      WITH meant AS MATERIALIZED (
        SELECT g.id AS group_id, p.id AS profile_id
        FROM subscription_groups g JOIN profiles p ON p.workspace_id = g.workspace_id
        WHERE g.workspace_id = ${group.workspaceId}::uuid AND g.id = ${group.id}::uuid AND ${matching(group.workspaceId, who)}
        ORDER BY p.id
      ), ${lockedOf(Prisma.sql`locked`, Prisma.sql`meant`)}, written AS (
        INSERT INTO subscriptions AS x (group_id, profile_id, subscribed, pending, updated_at)
        SELECT group_id, profile_id, ${subscribed}::boolean, ${wanted === 'pending'}::boolean, now()
        FROM meant WHERE ${isLocked(Prisma.sql`locked`)}
        ORDER BY profile_id
        ON CONFLICT (group_id, profile_id) DO UPDATE SET
          subscribed = CASE WHEN ${isKept} THEN x.subscribed ELSE excluded.subscribed END,
          pending = CASE WHEN ${isKept} THEN x.pending ELSE excluded.pending END,
          confirmed_by = CASE WHEN ${isKept} THEN x.confirmed_by END,
          updated_at = CASE WHEN ${isKept} THEN x.updated_at ELSE excluded.updated_at END
        RETURNING *
      ), taken_back AS (
        ${wanted === 'subscribed' ? takenBack : Prisma.sql`SELECT FROM written WHERE false`}
      ), told AS (${tellSubscriptions(changed(group.workspaceId), 'client')}
      )
      SELECT w.group_id AS "groupId", w.profile_id AS "profileId", w.subscribed, w.pending, w.updated_at AS "updatedAt"
      FROM written w CROSS JOIN LATERAL (SELECT * FROM profiles WHERE id = w.profile_id OFFSET 0) p
      ORDER BY ${addressed}
      LIMIT 1`;
    return subscription ?? null;
  }

  /** Makes a profile for an address that no profile of the workspace has, or takes over that of a test key; someone else may be faster. */
  async #makeProfile(workspaceId: string, email: string): Promise<void> {
    await this.#prisma.$executeRaw`
      INSERT INTO profiles (id, workspace_id, email, email_key)
      VALUES (${newId()}::uuid, ${workspaceId}::uuid, ${email}, ${addressKey(email)})
      ON CONFLICT (workspace_id, email_key) WHERE external_id IS NULL
      DO UPDATE SET attributes = '{}', simulated = false, updated_at = now() WHERE profiles.simulated`;
  }
}
