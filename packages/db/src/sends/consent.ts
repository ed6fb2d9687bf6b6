import { Prisma } from '../generated/client.ts';

/**
 * Whether the primary recipient of the send `c` does not receive its group: a profile of theirs, or another one
 * with the same address, said no, or nobody said anything and the group asks for consent.
 */
export const isUnsubscribed = Prisma.sql`
  (c.subscription_group_id IS NOT NULL AND NOT coalesce((
    SELECT coalesce(bool_and(x.subscribed), g.type = 'OptOut') FROM subscription_groups g
    LEFT JOIN (subscriptions x JOIN profiles q ON q.id = x.profile_id) ON x.group_id = g.id
      AND q.workspace_id = c.workspace_id AND (q.id = c.profile_id OR q.email_key = c.to_key)
    WHERE g.id = c.subscription_group_id GROUP BY g.type
  ), false))`;

/**
 * Compared addresses of further recipients of the send `c` that said that they do not want its group. A subquery for
 * each address, which the planner cannot turn into a join: without statistics it would read all that a group has.
 */
export const unsubscribedCopies = Prisma.sql`
  CASE WHEN c.subscription_group_id IS NOT NULL THEN (
    SELECT array_agg(lower(m.email)) FROM jsonb_to_recordset(
      coalesce(c.to_others, '[]') || coalesce(c.cc, '[]') || coalesce(c.bcc, '[]')) AS m(email text)
    WHERE (
      SELECT bool_or((
        SELECT NOT x.subscribed FROM subscriptions x
        WHERE x.group_id = c.subscription_group_id AND x.profile_id = q.id
      )) FROM profiles q WHERE q.workspace_id = c.workspace_id AND q.email_key = lower(m.email)
    )
  ) END`;
