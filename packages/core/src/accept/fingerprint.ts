import { createHash } from 'node:crypto';
import {
  type Address,
  addressKey,
  asOneLine,
  canonicalJsonPieces,
  type MessageHeader,
} from '@postroom/contracts';
import type { EmailParts, ItemParts, PreparedAttachment } from './asked-send.ts';

const comparable = ({ email, name }: Address) => [addressKey(email), name];

const comparableHeader = ({ name, value }: MessageHeader) => [name.toLowerCase(), value];

const comparableAttachment = ({ ref, givenType, comparedBy }: PreparedAttachment) => [
  comparedBy,
  ...(ref.mime === undefined
    ? []
    : [[ref.mime.to, ref.mime.cc, ref.mime.replyTo].map((list) => list.map(comparable))]),
  ref.filename,
  // Not the type that the ending stands for: a newer list of them would make another request of the same one.
  givenType ?? 'application/octet-stream',
  ref.contentId,
];

const unlessEmpty = <Item>(items: readonly Item[], toParts: (items: readonly Item[]) => unknown) =>
  items.length === 0 ? undefined : toParts(items);

/** An item has one recipient without a name, unless a door let in more than its own dialect can say. */
function recipientsOf({ dialect, to }: ItemParts | EmailParts) {
  if (dialect === 'emails') return { to: to.map(comparable) };
  const [first, ...others] = to;
  return {
    to: first && addressKey(first.email),
    toName: first?.name ?? undefined,
    toOthers: unlessEmpty(others, (addresses) => addresses.map(comparable)),
  };
}

/** What is asked for, by name and in the order of names: what is undefined leaves no trace. */
function partsOf(asked: ItemParts | EmailParts): Readonly<Record<string, unknown>> {
  const item = asked.dialect === 'items' ? asked : null;
  const email = asked.dialect === 'emails' ? asked : null;
  return {
    attachments: unlessEmpty(asked.attachments, (attachments) => attachments.map(comparableAttachment)),
    bcc: asked.bcc.map(comparable),
    cc: asked.cc.map(comparable),
    clicks: asked.trackClicks ?? undefined,
    clicksInText: asked.trackText ?? undefined,
    data: asked.data ?? undefined,
    dialect: email?.dialect,
    externalId: item?.externalId ?? undefined,
    from: asked.from ? comparable(asked.from) : undefined,
    group: asked.subscriptionGroupId ?? undefined,
    headers: unlessEmpty(asked.headers, (headers) => headers.map(comparableHeader).sort()),
    html: email?.html ?? undefined,
    opens: asked.trackOpens ?? undefined,
    profile: item?.profileId ?? undefined,
    replyTo: asked.replyTo ? comparable(asked.replyTo) : undefined,
    scheduledAt: asked.scheduledAt?.toISOString(),
    sender: item?.senderProfileId ?? undefined,
    // A test key's request is never the same as a live one's: its send would be answered, and nothing sent.
    simulated: asked.isSimulated || undefined,
    subject: asked.subject ?? undefined,
    tags: unlessEmpty(asked.tags, (tags) => tags.toSorted()),
    template: item?.templateId,
    text: email?.text ?? undefined,
    ...recipientsOf(asked),
    type: asked.isMarketing ? 'marketing' : undefined,
  };
}

/** With its fingerprint, which is that of the subject as it was asked for; the row keeps the subject as it is mailed. */
export const fingerprinted = <Parts extends ItemParts | EmailParts>(parts: Parts) => ({
  ...parts,
  subject: parts.subject === null ? null : asOneLine(parts.subject),
  fingerprint: fingerprintOf(parts),
});

/**
 * SHA-256, in hex, of what a merged and parsed item or email asks for. Two that ask for the same have the same one,
 * whatever the order of their keys, the form of their addresses, whether a value came from the defaults or from the
 * item, and whether a field was null or left out. The key is no part of it. The fingerprints of sends that exist are
 * stored: what is added here must leave no trace where it was not asked for.
 */
function fingerprintOf(asked: ItemParts | EmailParts): string {
  const sha256 = createHash('sha256');
  for (const piece of canonicalJsonPieces(partsOf(asked))) sha256.update(piece);
  return sha256.digest('hex');
}
