import { type FoundLink, type LinkedSend, newId } from '@postroom/core';
import { asksForConfirmation, isOtherYes, mailboxOf } from '../confirmed.ts';
import { isUnsubscribed, isUnsubscribedAs } from '../deliver/consent.ts';
import { takeBack } from '../erasures/kept-no.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { aboutRecipientAt, ensureRecipient, recipientAt, recipientsAt, toldByLink } from './recipient.ts';

type LinkedRow = {
  readonly id: string;
  readonly workspace_id: string;
  readonly link_secrets: readonly Uint8Array[];
  readonly group_name: string;
  readonly from_email: string;
  readonly from_name: string | null;
  readonly to_email: string;
  readonly is_subscribed: boolean;
  readonly simulated: boolean;
};

const toLinkedSend = (row: LinkedRow): Omit<LinkedSend, 'place'> => ({
  id: row.id,
  workspaceId: row.workspace_id,
  groupName: row.group_name,
  from: { email: row.from_email, name: row.from_name },
  to: row.to_email,
  isSubscribed: row.is_subscribed,
  isSimulated: row.simulated,
});

/** So many secrets that a workspace had before are tried, the latest first. */
const maxFormerSecrets = 100;

/** What links of the workspace `w` may be signed with. */
export const linkSecretsOf = Prisma.sql`ARRAY[w.link_secret] || ARRAY(
  SELECT f.secret FROM former_link_secrets f WHERE f.workspace_id = w.id
  ORDER BY f.retired_at DESC LIMIT ${maxFormerSecrets}::int)`;

/** What the event is called that a link of one recipient makes. */
const sourceOf = (action: string, place: number): string =>
  place === 0 ? `link/${action}` : `link/${action}@${place}`;

/** Finds what an unsubscribe link is about, and keeps what its holder wants. */
export class UnsubscribeStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null: there is no such send, it has no group, or nobody of this number. */
  async find(sendId: string, place = 0): Promise<FoundLink | null> {
    const { email, key, isKnown } = recipientAt(place, 'c');
    const [row] = await this.#prisma.$queryRaw<LinkedRow[]>`
      SELECT c.id, c.workspace_id, ${linkSecretsOf} AS link_secrets,
        g.name AS group_name, c.from_email, c.from_name, ${email} AS to_email, c.simulated,
        NOT ${place === 0 ? isUnsubscribed : isUnsubscribedAs(key)} AS is_subscribed
      FROM email_sends c
      JOIN workspaces w ON w.id = c.workspace_id
      JOIN subscription_groups g ON g.id = c.subscription_group_id AND g.workspace_id = c.workspace_id
      WHERE c.id = ${sendId}::uuid AND ${isKnown}`;
    return row === undefined
      ? null
      : { send: { ...toLinkedSend(row), place }, linkSecrets: row.link_secrets };
  }

  /**
   * Keeps what a recipient of a send wants of its group; answers whether that changed anything. Null: they were erased since the
   * send was found.
   */
  async subscribe(sendId: string, isSubscribed: boolean, place = 0): Promise<boolean | null> {
    await ensureRecipient(this.#prisma, sendId, place);
    const { key, isKnown } = recipientAt(place, 's');
    const mailbox = mailboxOf(Prisma.sql`s.workspace_id`, key);
    const action = isSubscribed ? 'subscribed' : 'unsubscribed';
    const isTheirs = Prisma.sql`s.id = ${sendId}::uuid AND ${isKnown}`;
    const ofSend = (column: Prisma.Sql) =>
      Prisma.sql`SELECT ${column} FROM email_sends s WHERE ${isTheirs} AND (SELECT count(*) FROM written) >= 0`;
    const takenBack = takeBack(ofSend(Prisma.sql`s.subscription_group_id`), ofSend(mailbox));
    // One event for each of the two actions, with the time of its last change: a link cannot fill the table.
    const [result] = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly is_changed: boolean | null }[]>`
      WITH written AS (
        INSERT INTO subscriptions AS x (group_id, profile_id, subscribed, confirmed_by, updated_at)
        SELECT s.subscription_group_id, p.id, ${isSubscribed}::boolean,
          CASE WHEN ${isSubscribed}::boolean AND ${asksForConfirmation(Prisma.sql`s.subscription_group_id`)}
            THEN ${mailbox} END, now()
        FROM email_sends s CROSS JOIN LATERAL ${recipientsAt(place)} p
        WHERE ${isTheirs}
        ORDER BY p.id
        ON CONFLICT (group_id, profile_id)
          DO UPDATE SET subscribed = excluded.subscribed, pending = false, confirmed_by = excluded.confirmed_by,
            updated_at = excluded.updated_at
          WHERE x.pending OR x.subscribed <> excluded.subscribed OR ${isOtherYes}
        RETURNING group_id, profile_id, subscribed, pending
      ), taken_back AS (
        ${isSubscribed ? takenBack : Prisma.sql`SELECT FROM written WHERE false`}
      ), ${toldByLink(sendId)}, noted AS (
        INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
        SELECT ${newId()}::uuid, s.workspace_id, s.id, 'subscription', ${sourceOf(action, place)}, s.provider_message_id,
          jsonb_build_object('action', ${action}::text, 'by', 'link') || ${aboutRecipientAt(place)}, now()
        FROM email_sends s WHERE s.id = ${sendId}::uuid AND EXISTS (SELECT FROM written)
        ON CONFLICT (send_id, source_id)
          DO UPDATE SET occurred_at = excluded.occurred_at, received_at = excluded.received_at
      )
      SELECT CASE WHEN EXISTS (SELECT FROM email_sends s WHERE ${isTheirs})
        THEN EXISTS (SELECT FROM written) OR EXISTS (SELECT FROM taken_back) END AS is_changed`,
    );
    return result?.is_changed ?? null;
  }
}
