import { isYesFor } from '../confirmed.ts';
import { hiddenKey } from '../erasures/hidden-key.ts';
import { hadLeft } from '../erasures/kept-no.ts';
import { furtherRecipients } from '../further-recipients.ts';
import { Prisma } from '../generated/client.ts';
import { lowered } from '../lowered.ts';

// Each look-up is a subquery of its own, which the planner cannot turn into a join: by statistics that are absent or
// old, it would read all that a group, or a workspace, has.

/** How subscriptions stand, as numbers: of several, the smallest holds. */
export const standings = { unsubscribed: 0, pending: 1, subscribed: 2 } as const;

/** How the subscription `x` stands with mail of the send `c` to an address; null: it says nothing of that mailbox. */
const standingOf = (key: Prisma.Sql) => Prisma.sql`
  CASE WHEN x.subscribed AND ${isYesFor(Prisma.sql`c.workspace_id`, key)} THEN ${Prisma.raw(String(standings.subscribed))}
    WHEN x.subscribed THEN NULL
    WHEN x.pending THEN ${Prisma.raw(String(standings.pending))} ELSE ${Prisma.raw(String(standings.unsubscribed))} END`;

/** What the profile `q` said of the group of the send `c` and mail to an address; null: nothing. */
const saidBy = (key: Prisma.Sql) => Prisma.sql`(
  SELECT ${standingOf(key)} FROM subscriptions x
  WHERE x.group_id = c.subscription_group_id AND x.profile_id = q.id)`;

/** How whoever said nothing stands with the group of the send `c`. */
const unheard = Prisma.sql`coalesce(
  (SELECT CASE g.type WHEN 'OptOut' THEN 2 ELSE 0 END FROM subscription_groups g WHERE g.id = c.subscription_group_id), 0)`;

/** The profiles with an address, of the workspace of the send `c`. */
const sharing = (key: Prisma.Sql) => Prisma.sql`
  SELECT q.id FROM profiles q WHERE q.workspace_id = c.workspace_id AND q.email_key = ${key}`;

/**
 * How an address stands with the group of the send `c`: as the least of what profiles said; where none said anything, as the
 * group's type says. Only of whoever would receive it, it is looked up whether they had left before they were erased.
 */
const standingBy = (key: Prisma.Sql, profiles: Prisma.Sql) => Prisma.sql`(
  SELECT CASE WHEN st.standing = 2 AND ${hadLeft(
    Prisma.sql`c.subscription_group_id`,
    hiddenKey(Prisma.sql`c.workspace_id`, key),
  )} THEN 0 ELSE st.standing END
  FROM (SELECT coalesce((SELECT min(${saidBy(key)}) FROM (${profiles}) AS q), ${unheard}) AS standing OFFSET 0) AS st)`;

/**
 * How the primary recipient of the send `c` stands with its group: as the least of what their profiles, those with the same
 * address among them, said; where nobody said anything, as the group's type says. Who is pending has said something, and gets
 * no mail whatever the type. A no outlives the erasure of who said it. Null: it has no group.
 */
export const groupStanding = Prisma.sql`
  CASE WHEN c.subscription_group_id IS NOT NULL THEN ${standingBy(
    Prisma.sql`c.to_key`,
    Prisma.sql`${sharing(Prisma.sql`c.to_key`)}
      UNION ALL
      SELECT q.id FROM profiles q
      WHERE q.id = c.profile_id AND q.workspace_id IS NOT DISTINCT FROM c.workspace_id`,
  )} END`;

/** Whether the primary recipient of the send `c` does not receive its group. */
export const isUnsubscribed = Prisma.sql`coalesce(${groupStanding} < 2, false)`;

/** The same of a further one, by their compared address. */
export const isUnsubscribedAs = (key: Prisma.Sql): Prisma.Sql => Prisma.sql`
  coalesce(c.subscription_group_id IS NOT NULL AND ${standingBy(key, sharing(key))} < 2, false)`;

/** Compared addresses of further recipients of the send `c`, as a query. */
const furtherKeys = Prisma.sql`
  SELECT ${lowered(Prisma.sql`m.email`)} AS email_key FROM jsonb_to_recordset(${furtherRecipients('c')}) AS m(email text)`;

/**
 * Compared addresses of further recipients of the send `c` that do not receive its group, by the rule for the primary one: a
 * copy is mail of the group to whoever gets it.
 */
export const unsubscribedCopies = Prisma.sql`
  CASE WHEN c.subscription_group_id IS NOT NULL THEN (
    SELECT array_agg(r.email_key) FROM (${furtherKeys}) AS r
    WHERE ${standingBy(Prisma.sql`r.email_key`, sharing(Prisma.sql`r.email_key`))} < 2
  ) END`;

/** Whether the suppression `x` holds mail back, or has expired and only waits to be removed. */
export const isInForce = Prisma.sql`(x.expires_at IS NULL OR x.expires_at > now())`;

const isSuppressedAs = (key: Prisma.Sql) => Prisma.sql`(
  SELECT x.email_key FROM suppressions x
  WHERE x.workspace_id = c.workspace_id AND x.email_key = ${key} AND ${isInForce})`;

/**
 * Compared addresses of the recipients of the send `c` that are suppressed in its workspace; of a person who was erased,
 * the suppression has only a hash.
 */
export const suppressedKeys = Prisma.sql`(
  SELECT array_agg(suppressed.email_key) FROM (
    SELECT r.email_key, coalesce(
      ${isSuppressedAs(Prisma.sql`r.email_key`)},
      ${isSuppressedAs(hiddenKey(Prisma.sql`c.workspace_id`, Prisma.sql`r.email_key`))}) AS found
    FROM (SELECT c.to_key UNION ALL ${furtherKeys}) AS r(email_key) OFFSET 0
  ) AS suppressed WHERE suppressed.found IS NOT NULL)`;

/** A pause of marketing mail of the workspace of the send `s`. */
const pauseOf = (scope: 'workspace' | 'sender_profile' | 'domain', key: Prisma.Sql) => Prisma.sql`
  EXISTS (SELECT FROM marketing_pauses x WHERE x.workspace_id = s.workspace_id
    AND x.scope = ${scope}::"PauseScope" AND x.key = ${key} AND x.resumed_at IS NULL)`;

/**
 * Whether the send `s` waits because marketing mail of its workspace, its sender profile or its domain is paused. Of other
 * mail nothing is looked up.
 */
export const isMarketingPaused = Prisma.sql`
  (CASE WHEN s.lane = 'marketing' AND s.status = 'Queued' AND NOT s.simulated THEN
    ${pauseOf('workspace', Prisma.sql`''`)}
    OR ${pauseOf('sender_profile', Prisma.sql`s.sender_profile_id::text`)}
    OR ${pauseOf('domain', lowered(Prisma.sql`substring(s.from_email FROM '[^@]*$')`))}
  ELSE false END)`;
