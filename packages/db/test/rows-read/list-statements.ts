import type { SendsFilter } from '@postroom/core';
import * as db from '../../src/index.ts';
import { each, limit, one, type Run, type Statements, why } from './statement.ts';
import { asked, size, type World } from './world.ts';

const list =
  (filter: (world: World) => SendsFilter): Run =>
  ({ prisma }, world) =>
    new db.SendReadStore(prisma).list(world.owner, { filter: filter(world), limit });

/** What finds sends, counts them and tells their history. */
export const listStatements: Statements = {
  'read/send-read-store.ts list': [
    one(
      4 * (limit + 1) * 7,
      list(() => ({})),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ statuses: ['Queued'] })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ statuses: ['Failed'] })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ tag: 'news' })),
    ),
    one(
      4 * (limit + 1),
      list((world) => ({ batchId: world.id('batch') })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ createdBefore: new Date(0) })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ tagName: 'news' })),
    ),
    one(
      4 * (limit + 1),
      list(() => ({ deliveries: ['delivered'] })),
    ),
    one(
      2 * 4 * (limit + 1),
      list(() => ({ deliveries: ['bounced', 'complained'] })),
    ),
    one(
      2 * 500 + 1_000,
      list(() => ({ isSoftBounce: false })),
    ),
    one(
      4 * (limit + 1) * asked,
      list((world) => ({ senderProfileIds: world.ids('sender') })),
    ),
    one(
      14,
      list((world) => ({ id: world.id('send') })),
    ),
    one(
      16,
      list(() => ({ providerMessageId: 'ses-1' })),
    ),
    // A stride and its rows: no index holds why they failed.
    one(
      2 * 500 + 1_000,
      list(() => ({ failureCause: 'no reason is known', failedFrom: new Date(0) })),
    ),
  ],
  'read/find-bounces.ts findBounces': each(8, ({ prisma }, world) =>
    new db.SendReadStore(prisma).findBounces(world.ids('send')),
  ),
  'read/find-ids.ts takeStride': why(
    'walks and looks up as many ids as its stride is long; the lists hold its parts',
  ),
  'read/send-read-store.ts known': why('held by the lists, which begin with it'),
  'read/plan-search.ts findOverlap': why('a step down an index per source'),
  'read/plan-search.ts sparsestFirst': why('reads 1,000 ids of each source'),
  'read/send-read-store.ts countOne': one(4 * size, ({ prisma }, world) =>
    new db.SendReadStore(prisma).count(world.owner, { statuses: ['Queued'] }),
  ),
  'read/send-read-store.ts estimate': why('a plan, which is not run'),
  'read/send-read-store.ts findHistory': one(8, ({ prisma }, world) =>
    new db.SendReadStore(prisma).findHistory({ ...world.owner, id: world.id('send') }),
  ),
};
