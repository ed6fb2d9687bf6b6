import type { Address, EmailRequest, ItemErrorCode } from '@postroom/contracts';
import type { StoredSend } from '../send/send.ts';
import { emailFingerprintOf } from './fingerprint.ts';
import { firstOnly } from './first-only.ts';
import { type PreparedAttachment, prepareAttachments } from './prepare-attachments.ts';

/** Why an email fails alone: it gets a row all the same. */
export type EmailFailure = { readonly failureClass: ItemErrorCode; readonly message: string };

/** An email that is well-formed; whether its sender is verified is not known yet. */
export type ParsedEmail = {
  readonly index: number;
  readonly email: EmailRequest;
  readonly key: string | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly attachments: readonly PreparedAttachment[];
  readonly fingerprint: string;
};

/** What has to be done for one email of a batch. */
export type EmailPlan =
  /** Its key is known: the existing send is answered. */
  | { readonly kind: 'known'; readonly send: StoredSend }
  /** It repeats an earlier email of the same batch, key and all. */
  | { readonly kind: 'repeated'; readonly first: number }
  | { readonly kind: 'new'; readonly parsed: ParsedEmail; readonly failure: EmailFailure | null };

const keyReused = (): EmailFailure => ({
  failureClass: 'idempotency_key_reuse',
  message: 'This idempotency_key was used for a different email: use a new key for a new email.',
});

/** Leaves repeated recipients out, gives the email its key, and fingerprints it. Pure. */
export function parseEmailRequest(
  email: EmailRequest,
  index: number,
  {
    idempotencyHeader,
    isSimulated,
  }: { readonly idempotencyHeader: string | null; readonly isSimulated: boolean },
): ParsedEmail {
  const isFirst = firstOnly();
  const parts = {
    to: email.to.filter(isFirst),
    cc: (email.cc ?? []).filter(isFirst),
    bcc: (email.bcc ?? []).filter(isFirst),
    attachments: prepareAttachments(email.attachments),
  };
  const covered = idempotencyHeader === null ? null : `${idempotencyHeader}/${index}`;
  const key = email.idempotency_key ?? covered;
  return { index, email, key, ...parts, fingerprint: emailFingerprintOf(email, { ...parts, isSimulated }) };
}

/** Tells new emails from those that are answered by a send that exists, or by one of their own batch. Pure. */
export function planEmails(
  emails: readonly ParsedEmail[],
  known: ReadonlyMap<string, StoredSend>,
): readonly EmailPlan[] {
  const firstByKey = new Map<string, ParsedEmail>();
  return emails.map((parsed): EmailPlan => {
    const { key, fingerprint } = parsed;
    if (key === null) return { kind: 'new', parsed, failure: null };
    const send = known.get(key);
    if (send !== undefined) {
      if (send.fingerprint === fingerprint) return { kind: 'known', send };
      return { kind: 'new', parsed: withoutKey(parsed), failure: keyReused() };
    }
    const first = firstByKey.get(key);
    if (first === undefined) {
      firstByKey.set(key, parsed);
      return { kind: 'new', parsed, failure: null };
    }
    if (first.fingerprint === fingerprint) return { kind: 'repeated', first: first.index };
    return { kind: 'new', parsed: withoutKey(parsed), failure: keyReused() };
  });
}

/** A row of its own for an email whose key belongs to another one. */
const withoutKey = (parsed: ParsedEmail): ParsedEmail => ({ ...parsed, key: null });

/** The email's row when its key turns out to be taken by another email. */
export const asReused = (parsed: ParsedEmail): Extract<EmailPlan, { kind: 'new' }> => ({
  kind: 'new',
  parsed: withoutKey(parsed),
  failure: keyReused(),
});
