import { createHash } from 'node:crypto';
import {
  type Address,
  type AttachmentInput,
  addressKey,
  type BatchItem,
  type MimeInput,
  type sendOptions,
} from '@postroom/contracts';
import type { AttachmentRef, SendOptions } from '../send/send.ts';

/** An attachment with the hash that its bytes are kept under. */
export type PreparedAttachment = {
  readonly ref: AttachmentRef;
  readonly content: Uint8Array;
  /** The media type that the request named, if it named one. */
  readonly givenType: string | null;
  /** What says whether two are the same: the hash of the content, or of what a message says, however it is put together. */
  readonly comparedBy: string;
};

/** What both dialects may ask for, in the words of the send that it becomes; what was left out is null or empty. */
type Asked = SendOptions & {
  readonly kind: 'parsed';
  /** Its place in the request. */
  readonly index: number;
  /** Each address once, in `to`, `cc` and `bcc` together. */
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly replyTo: Address | null;
  /** Whose members alone get it; null: a group that marketing has, or none. */
  readonly subscriptionGroupId: string | null;
  /** Whether it honours the workspace's marketing group. */
  readonly isMarketing: boolean;
  readonly attachments: readonly PreparedAttachment[];
  /** Null: as the sender profile says. */
  readonly trackClicks: boolean | null;
  readonly trackOpens: boolean | null;
  readonly trackText: boolean | null;
  readonly isSimulated: boolean;
};

/** An item that is well-formed; whether what it names exists is not known yet. */
export type ItemParts = Asked & {
  readonly dialect: 'items';
  readonly key: string;
  readonly templateId: string;
  readonly senderProfileId: string | null;
  readonly from: Address | null;
  readonly profileId: string | null;
  readonly externalId: string | null;
};

/** An email that is well-formed; whether its sender is verified is not known yet. */
export type EmailParts = Asked & {
  readonly dialect: 'emails';
  readonly key: string | null;
  /** Whether its key is made of the request's `Idempotency-Key`. */
  readonly isCovered: boolean;
  readonly from: Address;
  readonly html: string | null;
  readonly text: string | null;
};

export type AskedItem = ItemParts & { readonly fingerprint: string };
export type AskedEmail = EmailParts & { readonly fingerprint: string };

/** A filter that lets each address through once, over all lists that it is used on, in that order. */
export function firstOnly(): (address: Address) => boolean {
  const seen = new Set<string>();
  return ({ email }) => {
    const key = addressKey(email);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}

function prepare({ content, givenType, ...named }: AttachmentInput): PreparedAttachment {
  const hash = createHash('sha256').update(content).digest('hex');
  const { filename, contentType, contentId } = named;
  const ref = { hash, filename, contentType, contentId, sizeBytes: content.length };
  return { ref, content, givenType, comparedBy: hash };
}

/** A message in MIME form, kept as the one attachment that it is. */
export const prepareMime = ({ content, identity, ...mime }: MimeInput): PreparedAttachment => {
  const named = { filename: 'message.eml', contentType: 'message/rfc822', givenType: null, contentId: null };
  const { ref, ...prepared } = prepare({ ...named, content });
  return { ...prepared, ref: { ...ref, mime }, comparedBy: identity ?? ref.hash };
};

/** The options that have one name in both dialects. Hashes the attachments. */
export const optionsOf = ({
  tags,
  headers,
  tracking,
  attachments,
}: Pick<BatchItem, keyof typeof sendOptions>) => ({
  tags: tags ?? [],
  headers: headers ?? [],
  trackClicks: tracking?.clicks ?? null,
  trackOpens: tracking?.opens ?? null,
  trackText: tracking?.text ?? null,
  attachments: (attachments ?? []).map(prepare),
});

/** What of it the row keeps as it is. */
export const keptOf = ({ subject, data, headers, tags, scheduledAt }: SendOptions): SendOptions => ({
  subject,
  data,
  headers,
  tags,
  scheduledAt,
});
