import { changedAt } from '../changed-at.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma } from '../generated/client.ts';
import { isOver, merged, weightiest } from '../merged-suppression.ts';
import { tell } from '../notify/tell.ts';
import { addedOf, tellSubscriptions, tellSuppressions } from '../notify/tell-resources.ts';
import type { EventEffects, EventRecord } from './event-effects.ts';
import { keptDetail } from './kept-detail.ts';

/** How many soft bounces of one address within how long suppress it, and for how long; null: they are not counted. */
export type SoftBouncePolicy = {
  readonly limit: number;
  readonly windowMs: number;
  readonly suppressMs: number;
} | null;

/** The rows of an hour that those who count choose from. */
const slots = 8;

/** The newest soft bounces of an address, which are all that is kept of them. */
const maxMoments = 50;

const milliseconds = (ms: number) => Prisma.sql`${ms} * interval '1 millisecond'`;

/**
 * The events of a statement, `event`, with what their sends have by now. The sends are locked in the order of their ids: an erasure
 * comes before or after all that is written of them.
 */
export const eventsOf = (records: readonly EventRecord[]): Prisma.Sql => Prisma.sql`
  event AS MATERIALIZED (
    SELECT e.*, s.erased_at, s.simulated, s.to_key FROM (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(records)}::jsonb) AS r(
        id uuid, workspace_id uuid, send_id uuid, type "EmailEventType", source_id text, provider_message_id text,
        occurred_at timestamptz, detail jsonb, rank int, sender_profile_id uuid, domain text,
        delivered int, bounced int, complained int, notice text, facts jsonb)
      ORDER BY send_id OFFSET 0
    ) e CROSS JOIN LATERAL (
      SELECT erased_at, simulated, to_key FROM email_sends WHERE id = e.send_id OFFSET 0 FOR NO KEY UPDATE
    ) s
  )`;

/**
 * What is told of events that were not known: of one whose recipient is erased nothing, and of the rest of a send that somebody
 * was erased from no words of others, but whom it is about.
 */
const toldEvents = tell(Prisma.sql`
  SELECT e.workspace_id, e.simulated, e.send_id, e.notice AS type, e.occurred_at,
    CASE WHEN e.erased_at IS NULL THEN coalesce(e.facts, '{}')
      WHEN e.facts ? 'recipients' THEN jsonb_build_object('recipients', e.facts -> 'recipients') ELSE '{}' END AS facts
  FROM event e JOIN stored ON stored.id = e.id WHERE e.to_key <> ${erasedKey}`);

/**
 * What the events say of the delivery of their sends, the most final of it, in any order; and those that are stored now and
 * were not before, `stored`, from which everything else follows, so that a repetition changes nothing. First the sends and
 * then the events, each in the order of its key, so that statements that meet in several of them wait and never deadlock.
 */
export const storedEvents = Prisma.sql`
  worst AS MATERIALIZED (
    SELECT send_id, max(rank) AS rank FROM event GROUP BY send_id HAVING max(rank) > 0 ORDER BY send_id
  ), decided AS (
    UPDATE email_sends s SET
      delivery = ('{delayed,bounced,delivered,bounced,complained}'::"Delivery"[])[worst.rank],
      bounce_is_soft = CASE WHEN worst.rank = 2 THEN true END,
      updated_at = ${changedAt}
    FROM worst
    WHERE s.id = ANY(ARRAY(SELECT send_id FROM worst)) AND s.id = worst.send_id AND worst.rank > CASE
      WHEN s.delivery IS NULL THEN 0
      WHEN s.bounce_is_soft THEN 2
      ELSE array_position('{delayed,NULL,delivered,bounced,complained}'::"Delivery"[], s.delivery) END
    RETURNING s.id
  ), stored AS (
    INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
    SELECT id, workspace_id, send_id, type, source_id, provider_message_id,
      CASE WHEN erased_at IS NULL THEN detail ELSE ${keptDetail(Prisma.sql`detail`)} END, occurred_at
    FROM event WHERE (SELECT count(*) FROM decided) >= 0 ORDER BY send_id, source_id
    ON CONFLICT (send_id, source_id) DO NOTHING
    RETURNING id
  ), told AS (${toldEvents}
  )`;

/** What stored events count. */
export const countedEvents = (): Prisma.Sql => Prisma.sql`
  counted AS (
    INSERT INTO delivery_counts AS c (
      workspace_id, hour, sender_profile_id, domain, slot, delivered, bounced, complained)
    SELECT workspace_id, date_trunc('hour', least(occurred_at, now()), 'UTC') AS hour, sender_profile_id, domain,
      ${Math.floor(Math.random() * slots)}::smallint, sum(delivered), sum(bounced), sum(complained)
    FROM event WHERE id = ANY(ARRAY(SELECT id FROM stored)) AND delivered + bounced + complained > 0
    GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (workspace_id, hour, sender_profile_id, domain, slot) DO UPDATE SET
      delivered = c.delivered + excluded.delivered, bounced = c.bounced + excluded.bounced,
      complained = c.complained + excluded.complained
  )`;

/**
 * Makes or strengthens suppressions, `suppressed`, of what `wanted` has. Those that changed nothing are not among them.
 */
const suppressed = Prisma.sql`
  suppressed AS (
    INSERT INTO suppressions AS x (workspace_id, email_key, email, reason, origin, expires_at)
    SELECT workspace_id, email_key, max(email),
      ${weightiest.reason}, max(origin), ${weightiest.expiresAt}
    FROM wanted WHERE expires_at IS NULL OR expires_at > now()
    GROUP BY workspace_id, email_key ORDER BY workspace_id, email_key
    ON CONFLICT (workspace_id, email_key) DO UPDATE SET
      reason = ${merged.reason}, origin = ${merged.origin}, expires_at = ${merged.expiresAt},
      note = CASE WHEN ${isOver} THEN NULL ELSE x.note END,
      created_at = CASE WHEN ${isOver} THEN now() ELSE x.created_at END
    WHERE ${isOver}
      OR (x.reason, x.origin, x.expires_at) IS DISTINCT FROM (${merged.reason}, ${merged.origin}, ${merged.expiresAt})
    RETURNING x.workspace_id, x.email_key, x.email, x.reason, x.origin, x.created_at, (xmax = 0) AS is_new
  ), told_suppressions AS (${tellSuppressions(addedOf(Prisma.sql`suppressed`), 'suppression.added')}
  )`;

/** Whether the send of what `w` has was erased, also since it was looked up. */
const isErased = Prisma.sql`EXISTS (SELECT FROM event e WHERE e.id = w.event_id AND e.erased_at IS NOT NULL)`;

/** The address that is kept of somebody, or what stands for one that may not be. */
const kept = (column: 'email' | 'email_key') => Prisma.sql`CASE WHEN w.is_hidden OR ${isErased}
  THEN ${hiddenKey(Prisma.sql`w.workspace_id`, Prisma.sql`w.email_key`)} ELSE w.${Prisma.raw(column)} END`;

const ofStored = Prisma.sql`w.event_id = ANY(ARRAY(SELECT id FROM stored))`;

/** Counts soft bounces, and wants those suppressed that had too many: `soft` and `worn`. */
function wornOut(softBounces: EventEffects['softBounces'], policy: SoftBouncePolicy): Prisma.Sql {
  if (policy === null) return Prisma.empty;
  const newest = (moments: Prisma.Sql) =>
    Prisma.sql`ARRAY(SELECT m FROM unnest(${moments}) AS m ORDER BY m DESC LIMIT ${maxMoments}::int)`;
  return Prisma.sql`
  bounce AS MATERIALIZED (
    SELECT w.workspace_id, ${kept('email_key')} AS email_key, ${kept('email')} AS email, w.moment
    FROM jsonb_to_recordset(${JSON.stringify(softBounces)}::jsonb) AS w(
      event_id uuid, workspace_id uuid, email text, email_key text, is_hidden boolean, moment timestamptz(3))
    WHERE ${ofStored}
  ), soft AS (
    INSERT INTO soft_bounces AS b (workspace_id, email_key, moments)
    SELECT workspace_id, email_key, ${newest(Prisma.sql`array_agg(moment)`)} FROM bounce
    GROUP BY workspace_id, email_key ORDER BY workspace_id, email_key
    ON CONFLICT (workspace_id, email_key) DO UPDATE SET
      moments = ${newest(Prisma.sql`b.moments || excluded.moments`)}, updated_at = now()
    RETURNING b.workspace_id, b.email_key, b.moments
  ), worn AS (
    SELECT soft.workspace_id, soft.email_key,
      (SELECT max(email) FROM bounce b WHERE b.workspace_id = soft.workspace_id AND b.email_key = soft.email_key) AS email,
      max(m.moment) + ${milliseconds(policy.suppressMs)} AS expires_at
    FROM soft CROSS JOIN LATERAL (
      SELECT moment, lag(moment, ${policy.limit - 1}::int) OVER (ORDER BY moment) AS first_of
      FROM unnest(soft.moments) AS moment) m
    WHERE m.moment - m.first_of <= ${milliseconds(policy.windowMs)}
    GROUP BY soft.workspace_id, soft.email_key
  ),`;
}

/** The suppressions that stored events make, and word of new ones. */
export function suppressedBy(
  { suppressions, softBounces }: EventEffects,
  policy: SoftBouncePolicy,
): Prisma.Sql {
  const worn = wornOut(softBounces, policy);
  return Prisma.sql`
  ${worn} wanted AS (
    SELECT w.workspace_id, ${kept('email_key')} AS email_key, ${kept('email')} AS email, w.reason, w.origin, w.expires_at
    FROM jsonb_to_recordset(${JSON.stringify(suppressions)}::jsonb) AS w(
      event_id uuid, workspace_id uuid, email text, email_key text, is_hidden boolean,
      reason "SuppressionReason", origin "SuppressionOrigin", expires_at timestamptz(3))
    WHERE ${ofStored}
    ${
      worn === Prisma.empty
        ? Prisma.empty
        : Prisma.sql`UNION ALL
    SELECT workspace_id, email_key, email, 'Bounce', 'event', expires_at FROM worn`
    }
  ), ${suppressed}`;
}

/** Who left a group, with whose it is. */
const leavers = Prisma.sql`(
  SELECT u.*, g.workspace_id, false AS simulated, NULL::uuid AS send_id
  FROM unsubscribed u JOIN subscription_groups g ON g.id = u.group_id)`;

/** Unsubscribes whom the provider refused because they had unsubscribed there, as a link of ours would. */
export function unsubscribedBy(unsubscribes: EventEffects['unsubscribes']): Prisma.Sql {
  return Prisma.sql`
  leaver AS MATERIALIZED (
    SELECT w.*, coalesce(w.group_id, (
      SELECT g.id FROM subscription_groups g WHERE g.workspace_id = w.workspace_id AND g.marketing_default
    )) AS left_group_id
    FROM jsonb_to_recordset(${JSON.stringify(unsubscribes)}::jsonb) AS w(
      event_id uuid, workspace_id uuid, email text, email_key text, group_id uuid, own_profile_id uuid,
      new_profile_id uuid)
    WHERE ${ofStored} AND NOT ${isErased}
  ), made AS (
    INSERT INTO profiles (id, workspace_id, email, email_key)
    SELECT DISTINCT ON (workspace_id, email_key) new_profile_id, workspace_id, email, email_key FROM leaver w
    WHERE left_group_id IS NOT NULL AND NOT EXISTS (
      SELECT FROM profiles p WHERE p.workspace_id = w.workspace_id AND p.email_key = w.email_key AND NOT p.simulated)
    ORDER BY workspace_id, email_key
    ON CONFLICT (workspace_id, email_key) WHERE external_id IS NULL DO UPDATE SET email_key = excluded.email_key
    RETURNING id, workspace_id, email_key
  ), unsubscribed AS (
    INSERT INTO subscriptions (group_id, profile_id, subscribed, updated_at)
    SELECT DISTINCT w.left_group_id, p.id, false, now() FROM leaver w CROSS JOIN LATERAL (
      SELECT p.id FROM profiles p WHERE p.workspace_id = w.workspace_id AND p.email_key = w.email_key
      UNION SELECT p.id FROM profiles p WHERE p.id = w.own_profile_id
      UNION SELECT m.id FROM made m WHERE m.workspace_id = w.workspace_id AND m.email_key = w.email_key) p
    WHERE w.left_group_id IS NOT NULL
    ORDER BY 1, 2
    ON CONFLICT (group_id, profile_id) DO UPDATE SET subscribed = false, pending = false, confirmed_by = NULL, updated_at = now()
      WHERE subscriptions.subscribed OR subscriptions.pending
    RETURNING group_id, profile_id, subscribed, pending
  ), told_unsubscribes AS (${tellSubscriptions(leavers, 'provider')}
  ),`;
}
