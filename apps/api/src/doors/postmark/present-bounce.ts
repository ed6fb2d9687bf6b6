import {
  bounceNumberOf,
  formatAddress,
  type PostmarkBounce,
  type PostmarkBounceType,
  pairOfTag,
  type SuppressionReason,
} from '@postroom/contracts';
import { recipientsIn, type StoredSend } from '@postroom/core';
import type { StoredBounce } from '@postroom/db';
import { subjectOf } from '../../present/email-send.ts';

type Kind = Pick<PostmarkBounce, 'Type' | 'TypeCode' | 'Name' | 'Description'>;

/** The names of the kinds of bounces, as Postmark has them. */
export const bounceNames: Readonly<Record<PostmarkBounceType, string>> = {
  HardBounce: 'Hard bounce',
  SoftBounce: 'Soft bounce',
  SpamComplaint: 'Spam complaint',
};

const kindOf = (Type: PostmarkBounceType, TypeCode: number, Description: string): Kind => ({
  Type,
  TypeCode,
  Name: bounceNames[Type],
  Description,
});

const hard = kindOf('HardBounce', 1, 'The message cannot be delivered to this address, now or later.');
const soft = kindOf('SoftBounce', 4096, 'The message was not delivered this time; another may be.');
const complaint = kindOf('SpamComplaint', 100_001, 'The recipient reported the message as spam.');

/** What the other side said, or the provider's words for it. */
function detailsOf({
  diagnostic,
  bounceType,
  bounceSubType,
  complaintFeedbackType,
}: Readonly<Record<string, unknown>>) {
  const words = [bounceType, bounceSubType, complaintFeedbackType].filter((word) => typeof word === 'string');
  return typeof diagnostic === 'string' ? diagnostic : words.join(' ');
}

/** Whose bounce it is: the primary recipient's, unless the message went without them. */
export function bouncedAddress(
  send: Pick<StoredSend, 'cc' | 'to' | 'toOthers'>,
  report: Pick<StoredBounce, 'detail'> | undefined,
): string {
  const about = recipientsIn(
    { recipients: report?.detail?.recipients, diagnostic: null },
    { ...send, isToOne: false },
  ).map(({ email }) => email);
  return about.includes(send.to.email) ? send.to.email : (about[0] ?? send.to.email);
}

/** A send that bounced, or was complained about, as a bounce of Postmark; `inactive`: why its address gets no mail, if it gets none. */
export function presentBounce(
  send: StoredSend,
  report: StoredBounce | undefined,
  inactive: SuppressionReason | undefined,
): PostmarkBounce {
  const kind = send.delivery === 'complained' ? complaint : report?.isSoft === true ? soft : hard;
  return {
    RecordType: 'Bounce',
    ID: bounceNumberOf(send.id),
    ...kind,
    Tag: send.tags.find((tag) => pairOfTag(tag) === null) ?? '',
    MessageID: send.id,
    ServerID: 0,
    MessageStream: send.lane === 'marketing' ? 'broadcast' : 'outbound',
    Details: detailsOf(report?.detail ?? {}),
    Email: bouncedAddress(send, report),
    From: formatAddress(send.from),
    BouncedAt: (report?.occurredAt ?? send.updatedAt).toISOString(),
    DumpAvailable: false,
    Inactive: inactive !== undefined,
    CanActivate: inactive === 'Bounce' && kind !== complaint,
    Subject: subjectOf(send),
  };
}
