import type { SendsPage } from '@postroom/db';
import { batchIdAt, busyRecipient, idAt, momentAt, tags, templateId } from './fill-sends.ts';

/** One query as a client may ask it. */
export type ListQuery = { readonly name: string; readonly page: Omit<SendsPage, 'limit'> };

const failed = ['Failed', 'Skipped', 'Canceled'] as const;
const queued = ['Scheduled', 'Queued', 'Processing'] as const;

/** The greatest offset there is. */
const offset = 10_000;

/** Every filter alone. */
function aloneOf(sends: number): ListQuery[] {
  const created = { createdFrom: momentAt(sends, 0.2), createdBefore: momentAt(sends, 0.5) };
  return [
    { name: 'no filter', page: { filter: {} } },
    { name: 'status=Sent', page: { filter: { statuses: ['Sent'] } } },
    { name: 'status=Queued (the newest)', page: { filter: { statuses: ['Queued'] } } },
    { name: 'status=Failed (the oldest)', page: { filter: { statuses: ['Failed'] } } },
    { name: 'status=queued (three)', page: { filter: { statuses: queued } } },
    { name: 'status=failed (three)', page: { filter: { statuses: failed } } },
    { name: 'to=busy', page: { filter: { to: busyRecipient } } },
    { name: 'to=reader', page: { filter: { to: 'reader-77@example.com' } } },
    { name: 'to=nobody', page: { filter: { to: 'nobody@example.com' } } },
    { name: 'tag=half', page: { filter: { tag: tags.half } } },
    { name: 'tag=rare', page: { filter: { tag: tags.rare } } },
    { name: 'template (of all)', page: { filter: { templateId } } },
    { name: 'batch', page: { filter: { batchId: batchIdAt(sends, 0.5) } } },
    { name: 'created, 30 %', page: { filter: created } },
  ];
}

/** Filters together: those that share much, little and nothing, among the newest and among the oldest. */
function pairsOf(sends: number): ListQuery[] {
  const created = { createdFrom: momentAt(sends, 0.2), createdBefore: momentAt(sends, 0.5) };
  return [
    { name: 'status=Sent tag=half', page: { filter: { statuses: ['Sent'], tag: tags.half } } },
    { name: 'status=Failed tag=half', page: { filter: { statuses: ['Failed'], tag: tags.half } } },
    { name: 'status=failed tag=half', page: { filter: { statuses: failed, tag: tags.half } } },
    { name: 'status=Queued tag=middle (none)', page: { filter: { statuses: ['Queued'], tag: tags.middle } } },
    { name: 'status=Sent tag=rare', page: { filter: { statuses: ['Sent'], tag: tags.rare } } },
    { name: 'to=busy status=Sent', page: { filter: { to: busyRecipient, statuses: ['Sent'] } } },
    { name: 'to=busy status=Failed', page: { filter: { to: busyRecipient, statuses: ['Failed'] } } },
    { name: 'to=busy tag=half', page: { filter: { to: busyRecipient, tag: tags.half } } },
    { name: 'template created', page: { filter: { templateId, ...created } } },
    { name: 'template tag=half', page: { filter: { templateId, tag: tags.half } } },
    { name: 'status=Sent created', page: { filter: { statuses: ['Sent'], ...created } } },
    { name: 'batch status=Sent', page: { filter: { batchId: batchIdAt(sends, 0.5), statuses: ['Sent'] } } },
    {
      name: 'all five',
      page: {
        filter: {
          statuses: ['Sent'],
          to: busyRecipient,
          tag: tags.half,
          templateId,
          batchId: batchIdAt(sends, 0.5),
        },
      },
    },
  ];
}

/** Pages far down, by offset and by cursor. */
function deepOf(sends: number): ListQuery[] {
  const cursor = idAt(sends, 0.3);
  const sent = { statuses: ['Sent'] } as const;
  return [
    { name: 'no filter, offset', page: { filter: {}, offset } },
    { name: 'no filter, cursor', page: { filter: {}, cursor } },
    { name: 'status=Sent, offset', page: { filter: sent, offset } },
    { name: 'status=Sent, cursor', page: { filter: sent, cursor } },
    { name: 'status=failed, offset', page: { filter: { statuses: failed }, offset } },
    { name: 'to=busy, offset', page: { filter: { to: busyRecipient }, offset: offset - 100 } },
    { name: 'tag=half, offset', page: { filter: { tag: tags.half }, offset } },
    { name: 'tag=half, cursor', page: { filter: { tag: tags.half }, cursor } },
    { name: 'template, offset', page: { filter: { templateId }, offset } },
    { name: 'status=Sent tag=half, offset', page: { filter: { ...sent, tag: tags.half }, offset } },
    { name: 'status=Sent tag=half, cursor', page: { filter: { ...sent, tag: tags.half }, cursor } },
    { name: 'template tag=half, offset', page: { filter: { templateId, tag: tags.half }, offset } },
  ];
}

/** What is measured of a table with that many sends. */
export const listQueries = (sends: number): readonly ListQuery[] => [
  ...aloneOf(sends),
  ...pairsOf(sends),
  ...deepOf(sends),
];
