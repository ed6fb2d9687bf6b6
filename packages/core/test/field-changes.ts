import type { BatchItem, EmailRequest } from '@postroom/contracts';

export const id = (digit: number) => `0189000${digit}-0000-7000-8000-000000000000`;

export const anItem = { idempotencyKey: 'k', templateId: id(1), to: { email: 'jane@example.com' } };
export const attachments = [{ filename: 'a.txt', content: 'aGVsbG8=' }];

/** What a field may become, beside a request that has none of it; or why it is no part of what is asked for. */
type Changes<Field extends string> = Readonly<Record<Field, Change>>;
type Change = readonly object[] | { readonly isNoPart: string };

const named = 'it names the request and says nothing of the email';
const later = new Date(Date.now() + 3_600_000).toISOString();
const options = {
  tags: [{ tags: ['a'] }],
  headers: [{ headers: { 'X-A': '1' } }, { headers: { 'X-A': '2' } }],
  attachments: [
    { attachments },
    { attachments: [{ ...attachments[0], filename: 'b.txt' }] },
    { attachments: [{ ...attachments[0], content: '' }] },
    { attachments: [{ ...attachments[0], content_type: 'text/html' }] },
    { attachments: [{ ...attachments[0], content_id: 'a' }] },
  ],
  tracking: [{ tracking: { clicks: true } }, { tracking: { opens: true } }, { tracking: { text: true } }],
};

/** Every field of an item. */
export const itemChanges: Changes<keyof BatchItem> = {
  idempotencyKey: { isNoPart: named },
  templateId: [{ templateId: id(2) }],
  profileId: [{ profileId: id(2) }],
  to: [{ to: { email: 'john@example.com' } }, { to: { ...anItem.to, externalId: 'jane' } }],
  senderProfileId: [{ senderProfileId: id(2) }],
  from: [{ from: 'a@x.co' }, { from: 'A <a@x.co>' }],
  replyTo: [{ replyTo: 'a@x.co' }],
  subject: [{ subject: 's' }],
  subscriptionGroupId: [{ subscriptionGroupId: id(2) }],
  cc: [{ cc: 'a@x.co' }],
  bcc: [{ bcc: 'a@x.co' }],
  data: [{ data: {} }, { data: { a: 1 } }],
  scheduledAt: [{ scheduledAt: later }],
  ...options,
};

export const anEmail = { from: 'a@acme.test', to: ['jane@example.com'], subject: 's', text: 't' };
/** Every field of an email. */
export const emailChanges: Changes<keyof EmailRequest> = {
  idempotency_key: { isNoPart: named },
  from: [{ from: 'b@acme.test' }, { from: 'A <a@acme.test>' }],
  to: [{ to: ['john@example.com'] }, { to: ['Jane <jane@example.com>'] }, { to: [...anEmail.to, 'b@x.co'] }],
  subject: [{ subject: 'S' }],
  html: [{ html: 'h' }],
  text: [{ text: 'T' }],
  cc: [{ cc: ['a@x.co'] }],
  bcc: [{ bcc: ['a@x.co'] }],
  reply_to: [{ reply_to: 'a@x.co' }],
  type: [{ type: 'marketing' }],
  scheduled_at: [{ scheduled_at: later }],
  ...options,
};

/** The changes to all fields that are part of what is asked for. */
export const changesOf = (changes: Changes<string>): readonly object[] =>
  Object.values(changes).flatMap((change) => ('isNoPart' in change ? [] : change));
