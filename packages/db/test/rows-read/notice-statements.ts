import { randomUUID } from 'node:crypto';
import * as db from '../../src/index.ts';
import { limit, one, type Run, type Statements, why } from './statement.ts';
import type { World } from './world.ts';

const notices = (prisma: db.PrismaClient) => new db.NoticeStore(prisma, { leaseMs: 60_000 });
const log = (prisma: db.PrismaClient) => new db.NoticeLogStore(prisma);
const endpoints = (prisma: db.PrismaClient) => new db.WebhookEndpointStore(prisma);
const owner = (world: World) => ({ ...world.owner, isSimulated: true });
const webhook = (world: World, i = 1) => ({ ...owner(world), id: world.id('webhook', i) });
const ref = (world: World) => ({ webhook: webhook(world), id: world.id('notice', 20) });
const notHot = why('an operator changes or makes one resource');

/** Webhooks of one mode: at most 20, of which each statement may read all. */
const most = 20;

const list =
  (query: Parameters<db.NoticeLogStore['list']>[1]): Run =>
  ({ prisma }, world) =>
    log(prisma).list(webhook(world), query);

/** What is done with webhooks and what they are told. */
export const noticeStatements: Statements = {
  'notify/endpoint-store.ts create': notHot,
  'notify/endpoint-store.ts find': one(2, ({ prisma }, world) => endpoints(prisma).find(webhook(world))),
  'notify/endpoint-store.ts list': one(most, ({ prisma }, world) =>
    endpoints(prisma).list(owner(world), { limit }),
  ),
  'notify/endpoint-store.ts update': notHot,
  'notify/endpoint-store.ts rotateSecret': notHot,
  'notify/endpoint-store.ts remove': notHot,
  // Of 40 endpoints with something that waits, whatever that is, and the endpoints themselves.
  'notify/notice-store.ts findDue': one(3 * 2 * most, ({ prisma }) =>
    notices(prisma).findDue({ after: null, limit: 100 }),
  ),
  // A notice, its send, its snapshot and its profile, and the row that the lease makes of it.
  'notify/notice-store.ts claim': one(8 * 10, ({ prisma }, world) =>
    notices(prisma).claim(world.id('webhook', 2), 10),
  ),
  'notify/notice-store.ts endPending': one(500 * 3, ({ prisma }) => notices(prisma).claim(randomUUID(), 10)),
  'notify/notice-store.ts record': one(6, ({ prisma }, world) =>
    notices(prisma).record({
      noticeId: world.id('notice', 3),
      leaseToken: randomUUID(),
      url: 'https://receiver.example/',
      attempt: 9,
      startedAt: new Date(),
      durationMs: 1,
      request: '{}',
      statusCode: 200,
      answer: '',
      error: null,
      state: 'delivered',
      delayMs: 0,
      isGone: false,
    }),
  ),
  'notify/notice-store.ts removeDeleted': one(2, ({ prisma }) => notices(prisma).removeDeleted()),
  'notify/notice-log-store.ts near': [
    one(8 * (limit + 1), list({ limit })),
    one(4 * (limit + 1), list({ limit, status: 'failed' })),
    one(4 * (limit + 1), list({ limit, status: 'blocked' })),
  ],
  'notify/notice-log-store.ts withLastTries': why('held by near, which its list begins with'),
  'notify/notice-log-store.ts find': one(6, ({ prisma }, world) => log(prisma).find(ref(world))),
  'notify/notice-log-store.ts replay': one(4, ({ prisma }, world) => log(prisma).replay(ref(world))),
  'notify/notice-log-store.ts replayMany': why('as many as it makes due again, up to 10,000'),
  'notify/notice-log-store.ts addTest': one(3, ({ prisma }, world) =>
    log(prisma).addTest(webhook(world), { type: 'email.sent', facts: {} }),
  ),
  'notify/notice-log-store.ts countPending': why('counts what is not delivered, for the metrics'),
};
