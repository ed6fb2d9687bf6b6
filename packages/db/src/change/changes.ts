import { erasedKey } from '../erasures/mention.ts';
import { Prisma } from '../generated/client.ts';
import { firstLook } from '../sweep-moment.ts';

/** A compare-and-set of sends, one alone or many at once. */
export type Change = {
  /** What becomes of the row `s`. */
  readonly set: Prisma.Sql;
  /** What has to hold of `current`, the row as it stands under the lock. */
  readonly when: Prisma.Sql;
};

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
});
