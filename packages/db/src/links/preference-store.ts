import { maxSubscriptionGroups } from '@postroom/contracts';
import type { GroupWish, LinkRef, OtherGroup, OtherGroups } from '@postroom/core';
import { asksForConfirmation, isOtherYes, isYesFor, mailboxOf } from '../confirmed.ts';
import { hadLeft, takeBack } from '../erasures/kept-no.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { newIdInSql } from '../ids-by-time.ts';
import { hides, inOrder } from '../look-up.ts';
import { tellLastWord } from '../notify/tell-resources.ts';
import { newestFirst } from '../resources/fragments.ts';
import { aboutRecipientAt, ensureRecipient, recipientAt, recipientsAt } from './recipient.ts';

/** A send, and which of its recipients a link is of: 0 is the primary one. */
type LinkOfSend = Pick<LinkRef, 'id' | 'place'>;

/** So many groups are shown, of so many that are looked at, the newest first: how many there are is the workspace's. */
const most = { shown: 100, lookedAt: 2 * maxSubscriptionGroups } as const;

/** The send, if the recipient of its link is still known, and the recipient's profiles. */
function personOf({ id, place }: LinkOfSend): Prisma.Sql {
  const { key, isKnown } = recipientAt(place, 's');
  return Prisma.sql`
  send AS MATERIALIZED (
    SELECT s.id, s.workspace_id, ${key} AS to_key, s.subscription_group_id, s.simulated, s.provider_message_id,
      ${mailboxOf(Prisma.sql`s.workspace_id`, key)} AS mailbox, ${aboutRecipientAt(place)} AS about
    FROM email_sends s WHERE s.id = ${id}::uuid AND ${isKnown}
  ), person AS MATERIALIZED (
    SELECT p.id FROM email_sends s CROSS JOIN LATERAL ${recipientsAt(place)} p WHERE s.id = ${id}::uuid
  )`;
}

/** What the person said about the group `g` and mail to the address of the send, also before they were erased; null: nothing. */
const said = Prisma.sql`CASE WHEN ${hadLeft(Prisma.sql`g.id`, Prisma.sql`send.mailbox`)} THEN false ELSE (
  SELECT bool_and((
    SELECT x.subscribed FROM subscriptions x WHERE x.group_id = g.id AND x.profile_id = p.id
      AND (NOT x.subscribed OR ${isYesFor(Prisma.sql`send.workspace_id`, Prisma.sql`send.to_key`)})))
  FROM person p) END`;

/** What a test key made is for its own mail: a page of live mail shows none of it. */
const isOfMode = Prisma.sql`g.simulated <= send.simulated`;

/** Groups to ask for consent are for those alone who once said something about them: their names are nobody else's. */
const isVisible = Prisma.sql`(g.type = 'OptOut' OR g.said IS NOT NULL)`;

/** What the recipient of a send wants of the other groups of the workspace. */
export class PreferenceStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * The groups that the recipient of a link gets or could get mail of, by name, but for the send's own: those that one
   * can leave, and of those that one has to join the ones that they said something about.
   */
  async others({ id, workspaceId, place }: LinkRef): Promise<OtherGroups> {
    const { where, page } = newestFirst('g', workspaceId, { limit: most.lookedAt });
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<OtherGroup[]>`
      WITH ${personOf({ id, place })}
      SELECT g.id, g.name, coalesce(g.said, true) AS "isSubscribed"
      FROM send CROSS JOIN LATERAL (
        SELECT g.id, g.name, g.type, ${said} AS said FROM (
          SELECT g.id, g.name, g.type FROM subscription_groups g WHERE ${where} AND ${isOfMode} ${page}
        ) g OFFSET 0
      ) g
      WHERE g.id <> send.subscription_group_id AND ${isVisible}
      LIMIT ${most.shown + 1}::int`,
    );
    const groups = rows.slice(0, most.shown).toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
    return { groups, isCut: rows.length > most.shown };
  }

  /**
   * Keeps the wishes of the recipient of a link in one statement, and answers those that changed anything. What names
   * the send's own group, or one that its recipient may not see, is left out. Null: they were erased since the send was found.
   */
  async save(link: LinkOfSend, wishes: readonly GroupWish[]): Promise<readonly GroupWish[] | null> {
    const wanted = new Map(wishes.slice(0, most.shown).map((wish) => [wish.groupId, wish.isSubscribed]));
    const records = JSON.stringify([...wanted].map(([id, subscribed]) => ({ id, subscribed })));
    await ensureRecipient(this.#prisma, link.id, link.place);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly groupId: string | null; readonly isSubscribed: boolean }[]>`
      WITH ${personOf(link)}, wanted AS MATERIALIZED (
        SELECT g.id, w.subscribed
        FROM jsonb_to_recordset(${records}::jsonb) AS w(id uuid, subscribed boolean) CROSS JOIN send
        CROSS JOIN LATERAL (
          SELECT g.id, g.type, ${said} AS said FROM (
            SELECT g.id, g.type FROM subscription_groups g
            WHERE g.id = w.id AND g.workspace_id ${hides} send.workspace_id AND ${isOfMode} OFFSET 0
          ) g OFFSET 0
        ) g
        WHERE g.id <> send.subscription_group_id AND ${isVisible} AND coalesce(g.said, true) <> w.subscribed
        LIMIT ${most.shown}::int
      ), written AS (
        INSERT INTO subscriptions AS x (group_id, profile_id, subscribed, confirmed_by, updated_at)
        SELECT w.id, p.id, w.subscribed, CASE WHEN w.subscribed AND ${asksForConfirmation(Prisma.sql`w.id`)}
          THEN send.mailbox END, now()
        FROM wanted w CROSS JOIN send CROSS JOIN person p
        ORDER BY w.id, p.id
        ON CONFLICT (group_id, profile_id)
          DO UPDATE SET subscribed = excluded.subscribed, pending = false, confirmed_by = excluded.confirmed_by,
            updated_at = excluded.updated_at
          WHERE x.pending OR x.subscribed <> excluded.subscribed OR ${isOtherYes}
        RETURNING group_id, profile_id, subscribed, pending
      ), taken_back AS (
        ${takeBack(
          Prisma.sql`SELECT w.id FROM wanted w WHERE w.subscribed AND (SELECT count(*) FROM written) >= 0`,
          Prisma.sql`SELECT mailbox FROM send`,
        )}
      ), ${tellLastWord(
        Prisma.sql`(SELECT w.*, send.workspace_id, send.simulated, send.id AS send_id FROM written w CROSS JOIN send)`,
      )}, changed AS (
        SELECT DISTINCT group_id, subscribed FROM written
      ), noted AS (
        ${notedChanges(link.place)}
      )
      SELECT c.group_id AS "groupId", c.subscribed AS "isSubscribed" FROM send LEFT JOIN changed c ON true`,
    );
    if (rows.length === 0) return null;
    return rows.flatMap(({ groupId, isSubscribed }) => (groupId === null ? [] : [{ groupId, isSubscribed }]));
  }
}

/** One event for each of the two actions and each group, with the time of its last change: a link cannot fill the table. */
const notedChanges = (place: number): Prisma.Sql => Prisma.sql`
  INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
  SELECT ${newIdInSql}, send.workspace_id, send.id, 'subscription', 'link/' || a.action || '/' || c.group_id || ${place === 0 ? '' : `@${place}`},
    send.provider_message_id, jsonb_build_object('action', a.action, 'by', 'link', 'subscriptionGroupId', c.group_id) || send.about, now()
  FROM changed c CROSS JOIN send
  CROSS JOIN LATERAL (SELECT CASE WHEN c.subscribed THEN 'subscribed' ELSE 'unsubscribed' END AS action) a
  ON CONFLICT (send_id, source_id)
    DO UPDATE SET occurred_at = excluded.occurred_at, received_at = excluded.received_at`;
