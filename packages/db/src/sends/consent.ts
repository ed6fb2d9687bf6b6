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

/** Compared addresses of further recipients of the send `c` that said that they do not want its group. */
export const unsubscribedCopies = Prisma.sql`
  CASE WHEN c.subscription_group_id IS NOT NULL THEN (
    SELECT array_agg(q.email_key) FROM jsonb_to_recordset(
      coalesce(c.to_others, '[]') || coalesce(c.cc, '[]') || coalesce(c.bcc, '[]')) AS m(email text)
    JOIN profiles q ON q.workspace_id = c.workspace_id AND q.email_key = lower(m.email)
    JOIN subscriptions x ON x.group_id = c.subscription_group_id AND x.profile_id = q.id AND NOT x.subscribed
  ) END`;
