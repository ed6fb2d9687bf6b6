import { type AskingSend, type ConfirmDeps, confirmDays, newId } from '@postroom/core';
import { isYesFor, mailboxOf } from '../confirmed.ts';
import { takeBack } from '../erasures/kept-no.ts';
import { erasedKey } from '../erasures/mention.ts';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { toldByLink } from './recipient.ts';
import { linkSecretsOf } from './unsubscribe-store.ts';

type AskingRow = Pick<AskingSend, 'id' | 'state' | 'to' | 'workspaceId' | 'groupName'> & {
  readonly linkSecrets: readonly Uint8Array[];
  readonly fromEmail: string;
  readonly fromName: string | null;
};

const isInTime = Prisma.sql`s.created_at > now() - ${confirmDays} * interval '1 day'`;

/** Who was asked by the send `s`: all whose address it went to, and not its profile if that has another address by now. */
const asked = Prisma.sql`(
  SELECT p.id FROM profiles p WHERE p.workspace_id = s.workspace_id AND p.email_key = s.to_key)`;

/** Finds what a link to confirm is about, and subscribes who follows it. */
export class ConfirmationStore implements Pick<ConfirmDeps['confirmations'], 'find' | 'confirm'> {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null: there is no such send, it asks for no confirmation, or its recipient was erased. */
  async find(sendId: string): ReturnType<ConfirmDeps['confirmations']['find']> {
    const [row] = await this.#prisma.$queryRaw<AskingRow[]>`
      SELECT s.id, s.workspace_id AS "workspaceId", ${linkSecretsOf} AS "linkSecrets", g.name AS "groupName",
        s.from_email AS "fromEmail", s.from_name AS "fromName", s.to_email AS "to",
        CASE WHEN said.pending AND ${isInTime} THEN 'pending' WHEN said.subscribed THEN 'subscribed' ELSE 'closed' END AS state
      FROM email_sends s
      JOIN workspaces w ON w.id = s.workspace_id
      JOIN subscription_groups g ON g.id = s.confirms_group_id AND g.workspace_id = s.workspace_id
      CROSS JOIN LATERAL (
        SELECT bool_or(x.pending) AS pending,
          bool_and(x.subscribed AND ${isYesFor(Prisma.sql`s.workspace_id`, Prisma.sql`s.to_key`)}) AS subscribed
        FROM ${asked} p CROSS JOIN LATERAL (
          SELECT * FROM subscriptions WHERE group_id = s.confirms_group_id AND profile_id = p.id OFFSET 0) x
      ) said
      WHERE s.id = ${sendId}::uuid AND s.to_key <> ${erasedKey} AND NOT s.simulated`;
    if (row === undefined) return null;
    const { linkSecrets, fromEmail, fromName, ...send } = row;
    return { send: { ...send, from: { email: fromEmail, name: fromName } }, linkSecrets };
  }

  /**
   * Subscribes the primary recipient of a send, if they are pending and the link still works: all profiles that share the
   * address, since whoever reads its mail has said so, and for this address alone. What is pending is locked first: an unsubscription at the same moment
   * comes before or after it, and is not undone.
   */
  async confirm(sendId: string): Promise<boolean> {
    const [result] = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<{ readonly is_changed: boolean }[]>`
      WITH person AS MATERIALIZED (
        SELECT s.confirms_group_id AS group_id, p.id,
          ${mailboxOf(Prisma.sql`s.workspace_id`, Prisma.sql`s.to_key`)} AS mailbox
        FROM email_sends s CROSS JOIN LATERAL ${asked} p
        WHERE s.id = ${sendId}::uuid AND s.confirms_group_id IS NOT NULL AND s.to_key <> ${erasedKey}
          AND NOT s.simulated AND ${isInTime}
      ), waiting AS MATERIALIZED (
        SELECT x.profile_id FROM (SELECT * FROM person ORDER BY id) p CROSS JOIN LATERAL (
          SELECT profile_id FROM subscriptions WHERE group_id = p.group_id AND profile_id = p.id AND pending
          OFFSET 0 FOR UPDATE) x
      ), written AS (
        INSERT INTO subscriptions AS x (group_id, profile_id, subscribed, confirmed_by, updated_at)
        SELECT group_id, id, true, mailbox, now() FROM person WHERE EXISTS (SELECT FROM waiting) ORDER BY id
        ON CONFLICT (group_id, profile_id) DO UPDATE SET subscribed = true, pending = false,
          confirmed_by = excluded.confirmed_by, updated_at = now()
          WHERE NOT x.subscribed OR x.confirmed_by <> excluded.confirmed_by
        RETURNING group_id, profile_id, subscribed, pending
      ), taken_back AS (
        ${takeBack(Prisma.sql`SELECT group_id FROM written`, Prisma.sql`SELECT mailbox FROM person`)}
      ), ${toldByLink(sendId)}, noted AS (
        INSERT INTO email_events (id, workspace_id, send_id, type, source_id, provider_message_id, detail, occurred_at)
        SELECT ${newId()}::uuid, s.workspace_id, s.id, 'subscription', 'link/confirmed', s.provider_message_id,
          jsonb_build_object('action', 'subscribed', 'by', 'link', 'subscriptionGroupId', s.confirms_group_id), now()
        FROM email_sends s WHERE s.id = ${sendId}::uuid AND EXISTS (SELECT FROM written)
        ON CONFLICT (send_id, source_id)
          DO UPDATE SET occurred_at = excluded.occurred_at, received_at = excluded.received_at
      )
      SELECT EXISTS (SELECT FROM written) AS is_changed`,
    );
    return result?.is_changed ?? false;
  }
}
