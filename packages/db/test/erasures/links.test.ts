import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { createResourceStores, PreferenceStore, UnsubscribeStore, WorkspaceStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { erasing } from './erasing.ts';

const database = fileDatabase(5);

test.each([
  ['leaves its group', ({ sendId }) => new UnsubscribeStore(database.prisma).subscribe(sendId, false)],
  ['joins it', ({ sendId }) => new UnsubscribeStore(database.prisma).subscribe(sendId, true)],
  [
    'chooses among the others',
    ({ sendId, otherId }) =>
      new PreferenceStore(database.prisma).save({ id: sendId, place: 0 }, [
        { groupId: otherId, isSubscribed: false },
      ]),
  ],
] satisfies [string, (ids: { sendId: string; otherId: string }) => Promise<unknown>][])(
  'whoever %s by a link of a send that is erased meanwhile makes nobody of nobody',
  async (_what, follow) => {
    const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
    const { subscriptionGroups } = createResourceStores(database.prisma);
    const [own, other] = await Promise.all(
      ['News', 'Offers'].map((name) =>
        subscriptionGroups.create({ workspaceId, isSimulated: false }, { name, type: 'OptOut' }),
      ),
    );
    const sendId = await aQueuedSend(database, { subscriptionGroupId: own?.id ?? null });
    expect(await new UnsubscribeStore(database.prisma).find(sendId)).not.toBeNull();
    const { ask, untilStage } = erasing(database);
    await ask('ada@example.com');
    await untilStage('people');

    expect(await follow({ sendId, otherId: other?.id ?? '' })).toBeNull();

    expect(await database.prisma.profile.count()).toBe(0);
    expect(await database.prisma.subscription.count()).toBe(0);
    expect(await database.prisma.emailEvent.count({ where: { type: 'subscription' } })).toBe(0);
  },
);

test('whoever got mail of a group in the place of a suppressed person who is erased leaves it by its link', async () => {
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  const { subscriptionGroups } = createResourceStores(database.prisma);
  const group = await subscriptionGroups.create(
    { workspaceId, isSimulated: false },
    { name: 'Letters', type: 'OptOut' },
  );
  const cc = ['ada@example.com', 'bob@example.com'].map((email) => ({ email, name: null }));
  const sendId = await aQueuedSend(database, { subscriptionGroupId: group?.id ?? null, cc });
  await database.prisma.emailSend.update({ where: { id: sendId }, data: { status: 'Sent', attempts: 1 } });
  const dropped = ['to', 'cc[0]'].map((recipient) => ({ recipient, reason: 'suppressed' }));
  await database.prisma.sendAttempt.create({
    data: { sendId, number: 1, leaseToken: randomUUID(), worker: 'x', dropped },
  });
  const links = new UnsubscribeStore(database.prisma);
  const { ask, untilStage } = erasing(database);
  await ask('ada@example.com');
  await untilStage('people');

  expect([await links.find(sendId, 0), await links.find(sendId, 1)]).toEqual([null, null]);
  expect((await links.find(sendId, 2))?.send).toMatchObject({ to: 'bob@example.com', isSubscribed: true });
  expect(await links.subscribe(sendId, false, 2)).toBe(true);
});
