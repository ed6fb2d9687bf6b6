import type { WebhookEvent } from '@postroom/contracts';
import { Prisma } from '../generated/client.ts';
import { tell } from './tell.ts';

/**
 * What is told of subscriptions that changed: `rows` have `workspace_id`, `simulated`, `send_id` (the mail whose link it was),
 * `group_id`, `profile_id`, `subscribed` and `pending`. The address is not kept with it: the profile has it.
 */
export const tellSubscriptions = (rows: Prisma.Sql, by: 'link' | 'client' | 'provider'): Prisma.Sql =>
  tell(Prisma.sql`
    SELECT r.workspace_id, r.simulated, r.send_id, 'subscription.changed' AS type, now() AS occurred_at,
      jsonb_build_object('groupId', r.group_id, 'profileId', r.profile_id, 'subscribed', r.subscribed,
        'status', CASE WHEN r.subscribed THEN 'subscribed' WHEN r.pending THEN 'pending' ELSE 'unsubscribed' END,
        'by', ${by}::text) AS facts
    FROM ${rows} r`);

/**
 * Those of the rows of suppressions, as a statement has just written them, that are new or were over before. Of whom was
 * erased nothing is told: of the address a hash is left.
 */
export const addedOf = (written: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT * FROM ${written} WHERE created_at = now()::timestamptz(3) AND email_key NOT LIKE 'erased:%')`;

/** What is told of suppressions that came or went: `rows` have `workspace_id`, `email` and `reason`. Live keys alone change them. */
export const tellSuppressions = (
  rows: Prisma.Sql,
  type: Extract<WebhookEvent, `suppression.${string}`>,
): Prisma.Sql =>
  tell(Prisma.sql`
    SELECT r.workspace_id, false AS simulated, NULL::uuid AS send_id, ${type}::text AS type, now() AS occurred_at,
      jsonb_build_object('email', r.email, 'reason', r.reason) AS facts
    FROM ${rows} r`);

/** What is told of domains whose status changed: `rows` are their rows. */
export const tellDomains = (rows: Prisma.Sql): Prisma.Sql =>
  tell(Prisma.sql`
    SELECT r.workspace_id, false AS simulated, NULL::uuid AS send_id, 'domain.updated' AS type, now() AS occurred_at,
      jsonb_build_object('domainId', r.id, 'domain', r.domain, 'status', r.status) AS facts
    FROM ${rows} r`);

/** What is told of marketing mail that is paused: `rows` are those of pauses. */
export const tellPauses = (rows: Prisma.Sql): Prisma.Sql =>
  tell(Prisma.sql`
    SELECT r.workspace_id, false AS simulated, NULL::uuid AS send_id, 'workspace.marketing_paused' AS type,
      now() AS occurred_at, jsonb_strip_nulls(jsonb_build_object('scope', r.scope,
        'senderProfileId', CASE WHEN r.scope = 'sender_profile' THEN r.key END,
        'pausedDomain', CASE WHEN r.scope = 'domain' THEN r.key END,
        'delivered', r.delivered, 'bounced', r.bounced, 'complained', r.complained)) AS facts
    FROM ${rows} r`);
