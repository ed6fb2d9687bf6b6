import type { SuppressionReason } from '@postroom/contracts';
import { isYesFor } from '../confirmed.ts';
import { isInForce } from '../deliver/consent.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma } from '../generated/client.ts';

/** A profile, why its address is suppressed, and what it said about groups. */
export type StoredProfile = {
  readonly id: string;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly attributes: Record<string, unknown>;
  readonly deliverySuppression: SuppressionReason | null;
  /**
   * By group, the oldest first; those of the newest groups, if there are very many. What another mailbox has confirmed is not
   * among them.
   */
  readonly subscriptions: readonly {
    readonly groupId: string;
    readonly subscribed: boolean;
    readonly pending: boolean;
    readonly updatedAt: Date;
  }[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

type Subscriptions = StoredProfile['subscriptions'];

/** A profile as the driver hands it over: times within JSON are text. */
export type ProfileRow = Omit<StoredProfile, 'subscriptions'> & {
  readonly subscriptions:
    | readonly (Omit<Subscriptions[number], 'updatedAt'> & { readonly updatedAt: string })[]
    | null;
};

/** A row with its subscriptions. */
export const toProfile = (row: ProfileRow): StoredProfile => ({
  ...row,
  subscriptions: (row.subscriptions ?? []).map((one) => ({ ...one, updatedAt: new Date(one.updatedAt) })),
});

/** How many subscriptions are told of one profile: how many groups there are is the caller's. */
const maxSubscriptions = 1_000;

/** Reads profiles, as `p`, from a table or a query. */
export const selectFrom = (source: Prisma.Sql) => Prisma.sql`
  SELECT p.id, p.email, p.external_id AS "externalId", p.attributes, p.created_at AS "createdAt", p.updated_at AS "updatedAt",
         (SELECT x.reason FROM suppressions x
          WHERE x.workspace_id = p.workspace_id AND x.email_key IN (p.email_key, ${hiddenKey(
            Prisma.sql`p.workspace_id`,
            Prisma.sql`p.email_key`,
          )}) AND ${isInForce} ORDER BY x.email_key = p.email_key DESC LIMIT 1) AS "deliverySuppression",
         (SELECT jsonb_agg(jsonb_build_object(
                   'groupId', b.group_id, 'subscribed', b.subscribed, 'pending', b.pending, 'updatedAt', b.updated_at)
                   ORDER BY b.group_id)
          FROM (SELECT group_id, subscribed, pending, updated_at FROM subscriptions x WHERE profile_id = p.id
                  AND (NOT subscribed OR ${isYesFor(Prisma.sql`p.workspace_id`, Prisma.sql`p.email_key`)})
                ORDER BY profile_id DESC, group_id DESC LIMIT ${maxSubscriptions}::int) b) AS subscriptions
  FROM ${source} p`;

/** Reads profiles, as `p`. */
export const fromTable = selectFrom(Prisma.sql`profiles`);

/** Reads, as `p`, what the CTE `written` of the same statement returned. */
export const fromWritten = selectFrom(Prisma.sql`written`);
