import type { SuppressionReason } from '@postroom/contracts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { Prisma } from '../generated/client.ts';

/** A profile, why its address is suppressed, and what it said about groups. */
export type StoredProfile = {
  readonly id: string;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly attributes: Record<string, unknown>;
  readonly deliverySuppression: SuppressionReason | null;
  /** By group, the oldest first. */
  readonly subscriptions: readonly {
    readonly groupId: string;
    readonly subscribed: boolean;
    readonly updatedAt: Date;
  }[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** A profile as the driver hands it over. */
export type ProfileRow = {
  readonly id: string;
  readonly email: string | null;
  readonly external_id: string | null;
  readonly attributes: Record<string, unknown>;
  readonly delivery_suppression: SuppressionReason | null;
  readonly subscriptions:
    | readonly { readonly group_id: string; readonly subscribed: boolean; readonly updated_at: string }[]
    | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

/** Names a row's columns in our own words. */
export const toProfile = (row: ProfileRow): StoredProfile => ({
  id: row.id,
  email: row.email,
  externalId: row.external_id,
  attributes: row.attributes,
  deliverySuppression: row.delivery_suppression,
  subscriptions: (row.subscriptions ?? []).map(({ group_id, subscribed, updated_at }) => ({
    groupId: group_id,
    subscribed,
    updatedAt: new Date(updated_at),
  })),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Reads profiles, as `p`, from a table or a query. */
export const selectFrom = (source: Prisma.Sql) => Prisma.sql`
  SELECT p.id, p.email, p.external_id, p.attributes, p.created_at, p.updated_at,
         (SELECT s.reason FROM suppressions s
          WHERE s.workspace_id = p.workspace_id AND s.email_key IN (p.email_key, ${hiddenKey(
            Prisma.sql`p.workspace_id`,
            Prisma.sql`p.email_key`,
          )}) ORDER BY s.email_key = p.email_key DESC LIMIT 1) AS delivery_suppression,
         (SELECT jsonb_agg(jsonb_build_object(
                   'group_id', b.group_id, 'subscribed', b.subscribed, 'updated_at', b.updated_at)
                   ORDER BY b.group_id)
          FROM subscriptions b WHERE b.profile_id = p.id) AS subscriptions
  FROM ${source} p`;

/** Reads profiles, as `p`. */
export const fromTable = selectFrom(Prisma.sql`profiles`);

/** Reads, as `p`, what the CTE `written` of the same statement returned. */
export const fromWritten = selectFrom(Prisma.sql`written`);
