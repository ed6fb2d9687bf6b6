import type { EmailRequest } from '@postroom/contracts';
import { type AskedEmail, type EmailParts, firstOnly, optionsOf } from './asked-send.ts';
import { fingerprintOf } from './fingerprint.ts';

/** Leaves repeated recipients out of an email that is well-formed, gives it its key, and fingerprints it. Pure. */
export function parseEmail(
  email: EmailRequest,
  index: number,
  {
    idempotencyHeader,
    isSimulated,
  }: { readonly idempotencyHeader: string | null; readonly isSimulated: boolean },
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
    isMarketing: email.type === 'marketing',
    ...optionsOf(email),
    isSimulated,
  };
  return { ...parts, fingerprint: fingerprintOf(parts) };
}
