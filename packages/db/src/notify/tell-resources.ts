import type { WebhookEvent } from '@postroom/contracts';
import { Prisma } from '../generated/client.ts';
import { hides, thisMoment } from '../look-up.ts';
import { endpointsOf, tell } from './tell.ts';

/**
 * What is told of subscriptions that changed: `rows` have `workspace_id`, `simulated`, `send_id` (the mail whose link it was),
 * `group_id`, `profile_id`, `subscribed` and `pending`. The address is not kept with it: the profile has it.
 */
export const tellSubscriptions = (rows: Prisma.Sql, by: 'client' | 'provider'): Prisma.Sql =>
  tell(changesOf(rows, by));

const changesOf = (rows: Prisma.Sql, by: 'link' | 'client' | 'provider'): Prisma.Sql => Prisma.sql`
    SELECT r.workspace_id, r.simulated, r.send_id, 'subscription.changed' AS type, now() AS occurred_at,
      jsonb_build_object('groupId', r.group_id, 'profileId', r.profile_id, 'subscribed', r.subscribed,
        'status', CASE WHEN r.subscribed THEN 'subscribed' WHEN r.pending THEN 'pending' ELSE 'unsubscribed' END,
        'by', ${by}::text) AS facts
    FROM ${rows} r`;

/** Nobody has tried it, and nobody has it in hand: under its id nothing was told yet. */
const isUntold = Prisma.sql`n.attempts = 0 AND n.lease_token IS NULL`;

/** What a notice is about, as the index `webhook_notices_untold` has it. */
const subscriptionOf = (row: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`${row}.facts ->> 'groupId', ${row}.facts ->> 'profileId'`;

/** Whether a notice is about the same subscription as a change. */
const isSame = (notice: Prisma.Sql, change: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(${subscriptionOf(notice)}) = (${subscriptionOf(change)})`;

/** The notice of the endpoint `w` about the same subscription as the change `c` that nobody was told of yet, whatever else waits. */
const untoldOf = Prisma.sql`(
      SELECT id FROM webhook_notices n
      WHERE n.state = 'pending' AND ${isUntold} AND n.type = 'subscription.changed' AND n.facts ->> 'by' = 'link'
        AND (n.endpoint_id, ${subscriptionOf(Prisma.sql`n`)}) >= (w.id, ${subscriptionOf(Prisma.sql`c`)})
        AND (n.endpoint_id, ${subscriptionOf(Prisma.sql`n`)}) <= (w.id, ${subscriptionOf(Prisma.sql`c`)})
      ORDER BY n.endpoint_id, ${subscriptionOf(Prisma.sql`n`)} LIMIT 1
    )`;

/**
 * The same of what the holder of a link has changed, as parts of a statement that is read `inOrder`: whoever has a link needs
 * no key and may change their mind as often as they like, so that the last word is told and not each. What waits
 * for its first try then says how it stands now; the rows are of one send.
 */
export const tellLastWord = (rows: Prisma.Sql): Prisma.Sql => Prisma.sql`
  said AS MATERIALIZED (${changesOf(rows, 'link')}
  ), asking AS MATERIALIZED (
    SELECT w.id FROM (SELECT workspace_id, simulated FROM said LIMIT 1) c CROSS JOIN LATERAL ${endpointsOf} w
  ), untold AS MATERIALIZED (
    SELECT n.id FROM said c CROSS JOIN asking w CROSS JOIN LATERAL ${untoldOf} n
  ), retold AS (
    UPDATE webhook_notices n SET (send_id, facts, occurred_at) = (
        SELECT send_id, facts, occurred_at FROM said WHERE ${isSame(Prisma.sql`n`, Prisma.sql`said`)} LIMIT 1),
      next_attempt_at = now()
    WHERE n.id = ANY(ARRAY(SELECT id FROM untold)) AND n.state ${hides} 'pending' AND ${isUntold}
    RETURNING n.endpoint_id, n.facts
  ), told AS (${tell(
    Prisma.sql`SELECT * FROM said`,
    Prisma.sql`NOT EXISTS (SELECT FROM retold WHERE endpoint_id = w.id AND ${isSame(Prisma.sql`retold`, Prisma.sql`c`)})`,
  )}
  )`;

/** Those of the rows of suppressions that are told of: of whom was erased nothing is, since of the address a hash is left. */
export const toldOf = (rows: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(SELECT * FROM ${rows} WHERE email_key NOT LIKE 'erased:%')`;

/** Those of them, as a statement has just written them, that are new or were over before. */
export const addedOf = (written: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(SELECT * FROM ${toldOf(written)} AS w WHERE created_at = ${thisMoment})`;

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
