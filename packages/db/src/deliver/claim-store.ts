import { addressKey } from '@postroom/contracts';
import type { ClaimedSend, ClaimRequest, ClaimResult } from '@postroom/core';
import { type ColumnsOf, columnsOf } from '../columns.ts';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { thisMoment, unseen } from '../look-up.ts';
import { parseObject } from '../stored-json.ts';
import { answerBytes, maxAnswerBytes } from './answer-bytes.ts';
import {
  groupStanding,
  isMarketingPaused,
  standings,
  suppressedKeys,
  unsubscribedCopies,
} from './consent.ts';
import { isSenderHeldElsewhere } from './held-elsewhere.ts';

type ClaimRow = ColumnsOf<'claimed'> & {
  readonly id: string;
  /** That of the request, and of the row if it won. */
  readonly lease_token: string;
  readonly is_claimed: boolean;
  readonly is_begun: boolean;
  /** Not looked at further: those before it fill the answer. */
  readonly is_left_over: boolean;
  readonly is_queued: boolean;
  readonly is_processing: boolean;
  /** Why it failed, if it did. */
  readonly failed_as: string | null;
  /** Milliseconds until the sweeper looks at it. */
  readonly swept_in_ms: number;
  readonly wait_ms: number;
  readonly held_scope: string | null;
  readonly is_paused: boolean | null;
  readonly looked_workspace_id: string;
  readonly profile_id: string | null;
  readonly profile_email: string | null;
  readonly profile_external_id: string | null;
  readonly profile_attributes: string | null;
  readonly suppressed_keys: readonly string[] | null;
  readonly unsubscribed_keys: readonly string[] | null;
  /** Null: the send has no group. */
  readonly group_standing: number | null;
  readonly is_held_elsewhere: boolean;
  readonly link_secret: Uint8Array | null;
  /** Sent again although something is known of its delivery, which stays when what was reported is removed. */
  readonly is_reported: boolean | null;
  readonly accepted_earlier_as: string | null;
  readonly earlier_errors: readonly string[] | null;
};

const claimedColumns = columnsOf('claimed', 'c');

/** Whether the hold `h` is about the send `s`; a simulated one never comes to the provider. */
const isReached = Prisma.sql`
  (NOT s.simulated AND (h.configuration_set = s.configuration_set OR h.sender_profile_id = s.sender_profile_id))`;

/**
 * Whether a send `c` that is claimed counts as begun: it goes next, or at once. To say so later would cost a statement for each
 * group of calls. A simulated one has no call.
 */
const isBegun = ({ isBusy = false }: ClaimOptions) =>
  Prisma.sql`(NOT c.simulated AND (NOT ${isBusy}::boolean OR c.lane <> 'marketing'))`;

/** How soon to look again at a row that was locked, or due according to another clock. */
const lookAgainMs = 250;

/** How long after the sweeper's look at a send of another its job looks again, in milliseconds. */
const afterSweepMs = 1_000;

/** Attempts of a send whose errors are looked at, the newest: one that was put off again and again has many, which count nothing. */
const mostLookedAt = 64;

/** When a send whose marketing mail is paused is looked at again unless told, in milliseconds: a person ends that. */
const defaultPausedMs = 120_000;

/** What a template sees of the recipient's profile. */
function profileOf(row: ClaimRow): ClaimedSend['profile'] {
  if (row.profile_id === null) return null;
  const { profile_id: id, profile_email: email, profile_external_id: externalId } = row;
  return { ...parseObject(row.profile_attributes ?? '{}'), id, email, externalId };
}

/**
 * The data and the profile are parsed when they are asked for: as text they have the size that came in, and as objects
 * many times that, for every send in hand.
 */
function toClaimed(row: ClaimRow): ClaimedSend {
  const suppressed = new Set(row.suppressed_keys ?? []);
  const toKey = addressKey(row.toEmail);
  return {
    id: row.id,
    workspaceId: row.workspaceId,
    leaseToken: row.lease_token,
    attempt: row.attempts,
    attemptsSpent: row.attemptsSpent,
    earlierErrors: row.earlier_errors ?? [],
    isBegun: row.is_begun,
    dialect: row.dialect,
    lane: row.lane,
    simulated: row.simulated,
    snapshotId: row.snapshotId,
    senderProfileId: row.senderProfileId,
    configurationSet: row.configurationSet,
    messageId: row.messageId,
    from: { email: row.fromEmail, name: row.fromName },
    replyTo: row.replyToEmail === null ? null : { email: row.replyToEmail, name: row.replyToName },
    to: { email: row.toEmail, name: row.toName },
    toOthers: row.toOthers ?? [],
    cc: row.cc ?? [],
    bcc: row.bcc ?? [],
    subject: row.subject,
    get data() {
      return row.data === null ? {} : parseObject(row.data);
    },
    headers: row.headers ?? [],
    attachments: row.attachments ?? [],
    get profile() {
      return profileOf(row);
    },
    subscriptionGroupId: row.subscriptionGroupId,
    confirmsGroupId: row.confirmsGroupId,
    linkSecret: row.link_secret,
    trackClicks: row.trackClicks,
    trackOpens: row.trackOpens,
    trackText: row.trackText,
    trackingHost: row.trackingHost,
    consent: {
      isSuppressed: suppressed.has(toKey),
      isUnsubscribed: row.group_standing !== null && row.group_standing < standings.subscribed,
      isPending: row.group_standing === standings.pending,
      refusedCopies: [...suppressed, ...(row.unsubscribed_keys ?? [])].filter((key) => key !== toKey),
      suppressedCopies: [...suppressed].filter((key) => key !== toKey),
    },
    isSenderHeldElsewhere: row.is_held_elsewhere,
    acceptedEarlier:
      row.is_reported || row.accepted_earlier_as !== null
        ? { providerMessageId: row.accepted_earlier_as }
        : null,
    waitingSince: row.scheduledAt ?? row.createdAt,
  };
}

/** Sends that are not to be claimed, by what they would be sent with, and when to look again. */
type HeldPart = {
  readonly scope: string;
  readonly waitMs: number;
  readonly configurationSet: string | null;
  readonly senderProfileId: string | null;
};

/** What the claims of one worker have in common. */
export type ClaimOptions = {
  readonly leaseMs: number;
  readonly worker: string;
  readonly held?: readonly HeldPart[];
  /** When a send whose marketing mail is paused is looked at again, in milliseconds. */
  readonly pausedMs?: number | undefined;
  /** The account that is sent through: sends of others are none of this worker's; null, or left out: the environment's. */
  readonly accountId?: string | null | undefined;
  /** Whether marketing mail will have to wait for its permit: then its call has not begun until that is said. */
  readonly isBusy?: boolean | undefined;
};

function toResult(row: ClaimRow, { pausedMs = defaultPausedMs }: ClaimOptions): ClaimResult {
  if (row.is_claimed) return { kind: 'claimed', send: toClaimed(row) };
  if (row.failed_as !== null) return { kind: 'failed', failureClass: row.failed_as };
  if (row.is_processing) return { kind: 'busy', waitMs: row.swept_in_ms + afterSweepMs };
  if (!row.is_queued) return { kind: 'gone' };
  const workspaceId = row.looked_workspace_id;
  if (row.is_paused === true) return { kind: 'paused', workspaceId, waitMs: pausedMs };
  const waitMs = Math.max(lookAgainMs, row.wait_ms);
  return row.held_scope === null
    ? { kind: 'not_yet', waitMs }
    : { kind: 'held', scope: row.held_scope, workspaceId, waitMs };
}

/** Claims sends for workers. */
export class ClaimStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /**
   * Claims a group of sends in one statement: `Queued -> Processing` by compare-and-set on status, epoch and
   * due time, with a lease by the database's own clock, one attempt more, and an attempt row. Rows that
   * someone else has locked are passed over, and what is on hold stays as it is. What stands in the way of
   * sending is read in the same statement. Answers by lease token: two jobs of one send may stand in one group, and only
   * one of them has it. What is more than one answer should hold is claimed by a further statement.
   */
  async claim(
    requests: readonly ClaimRequest[],
    options: ClaimOptions,
  ): Promise<ReadonlyMap<string, ClaimResult>> {
    const results = new Map<string, ClaimResult>();
    for (let rest = requests; rest.length > 0; ) {
      const rows = await this.#claimOnce(rest, options);
      for (const row of rows) if (!row.is_left_over) results.set(row.lease_token, toResult(row, options));
      const leftOver = new Set(rows.flatMap((row) => (row.is_left_over ? row.lease_token : [])));
      rest = rest.filter(({ leaseToken }) => leftOver.has(leaseToken));
    }
    return results;
  }

  /** One claim statement. The first of the requests is never left over. */
  async #claimOnce(requests: readonly ClaimRequest[], options: ClaimOptions): Promise<readonly ClaimRow[]> {
    const wanted = JSON.stringify(
      requests.map(({ sendId, epoch, leaseToken }, place) => ({
        id: sendId,
        epoch,
        lease_token: leaseToken,
        place,
      })),
    );
    const held = JSON.stringify(options.held ?? []);
    return this.#sql.query<ClaimRow>`
    /* claim_sends */
    WITH wanted AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${wanted}::jsonb) AS w(id uuid, epoch int, lease_token uuid, place int)
      LIMIT ${unseen(Prisma.sql`${requests.length}::int`)}
    ), hold AS MATERIALIZED (
      SELECT scope, "waitMs" AS wait_ms, "configurationSet" AS configuration_set, "senderProfileId" AS sender_profile_id
      FROM jsonb_to_recordset(${held}::jsonb) AS h(
        scope text, "waitMs" int, "configurationSet" text, "senderProfileId" uuid)
    ), looked AS MATERIALIZED (
      SELECT w.id, w.epoch AS wanted_epoch, w.lease_token, s.status, s.epoch, s.next_attempt_at, s.sweep_at,
        s.failure_class, s.simulated, s.configuration_set, s.sender_profile_id, s.workspace_id, s.is_paused,
        s.account_id IS NOT DISTINCT FROM ${options.accountId ?? null}::uuid AS is_of_account,
        sum(s.bytes) OVER (ORDER BY w.place) - s.bytes AS bytes_before
      FROM wanted w LEFT JOIN LATERAL (
        SELECT s.*, ${answerBytes} AS bytes, ${isMarketingPaused} AS is_paused FROM email_sends s WHERE s.id = w.id OFFSET 0
      ) s ON true
    ), free AS MATERIALIZED (
      SELECT l.id, s.lease_token FROM looked s CROSS JOIN LATERAL (
        SELECT l.id, l.status, l.epoch, l.next_attempt_at FROM email_sends l WHERE l.id = s.id
        OFFSET 0 FOR UPDATE OF l SKIP LOCKED
      ) l
      WHERE l.status = 'Queued' AND l.epoch = s.wanted_epoch AND l.next_attempt_at <= ${thisMoment}
        AND s.is_of_account AND NOT EXISTS (SELECT FROM hold h WHERE ${isReached}) AND NOT s.is_paused
        AND s.bytes_before <= ${maxAnswerBytes}
    ), claimed AS (
      UPDATE email_sends s
      SET status = 'Processing',
          lease_token = (ARRAY(SELECT lease_token FROM free))[array_position(ARRAY(SELECT id FROM free), s.id)],
          lease_until = now() + ${options.leaseMs} * interval '1 millisecond',
          sweep_at = now() + ${options.leaseMs} * interval '1 millisecond',
          attempts = s.attempts + 1, updated_at = now()
      WHERE s.id = ANY(ARRAY(SELECT id FROM free))
      RETURNING s.*
    ), attempt AS (
      INSERT INTO send_attempts (send_id, number, lease_token, worker, begun)
      SELECT id, attempts, lease_token, ${options.worker}, ${isBegun(options)} FROM claimed c
    )
    SELECT s.id, s.lease_token, c.id IS NOT NULL AS is_claimed, ${isBegun(options)} AS is_begun,
      coalesce(s.bytes_before > ${maxAnswerBytes}, false) AS is_left_over,
      (s.status = 'Queued' AND s.epoch = s.wanted_epoch AND s.is_of_account) AS is_queued,
      (s.status = 'Processing' AND s.epoch = s.wanted_epoch) AS is_processing,
      CASE WHEN s.status = 'Failed' AND s.epoch = s.wanted_epoch
           THEN coalesce(s.failure_class, 'unknown') END AS failed_as,
      greatest(0, ceil(extract(epoch FROM s.sweep_at - now()) * 1000))::int AS swept_in_ms,
      greatest(0, ceil(extract(epoch FROM s.next_attempt_at - now()) * 1000),
        (SELECT max(h.wait_ms) FROM hold h WHERE ${isReached}))::int AS wait_ms,
      (SELECT h.scope FROM hold h WHERE ${isReached} ORDER BY h.wait_ms DESC, h.scope LIMIT 1) AS held_scope,
      s.is_paused, s.workspace_id AS looked_workspace_id,
      ${claimedColumns},
      p.id AS profile_id, p.email AS profile_email, p.external_id AS profile_external_id,
      p.attributes AS profile_attributes,
      ${suppressedKeys} AS suppressed_keys,
      ${unsubscribedCopies} AS unsubscribed_keys, ${groupStanding} AS group_standing,
      ${isSenderHeldElsewhere} AS is_held_elsewhere,
      CASE WHEN num_nonnulls(c.subscription_group_id, c.confirms_group_id) > 0 OR c.track_clicks OR c.track_opens THEN (
        SELECT o.link_secret FROM workspaces o WHERE o.id = c.workspace_id) END AS link_secret,
      (c.resends > 0 AND c.delivery IS NOT NULL) AS is_reported,
      CASE WHEN c.resends > 0 THEN (
        SELECT e.provider_message_id FROM email_events e
        WHERE e.send_id = c.id AND e.provider_message_id IS NOT NULL LIMIT 1
      ) END AS accepted_earlier_as,
      CASE WHEN c.attempts_spent > 0 THEN array_remove(ARRAY(
        SELECT a.error_code FROM send_attempts a WHERE a.send_id = c.id AND a.spent AND a.number > c.attempts - ${mostLookedAt}
        ORDER BY a.number DESC LIMIT c.attempts_spent), NULL) END AS earlier_errors
    FROM looked s
    LEFT JOIN claimed c ON c.id = s.id AND c.lease_token = s.lease_token
    LEFT JOIN LATERAL (
      SELECT p.id, p.email, p.external_id, p.attributes::text FROM profiles p WHERE p.id = c.profile_id OFFSET 0
    ) p ON true`;
  }
}
