import { type Address, formatAddress } from '@postroom/contracts';
import { addressAt } from '../send/recipient-places.ts';
import type { ClaimedNotice, ToldSend } from './claimed-notice.ts';

/** The most bytes of a payload: Standard Webhooks asks for less than 20 KB. */
export const maxPayloadBytes = 20_000;

type Facts = ClaimedNotice['facts'];
type Data = Readonly<Record<string, unknown>>;

const addressesOf = (addresses: readonly Address[]): string[] => addresses.map(({ email }) => email);

/** What the facts of a send's event say, the places of recipients as their addresses. */
function shownFacts({ recipients, ...facts }: Facts, send: ToldSend): Data {
  if (!Array.isArray(recipients)) return facts;
  const addresses = recipients.map((place) => addressAt(place, send)).filter((email) => email !== null);
  return { ...facts, recipients: addresses };
}

function emailData(send: ToldSend, facts: Facts): Data {
  return {
    email_id: send.id,
    from: formatAddress(send.from),
    to: addressesOf([send.to, ...send.toOthers]),
    subject: send.subject,
    created_at: send.createdAt.toISOString(),
    ...(send.tags.length === 0 ? {} : { tags: send.tags }),
    ...(send.templateId === null ? {} : { template_id: send.templateId }),
    ...(send.batchId === null ? {} : { batch_id: send.batchId }),
    ...(send.idempotencyKey === null ? {} : { idempotency_key: send.idempotencyKey }),
    ...(send.scheduledAt === null ? {} : { scheduled_at: send.scheduledAt.toISOString() }),
    message_id: send.messageId,
    ...(send.simulated ? { simulated: true } : {}),
    ...shownFacts(facts, send),
  };
}

/** What the facts of everything else are called on the wire. */
const onWire: Readonly<Record<string, string>> = {
  groupId: 'subscription_group_id',
  profileId: 'profile_id',
  domainId: 'id',
  domain: 'name',
  webhookId: 'id',
  senderProfileId: 'sender_profile_id',
  pausedDomain: 'domain',
};

const dataOfFacts = (facts: Facts): Data =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [onWire[name] ?? name, value]));

function dataOf({ type, send, facts, profileEmail }: ClaimedNotice): Data {
  if (type.startsWith('email.') && send !== null) return emailData(send, facts);
  if (type !== 'subscription.changed') return dataOfFacts(facts);
  return { ...dataOfFacts(facts), email: profileEmail, ...(send === null ? {} : { email_id: send.id }) };
}

/** From the longest on: what goes first where a payload would be too long. */
const cuts: readonly ((data: Data) => Data)[] = [
  ({ tags: _, ...data }) => ({ ...data, is_shortened: true }),
  (data) => ({ ...data, to: Array.isArray(data.to) ? data.to.slice(0, 1) : data.to, recipients: undefined }),
  (data) => ({
    ...data,
    subject: String(data.subject ?? '')
      .slice(0, 200)
      .toWellFormed(),
  }),
];

/**
 * The body of a notice as it goes over the wire, in the shapes of Resend's webhooks, with what ours have beside them. One that
 * would be too long lacks its tags, and then all recipients but the first, and says so.
 */
export function payloadOf(notice: ClaimedNotice): string {
  const jsonOf = (data: Data) =>
    JSON.stringify({ type: notice.type, created_at: notice.occurredAt.toISOString(), data });
  let data = dataOf(notice);
  let json = jsonOf(data);
  for (const cut of cuts) {
    if (Buffer.byteLength(json) <= maxPayloadBytes) return json;
    data = cut(data);
    json = jsonOf(data);
  }
  return json;
}
