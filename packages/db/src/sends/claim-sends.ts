import { addressKey } from '@postroom/contracts';
import type { ClaimedSend, ClaimRequest, ClaimResult } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { isUnsubscribed, unsubscribedCopies } from './consent.ts';

type MailboxJson = { readonly email: string; readonly name: string | null };

type ClaimRow = {
  readonly id: string;
  /** That of the request, and of the row if it won. */
  readonly lease_token: string;
  readonly is_claimed: boolean;
  readonly is_queued: boolean;
  readonly is_processing: boolean;
  /** Why it failed, if it did. */
  readonly failed_as: string | null;
  /** Milliseconds until the sweeper looks at it. */
  readonly swept_in_ms: number;
  readonly wait_ms: number;
  readonly held_scope: string | null;
  readonly workspace_id: string;
  readonly attempts: number;
  readonly attempts_spent: number;
  readonly lane: ClaimedSend['lane'];
  readonly simulated: boolean;
  readonly snapshot_id: string;
  readonly sender_profile_id: string | null;
  readonly configuration_set: string | null;
  readonly message_id: string;
  readonly from_email: string;
  readonly from_name: string | null;
  readonly reply_to_email: string | null;
  readonly reply_to_name: string | null;
  readonly to_email: string;
  readonly to_name: string | null;
  readonly to_others: readonly MailboxJson[] | null;
  readonly cc: readonly MailboxJson[] | null;
  readonly bcc: readonly MailboxJson[] | null;
  readonly subject: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly headers: ClaimedSend['headers'] | null;
  readonly attachments: ClaimedSend['attachments'] | null;
  readonly created_at: Date;
  readonly profile: Readonly<Record<string, unknown>> | null;
  readonly suppressed_keys: readonly string[] | null;
  readonly unsubscribed_keys: readonly string[] | null;
  readonly is_unsubscribed: boolean;
  readonly subscription_group_id: string | null;
  readonly link_secret: Uint8Array | null;
  readonly accepted_earlier_as: string | null;
};

const toHeldRow = ({ scope, waitMs, configurationSet, senderProfileId }: HeldPart) => ({
  scope,
  wait_ms: waitMs,
  configuration_set: configurationSet,
  sender_profile_id: senderProfileId,
});

/** Whether the hold `h` is about the send `s`; a simulated one never comes to the provider. */
const isReached = Prisma.sql`
  (NOT s.simulated AND (h.configuration_set = s.configuration_set OR h.sender_profile_id = s.sender_profile_id))`;

/** How soon to look again at a row that was locked, or due according to another clock. */
const lookAgainMs = 250;

/** How long after the sweeper's look at a send of another its job looks again, in milliseconds. */
const afterSweepMs = 1_000;

function toClaimed(row: ClaimRow): ClaimedSend {
  const suppressed = new Set(row.suppressed_keys ?? []);
  const toKey = addressKey(row.to_email);
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    leaseToken: row.lease_token,
    attempt: row.attempts,
    attemptsSpent: row.attempts_spent,
    lane: row.lane,
    simulated: row.simulated,
    snapshotId: row.snapshot_id,
    senderProfileId: row.sender_profile_id,
    configurationSet: row.configuration_set,
    messageId: row.message_id,
    from: { email: row.from_email, name: row.from_name },
    replyTo: row.reply_to_email === null ? null : { email: row.reply_to_email, name: row.reply_to_name },
    to: { email: row.to_email, name: row.to_name },
    toOthers: row.to_others ?? [],
    cc: row.cc ?? [],
    bcc: row.bcc ?? [],
    subject: row.subject,
    data: row.data ?? {},
    headers: row.headers ?? [],
    attachments: row.attachments ?? [],
    profile: row.profile,
    subscriptionGroupId: row.subscription_group_id,
    linkSecret: row.link_secret,
    consent: {
      isSuppressed: suppressed.has(toKey),
      isUnsubscribed: row.is_unsubscribed,
      refusedCopies: [...suppressed, ...(row.unsubscribed_keys ?? [])].filter((key) => key !== toKey),
    },
    acceptedEarlierAs: row.accepted_earlier_as,
    createdAt: row.created_at,
  };
}

/** Sends that are not to be claimed, by what they would be sent with, and when to look again. */
export type HeldPart = {
  readonly scope: string;
  readonly waitMs: number;
  readonly configurationSet: string | null;
  readonly senderProfileId: string | null;
};

/**
 * Claims a group of sends in one statement: `Queued -> Processing` by compare-and-set on status, epoch and
 * due time, with a lease by the database's own clock, one attempt more, and an attempt row. Rows that
 * someone else has locked are passed over, and what is on hold stays as it is. What stands in the way of
 * sending is read in the same statement. Answers by lease token: two jobs of one send may stand in one group, and only
 * one of them has it.
 */
export async function claimSends(
  prisma: PrismaClient,
  requests: readonly ClaimRequest[],
  options: { readonly leaseMs: number; readonly worker: string; readonly held?: readonly HeldPart[] },
): Promise<ReadonlyMap<string, ClaimResult>> {
  const wanted = JSON.stringify(
    requests.map(({ sendId, epoch, leaseToken }) => ({ id: sendId, epoch, lease_token: leaseToken })),
  );
  const held = JSON.stringify((options.held ?? []).map(toHeldRow));
  const rows = await prisma.$queryRaw<ClaimRow[]>`
    /* claim_sends */
    WITH wanted AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${wanted}::jsonb) AS w(id uuid, epoch int, lease_token uuid)
      -- Tells the planner how few rows these are: it would scan a table that is not large yet.
      LIMIT ${requests.length}
    ), hold AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${held}::jsonb) AS h(
        scope text, wait_ms int, configuration_set text, sender_profile_id uuid)
    ), free AS MATERIALIZED (
      SELECT s.id, w.lease_token FROM email_sends s JOIN wanted w ON w.id = s.id
      WHERE s.status = 'Queued' AND s.epoch = w.epoch AND s.next_attempt_at <= now()
        AND NOT EXISTS (SELECT FROM hold h WHERE ${isReached})
      FOR UPDATE OF s SKIP LOCKED
    ), claimed AS (
      UPDATE email_sends s
      SET status = 'Processing', lease_token = free.lease_token,
          lease_until = now() + ${options.leaseMs} * interval '1 millisecond',
          sweep_at = now() + ${options.leaseMs} * interval '1 millisecond',
          attempts = s.attempts + 1, updated_at = now()
      FROM free WHERE s.id = free.id
      RETURNING s.*
    ), attempt AS (
      INSERT INTO send_attempts (send_id, number, lease_token, worker)
      SELECT id, attempts, lease_token, ${options.worker} FROM claimed
    )
    SELECT w.id, w.lease_token, c.id IS NOT NULL AS is_claimed,
      (s.status = 'Queued' AND s.epoch = w.epoch) AS is_queued,
      (s.status = 'Processing' AND s.epoch = w.epoch) AS is_processing,
      CASE WHEN s.status = 'Failed' AND s.epoch = w.epoch THEN coalesce(s.failure_class, 'unknown') END AS failed_as,
      greatest(0, ceil(extract(epoch FROM s.sweep_at - now()) * 1000))::int AS swept_in_ms,
      greatest(0, ceil(extract(epoch FROM s.next_attempt_at - now()) * 1000),
        (SELECT max(h.wait_ms) FROM hold h WHERE ${isReached}))::int AS wait_ms,
      (SELECT h.scope FROM hold h WHERE ${isReached} ORDER BY h.wait_ms DESC LIMIT 1) AS held_scope,
      c.workspace_id, c.attempts, c.attempts_spent, c.lane, c.simulated, c.snapshot_id, c.sender_profile_id,
      c.configuration_set, c.message_id, c.from_email, c.from_name, c.reply_to_email, c.reply_to_name,
      c.to_email, c.to_name, c.to_others, c.cc, c.bcc, c.subject, c.data, c.headers, c.attachments, c.created_at,
      CASE WHEN p.id IS NOT NULL THEN p.attributes || jsonb_build_object(
        'id', p.id, 'email', p.email, 'externalId', p.external_id) END AS profile,
      (SELECT array_agg(x.email_key) FROM suppressions x
        WHERE x.workspace_id = c.workspace_id AND x.email_key IN (
          SELECT c.to_key UNION ALL
          SELECT lower(m.email) FROM jsonb_to_recordset(
            coalesce(c.to_others, '[]') || coalesce(c.cc, '[]') || coalesce(c.bcc, '[]')) AS m(email text))
      ) AS suppressed_keys,
      ${unsubscribedCopies} AS unsubscribed_keys, ${isUnsubscribed} AS is_unsubscribed,
      c.subscription_group_id, CASE WHEN c.subscription_group_id IS NOT NULL THEN (
        SELECT o.link_secret FROM workspaces o WHERE o.id = c.workspace_id) END AS link_secret,
      CASE WHEN c.resends > 0 THEN (
        SELECT e.provider_message_id FROM email_events e
        WHERE e.send_id = c.id AND e.provider_message_id IS NOT NULL LIMIT 1
      ) END AS accepted_earlier_as
    FROM wanted w
    LEFT JOIN email_sends s ON s.id = w.id
    LEFT JOIN claimed c ON c.id = w.id AND c.lease_token = w.lease_token
    LEFT JOIN profiles p ON p.id = c.profile_id`;
  return new Map(rows.map((row) => [row.lease_token, toResult(row)]));
}

function toResult(row: ClaimRow): ClaimResult {
  if (row.is_claimed) return { kind: 'claimed', send: toClaimed(row) };
  if (row.failed_as !== null) return { kind: 'failed', failureClass: row.failed_as };
  if (row.is_processing) return { kind: 'busy', waitMs: row.swept_in_ms + afterSweepMs };
  if (!row.is_queued) return { kind: 'gone' };
  const waitMs = Math.max(lookAgainMs, row.wait_ms);
  return row.held_scope === null
    ? { kind: 'not_yet', waitMs }
    : { kind: 'held', scope: row.held_scope, waitMs };
}
