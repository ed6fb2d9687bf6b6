import type { SendsPage } from '@postroom/db';
import {
  batchIdAt,
  busyRecipient,
  idAt,
  momentAt,
  providerIdAt,
  senderIds,
  tags,
  templateId,
} from './fill-sends.ts';

/** One query as a client may ask it. */
export type ListQuery = { readonly name: string; readonly page: Omit<SendsPage, 'limit'> };

type Page = ListQuery['page'];

const asked = (name: string, filter: Page['filter'], more: Omit<Page, 'filter'> = {}): ListQuery => ({
  name,
  page: { filter, ...more },
});

const failed = ['Failed', 'Skipped', 'Canceled'] as const;
const queued = ['Scheduled', 'Queued', 'Processing'] as const;

const createdIn = (sends: number) => ({
  createdFrom: momentAt(sends, 0.2),
  createdBefore: momentAt(sends, 0.5),
});

/** The greatest offset there is. */
const offset = 10_000;

/** Every filter alone. */
function aloneOf(sends: number): ListQuery[] {
  const created = createdIn(sends);
  return [
    asked('no filter', {}),
    asked('status=Sent', { statuses: ['Sent'] }),
    asked('status=Queued (the newest)', { statuses: ['Queued'] }),
    asked('status=Failed (the oldest)', { statuses: ['Failed'] }),
    asked('status=queued (three)', { statuses: queued }),
    asked('status=failed (three)', { statuses: failed }),
    asked('to=busy', { to: busyRecipient }),
    asked('to=reader', { to: 'reader-77@example.com' }),
    asked('to=nobody', { to: 'nobody@example.com' }),
    asked('tag=half', { tag: tags.half }),
    asked('tag=rare', { tag: tags.rare }),
    asked('template (of all)', { templateId }),
    asked('batch', { batchId: batchIdAt(sends, 0.5) }),
    asked('created, 30 %', created),
    asked('delivery=delivered', { deliveries: ['delivered'] }),
    asked('delivery=bounced', { deliveries: ['bounced'] }),
    asked('sender (of half)', { senderProfileIds: [senderIds.half] }),
    asked('senders (two)', { senderProfileIds: [senderIds.half, senderIds.rare] }),
    asked('tag_name (of a tenth)', { tagName: 'order' }),
    asked('id (of nothing)', { id: idAt(sends, 0.5) }),
    asked('provider_message_id', { providerMessageId: providerIdAt(sends, 0.5) }),
  ];
}

/** Filters together: those that share much, little and nothing, among the newest and among the oldest. */
function pairsOf(sends: number): ListQuery[] {
  const created = createdIn(sends);
  return [
    asked('status=Sent tag=half', { statuses: ['Sent'], tag: tags.half }),
    asked('status=Failed tag=half', { statuses: ['Failed'], tag: tags.half }),
    asked('status=failed tag=half', { statuses: failed, tag: tags.half }),
    asked('status=Queued tag=middle (none)', { statuses: ['Queued'], tag: tags.middle }),
    asked('status=Sent tag=rare', { statuses: ['Sent'], tag: tags.rare }),
    asked('to=busy status=Sent', { to: busyRecipient, statuses: ['Sent'] }),
    asked('to=busy status=Failed', { to: busyRecipient, statuses: ['Failed'] }),
    asked('to=busy tag=half', { to: busyRecipient, tag: tags.half }),
    asked('template created', { templateId, ...created }),
    asked('template tag=half', { templateId, tag: tags.half }),
    asked('status=Sent created', { statuses: ['Sent'], ...created }),
    asked('batch status=Sent', { batchId: batchIdAt(sends, 0.5), statuses: ['Sent'] }),
    asked('delivery=bounced sender', { deliveries: ['bounced'], senderProfileIds: [senderIds.half] }),
    asked('status=Sent delivery=bounced', { statuses: ['Sent'], deliveries: ['bounced'] }),
    asked('sender=rare status=Sent', { senderProfileIds: [senderIds.rare], statuses: ['Sent'] }),
    asked('all five', {
      statuses: ['Sent'],
      to: busyRecipient,
      tag: tags.half,
      templateId,
      batchId: batchIdAt(sends, 0.5),
    }),
  ];
}

/** Pages far down, by offset and by cursor. */
function deepOf(sends: number): ListQuery[] {
  const cursor = idAt(sends, 0.3);
  const sent = { statuses: ['Sent'] } as const;
  return [
    asked('no filter, offset', {}, { offset }),
    asked('no filter, cursor', {}, { cursor }),
    asked('status=Sent, offset', sent, { offset }),
    asked('status=Sent, cursor', sent, { cursor }),
    asked('status=failed, offset', { statuses: failed }, { offset }),
    asked('to=busy, offset', { to: busyRecipient }, { offset: offset - 100 }),
    asked('tag=half, offset', { tag: tags.half }, { offset }),
    asked('tag=half, cursor', { tag: tags.half }, { cursor }),
    asked('template, offset', { templateId }, { offset }),
    asked('status=Sent tag=half, offset', { ...sent, tag: tags.half }, { offset }),
    asked('status=Sent tag=half, cursor', { ...sent, tag: tags.half }, { cursor }),
    asked('template tag=half, offset', { templateId, tag: tags.half }, { offset }),
  ];
}

/** What is measured of a table with that many sends. */
export const listQueries = (sends: number): readonly ListQuery[] => [
  ...aloneOf(sends),
  ...pairsOf(sends),
  ...deepOf(sends),
];
