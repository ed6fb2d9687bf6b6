import type { EmailRequest, MimeInput } from '@postroom/contracts';
import { type AskedEmail, type EmailParts, firstOnly, optionsOf, prepareMime } from './asked-send.ts';
import { fingerprinted } from './fingerprint.ts';

/** What an email is read with. */
type ReadWith = {
  readonly idempotencyHeader: string | null;
  readonly isSimulated: boolean;
  /** A group that the emails dialect has no word for; left out: none. */
  readonly subscriptionGroupId?: string | null;
  /** The message itself, which no other dialect brings; left out: it is made of the email. */
  readonly mime?: MimeInput | undefined;
};

/** Leaves repeated recipients out of an email that is well-formed, gives it its key, and fingerprints it. Pure. */
export function parseEmail(
  email: EmailRequest,
  index: number,
  { idempotencyHeader, isSimulated, subscriptionGroupId = null, mime }: ReadWith,
): AskedEmail {
  const own = email.idempotency_key ?? null;
  const covered = idempotencyHeader === null ? null : `${idempotencyHeader}/${index}`;
  const isFirst = firstOnly();
  const options = optionsOf(email);
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
    ...options,
    attachments: mime === undefined ? options.attachments : [...options.attachments, prepareMime(mime)],
    isSimulated,
  };
  return fingerprinted(parts);
}
