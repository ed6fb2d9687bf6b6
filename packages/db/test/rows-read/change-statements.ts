import { randomUUID } from 'node:crypto';
import * as db from '../../src/index.ts';
import { each, limit, one, type Statements, why } from './statement.ts';
import type { World } from './world.ts';

const anAction = (world: World) => ({
  id: world.id('action'),
  owner: world.owner,
  action: 'retry' as const,
  filter: {},
  askedAt: new Date(),
  cursor: null,
  leaseToken: world.workspaceId,
});

/** What a caller changes of a send, or of many. */
export const changeStatements: Statements = {
  'change/send-change-store.ts changeSend': [
    one(4, ({ prisma }, world) =>
      new db.SendChangeStore(prisma).reschedule({ ...world.owner, id: world.id('send') }, new Date()),
    ),
    // What it was found by goes, and what it is found by comes.
    one(12, async ({ prisma }, world) => {
      const id = world.id('send', 60);
      await prisma.emailSend.updateMany({ where: { id }, data: { status: 'Failed' } });
      const { epoch } = (await prisma.emailSend.findUnique({ where: { id } })) ?? { epoch: 0 };
      const sender = { profileId: world.id('sender', 61), configurationSet: null };
      await new db.SendChangeStore(prisma).retry({ ...world.owner, id }, { epoch, sender });
    }),
  ],
  'change/send-change-store.ts cancelBatch': one(420, ({ prisma }, world) =>
    new db.SendChangeStore(prisma).cancelBatch({ ...world.owner, id: world.id('batch', 2) }),
  ),
  'change/send-change-store.ts findForRetry': each(2, ({ prisma }, world) =>
    new db.SendChangeStore(prisma).findForRetry(world.owner, world.ids('send')),
  ),
  'change/action-store.ts request': one(30, ({ prisma }, world) =>
    new db.ActionStore(prisma).request({
      ...world.owner,
      action: 'retry',
      asked: {},
      matched: { count: 1, isEstimate: false },
      idempotencyKey: randomUUID(),
    }),
  ),
  'change/action-store.ts findByKey': why('held by request, which begins with it'),
  'change/action-store.ts find': one(2, ({ prisma }, world) =>
    new db.ActionStore(prisma).find({ ...world.owner, id: world.id('action') }),
  ),
  'change/action-store.ts newest': one(limit, ({ prisma }, world) =>
    new db.ActionStore(prisma).newest(world.owner, limit),
  ),
  'change/action-store.ts stop': one(4, ({ prisma }, world) =>
    new db.ActionStore(prisma).stop({ ...world.owner, id: world.id('action') }),
  ),
  // Those of a workspace that wait for its first are passed over: they are few.
  'change/action-store.ts claimRow': one(80, ({ prisma }) => new db.ActionStore(prisma).claim()),
  'change/action-store.ts leaveToOthers': why('a row by its id, which the claim before it has found'),
  'change/action-store.ts release': one(3, ({ prisma }, world) =>
    new db.ActionStore(prisma).release(anAction(world)),
  ),
  'change/action-store.ts record': each(8, async ({ prisma }, world) => {
    const { id, leaseToken } = anAction(world);
    await prisma.action.updateMany({ where: { id }, data: { leaseToken } });
    const requests = world.ids('send').map((sendId) => ({ id: sendId, epoch: 0, sender: null }));
    const piece = { change: { kind: 'retry' as const, requests }, cursor: null, refused: {} };
    await new db.ActionStore(prisma).record(anAction(world), piece);
  }),
  'change/change-many.ts changeMany': why('held by record, which calls it'),
};
