import type { EmailRequest } from '@postroom/contracts';
import { type AskedEmail, type EmailParts, firstOnly, optionsOf } from './asked-send.ts';
import { fingerprintOf } from './fingerprint.ts';

/** What an email is read with. */
type ReadWith = {
  readonly idempotencyHeader: string | null;
  readonly isSimulated: boolean;
  /** A group that the emails dialect has no word for; left out: none. */
  readonly subscriptionGroupId?: string | null;
};

/** Leaves repeated recipients out of an email that is well-formed, gives it its key, and fingerprints it. Pure. */
export function parseEmail(
  email: EmailRequest,
  index: number,
  { idempotencyHeader, isSimulated, subscriptionGroupId = null }: ReadWith,
): AskedEmail {
  const own = email.idempotency_key ?? null;
  const covered = idempotencyHeader === null ? null : `${idempotencyHeader}/${index}`;
  const isFirst = firstOnly();
  const parts: EmailParts = {
    kind: 'parsed',
    dialect: 'emails',
    index,
    key: own ?? covered,
    isCovered: own === null && covered !== null,
    from: email.from,
    to: email.to.filter(isFirst),
    cc: (email.cc ?? []).filter(isFirst),
    bcc: (email.bcc ?? []).filter(isFirst),
    replyTo: email.reply_to ?? null,
    subject: email.subject,
    html: email.html ?? null,
    text: email.text ?? null,
    data: null,
    scheduledAt: email.scheduled_at ?? null,
    subscriptionGroupId,
    isMarketing: email.type === 'marketing',
    ...optionsOf(email),
    isSimulated,
  };
  return { ...parts, fingerprint: fingerprintOf(parts) };
}
