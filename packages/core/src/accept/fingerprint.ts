import { createHash } from 'node:crypto';
import {
  type Address,
  addressKey,
  type BatchItem,
  canonicalJson,
  type EmailRequest,
  type MessageHeader,
} from '@postroom/contracts';
import type { PreparedAttachment } from './prepare-attachments.ts';

type Parts = Readonly<Record<string, unknown>>;

const hashOf = (parts: Parts): string => createHash('sha256').update(canonicalJson(parts)).digest('hex');

const comparable = (address: Address) => [addressKey(address.email), address.name];

const unlessEmpty = <Item>(items: readonly Item[]) => (items.length === 0 ? undefined : items);

type Options = {
  readonly tags?: readonly string[] | null | undefined;
  readonly headers?: readonly MessageHeader[] | null | undefined;
  readonly tracking?: BatchItem['tracking'];
  readonly scheduledAt?: Date | null | undefined;
  readonly attachments: readonly PreparedAttachment[];
};

/** What both dialects may ask for beside the message; an option that was left out leaves no trace. */
const optionParts = ({ tags, headers, tracking, scheduledAt, attachments }: Options): Parts => ({
  tags: unlessEmpty([...(tags ?? [])].sort()),
  headers: unlessEmpty((headers ?? []).map(({ name, value }) => [name.toLowerCase(), value]).sort()),
  scheduledAt: scheduledAt?.toISOString(),
  attachments: unlessEmpty(
    attachments.map(({ ref, givenType }) => [
      ref.hash,
      ref.filename,
      // Not the type that the ending stands for: a newer list of them would make another request of the same one.
      givenType ?? 'application/octet-stream',
      ref.contentId,
    ]),
  ),
  clicks: tracking?.clicks ?? undefined,
  opens: tracking?.opens ?? undefined,
});

/** A test key's request is never the same as a live one's: its send would be answered, and nothing sent. */
const modeParts = (isSimulated: boolean): Parts => ({ simulated: isSimulated || undefined });

/** What an item or an email was read into beside its own fields. */
type Prepared = {
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly attachments: readonly PreparedAttachment[];
  readonly isSimulated: boolean;
};

/**
 * SHA-256, in hex, of what a merged and parsed item asks for. Two items that ask for the same have the
 * same one, whatever the order of their keys, the form of their addresses, whether a value came from the
 * defaults or from the item, and whether a field was null or left out. The key is no part of it.
 */
export function fingerprintOf(item: BatchItem, { cc, bcc, attachments, isSimulated }: Prepared): string {
  return hashOf({
    template: item.templateId,
    profile: item.profileId ?? undefined,
    to: item.to?.email ? addressKey(item.to.email) : undefined,
    externalId: item.to?.externalId ?? undefined,
    sender: item.senderProfileId ?? undefined,
    from: item.from ? comparable(item.from) : undefined,
    replyTo: item.replyTo ? comparable(item.replyTo) : undefined,
    subject: item.subject ?? undefined,
    group: item.subscriptionGroupId ?? undefined,
    cc: cc.map(comparable),
    bcc: bcc.map(comparable),
    data: item.data ?? undefined,
    ...optionParts({ ...item, attachments }),
    ...modeParts(isSimulated),
  });
}

/** The same of an email of the emails dialect. */
export function emailFingerprintOf(
  email: EmailRequest,
  { to, cc, bcc, attachments, isSimulated }: Prepared & { readonly to: readonly Address[] },
): string {
  return hashOf({
    dialect: 'emails',
    from: comparable(email.from),
    to: to.map(comparable),
    cc: cc.map(comparable),
    bcc: bcc.map(comparable),
    replyTo: email.reply_to ? comparable(email.reply_to) : undefined,
    subject: email.subject,
    html: email.html ?? undefined,
    text: email.text ?? undefined,
    type: email.type === 'marketing' ? 'marketing' : undefined,
    ...optionParts({ ...email, scheduledAt: email.scheduled_at, attachments }),
    ...modeParts(isSimulated),
  });
}
