import { erasedKey } from '../erasures/mention.ts';
import { Prisma } from '../generated/client.ts';
import { firstLook } from '../sweep-moment.ts';

/** A compare-and-set of sends, one alone or many at once. */
export type Change = {
  /** What becomes of the row `s`. */
  readonly set: Prisma.Sql;
  /** What has to hold of `current`, the row as it stands under the lock. */
  readonly when: Prisma.Sql;
  /** What else the statement writes of the rows `changed`, which were `current`, where it does: parts of it. */
  readonly beside?: Prisma.Sql;
};

/** What a change writes beside, with the comma that parts it from what follows in the statement. */
export const besides = ({ beside }: Change): Prisma.Sql =>
  beside === undefined ? Prisma.empty : Prisma.sql`${beside}, `;

/** Said of a canceled send that SES may have taken in an earlier attempt, which stayed without an answer. */
const canceledInDoubt =
  'Canceled before it was sent again; whether SES accepted an earlier attempt is unknown.';

/** Cancels what nobody has claimed. */
export const cancellation: Change = {
  set: Prisma.sql`status = 'Canceled',
    failure_message = CASE WHEN s.resends > 0 THEN ${canceledInDoubt} END`,
  when: Prisma.sql`current.status IN ('Scheduled', 'Queued')`,
};

/** What a retry is told, as expressions: the failure's epoch, of `current`; a sender, of `s`, or nulls. */
type RetryTold = {
  readonly epoch: Prisma.Sql;
  readonly profileId: Prisma.Sql;
  readonly configurationSet: Prisma.Sql;
};

/** Each changed send is found by the sender profile that it has now, and no more by one that it had. */
const foundBySender = Prisma.sql`
  left_sender AS (
    DELETE FROM send_facets f WHERE f.ctid = ANY(ARRAY(
      SELECT k.ctid FROM changed c JOIN current o ON o.id = c.id CROSS JOIN LATERAL (
        SELECT ctid FROM send_facets WHERE workspace_id = c.workspace_id AND simulated = c.simulated
          AND kind = 'sender' AND value = o.sender_profile_id::text AND send_id = c.id OFFSET 0) k
      WHERE o.sender_profile_id <> c.sender_profile_id))
  ), found_by AS (
    INSERT INTO send_facets (workspace_id, simulated, kind, value, send_id)
    SELECT workspace_id, simulated, 'sender', sender_profile_id::text, id FROM changed
    WHERE sender_profile_id IS NOT NULL
    ON CONFLICT DO NOTHING
  )`;

/**
 * Queues a failed send again, under a new epoch, while it is still the failure that was found. One whose delivery is
 * unknown counts as sent again, so that its claim looks for proof that SES took it after all. It goes through the account that
 * its sender profile has by now, whatever it waited or failed in.
 */
export const retryOf = ({ epoch, profileId, configurationSet }: RetryTold): Change => ({
  // A send may have failed long before the moment that it was scheduled for.
  set: Prisma.sql`
    status = 'Queued', epoch = s.epoch + 1, attempts_spent = 0,
    resends = s.resends + (s.failure_class IS NOT DISTINCT FROM 'in_doubt')::int,
    failure_class = NULL, failure_message = NULL, provider_message_id = NULL, in_doubt_since = NULL,
    sender_profile_id = coalesce(${profileId}, s.sender_profile_id),
    configuration_set = coalesce(${configurationSet}, s.configuration_set),
    account_id = (SELECT p.account_id FROM sender_profiles p
                  WHERE p.id = coalesce(${profileId}, s.sender_profile_id)),
    next_attempt_at = greatest(now(), s.scheduled_at),
    sweep_at = CASE WHEN s.scheduled_at > now() THEN s.scheduled_at
                    ELSE ${firstLook} END`,
  // There is nobody left to send it to, once its recipient was erased, and nothing, once its content has had its time.
  when: Prisma.sql`current.status = 'Failed' AND current.epoch = ${epoch} AND current.to_key <> ${erasedKey}
    AND current.content_removed_at IS NULL`,
  beside: foundBySender,
});
