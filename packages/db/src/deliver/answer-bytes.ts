import { furtherRecipients } from '../further-recipients.ts';
import { Prisma } from '../generated/client.ts';

/** An answer is full once its sends have so many bytes; the one that fills it is in it. */
export const maxAnswerBytes = 4 * 1024 * 1024;

/**
 * What each further recipient of mail of a group counts as, in bytes: all profiles that share an address are looked up, up to a
 * thousand of them, and a statement looks up those of a hundred addresses, and of the send that fills it.
 */
const bytesPerCopyOfGroup = 40 * 1024;

/** How many bytes of an answer the send `s` takes, but for what is short. */
export const answerBytes = Prisma.sql`(
  SELECT coalesce(sum(octet_length(part)), 0) FROM unnest(ARRAY[
    s.data::text, s.headers::text, s.to_others::text, s.cc::text, s.bcc::text, s.attachments::text,
    (SELECT p.attributes::text FROM profiles p WHERE p.id = s.profile_id)]) AS part)
  + CASE WHEN s.subscription_group_id IS NULL THEN 0 ELSE ${bytesPerCopyOfGroup}::int * jsonb_array_length(${furtherRecipients('s')}) END`;
