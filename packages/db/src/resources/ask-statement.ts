import { confirmDays, type NewBatch } from '@postroom/core';
import { isYesOfProfile, mailboxOfProfile } from '../confirmed.ts';
import { hadLeft } from '../erasures/kept-no.ts';
import { Prisma } from '../generated/client.ts';
import { hides } from '../look-up.ts';
import { tellSubscriptions } from '../notify/tell-resources.ts';
import { isLocked, lockedOf } from './locked-subscriptions.ts';

/** An address is asked again after so many minutes at the earliest, and so many times while one link works. */
const bounds = { apartMinutes: 10, most: 3 } as const;

/** Whether those whom the subscription `x` is about may be asked again: nobody is to be flooded by asking for them. */
export const mayAsk = Prisma.sql`NOT EXISTS (
  SELECT FROM unnest(x.asked_at) AS a(moment)
  HAVING count(*) FILTER (WHERE a.moment > now() - ${confirmDays} * interval '1 day') >= ${bounds.most}::int
    OR max(a.moment) > now() - ${bounds.apartMinutes} * interval '1 minute')`;

/** Those of `asked` that wait for a confirmation and did not in `asked_before`. */
const newlyAsked = (workspaceId: string): Prisma.Sql => Prisma.sql`(
  SELECT w.*, ${workspaceId}::uuid AS workspace_id, false AS simulated, NULL::uuid AS send_id
  FROM asked w WHERE w.pending AND NOT EXISTS (
    SELECT FROM asked_before o WHERE o.group_id = w.group_id AND o.profile_id = w.profile_id AND o.pending))`;

/** Not where the person with the address had left before they were erased: that no stands until they answer. */
const isSubscribed = Prisma.sql`(x.subscribed AND ${isYesOfProfile} AND NOT ${hadLeft(Prisma.sql`x.group_id`, mailboxOfProfile)})`;

/**
 * Makes subscriptions wait for a confirmation in the statement that writes the mail which asks for it, `made`, so that there
 * is never one without the other. Whoever is subscribed stays so, unless it was another mailbox that said yes, or the address had
 * left; that they were asked is counted all the same.
 */
export function askedWith({ workspaceId, confirmation }: NewBatch): Prisma.Sql {
  if (confirmation === undefined) return Prisma.empty;
  return Prisma.sql`, asking AS MATERIALIZED (
      SELECT ${confirmation.groupId}::uuid AS group_id, p.id AS profile_id
      FROM unnest(${[...confirmation.profileIds]}::uuid[]) AS w(id)
      CROSS JOIN LATERAL (
        SELECT id FROM profiles WHERE id = w.id AND workspace_id ${hides} ${workspaceId}::uuid OFFSET 0
      ) p
      WHERE EXISTS (SELECT FROM made)
      ORDER BY p.id
    ), ${lockedOf(Prisma.sql`asked_before`, Prisma.sql`asking`)}, asked AS (
      INSERT INTO subscriptions AS x (group_id, profile_id, subscribed, pending, asks, asked_at, updated_at)
      SELECT group_id, profile_id, false, true, 1, ARRAY[now()], now()
      FROM asking WHERE ${isLocked(Prisma.sql`asked_before`)}
      ORDER BY profile_id
      ON CONFLICT (group_id, profile_id) DO UPDATE SET subscribed = ${isSubscribed}, pending = NOT ${isSubscribed}, asks = x.asks + 1,
        confirmed_by = CASE WHEN ${isSubscribed} THEN x.confirmed_by END,
        asked_at = ARRAY(SELECT m FROM unnest(x.asked_at || excluded.asked_at) AS m ORDER BY m DESC LIMIT ${bounds.most}::int),
        updated_at = CASE WHEN x.pending OR ${isSubscribed} THEN x.updated_at ELSE excluded.updated_at END
      RETURNING group_id, profile_id, subscribed, pending
    ), asked_told AS (${tellSubscriptions(newlyAsked(workspaceId), 'client')}
    )`;
}
