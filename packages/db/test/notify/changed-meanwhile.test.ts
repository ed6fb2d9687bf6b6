import { beforeAll, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { createResourceStores, SendStore } from '../../src/index.ts';
import { aNewSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, ownerOf, writtenOf } from './notices.ts';

const database = fileDatabase(4);

let workspaceId: string;
beforeAll(async () => {
  const owner = await ownerOf(database.prisma);
  workspaceId = owner.workspaceId;
  await anEndpoint(database.prisma, owner);
});

type Standing = { readonly subscribed: boolean; readonly pending: boolean };
const left: Standing = { subscribed: false, pending: false };

/** A subscription that stands like that. */
async function aSubscription(standing: Standing) {
  const stores = createResourceStores(database.prisma);
  const owner = { workspaceId, isSimulated: false };
  const group = await stores.subscriptionGroups.create(owner, { name: newId(), type: 'OptOut' });
  if (group === null) throw new Error('there is no room for a group');
  const { id: groupId } = group;
  const profileId = newId();
  const email = `${profileId}@example.com`;
  await database.prisma.profile.create({ data: { id: profileId, workspaceId, email, emailKey: email } });
  await database.prisma.subscription.create({ data: { groupId, profileId, ...standing } });
  return { groupId, profileId };
}

type Subscription = Awaited<ReturnType<typeof aSubscription>>;

/** What is done while somebody else makes a subscription stand otherwise: it begins before, and waits for that. */
async function whileItBecomes(
  standing: Standing,
  { groupId, profileId }: Subscription,
  change: () => Promise<unknown>,
): Promise<void> {
  const { prisma } = database;
  const changed = await prisma.$transaction(async (transaction) => {
    const key = { groupId_profileId: { groupId, profileId } };
    await transaction.subscription.update({ where: key, data: standing });
    const begun = change();
    await eventually(async () => {
      const [row] = await prisma.$queryRaw<{ readonly waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return row?.waiting === 1;
    });
    return { begun };
  });
  await changed.begun;
}

const toldOf = async ({ profileId }: Subscription) => {
  const written = await writtenOf(database.prisma, null);
  return written.flatMap(({ facts }) =>
    facts !== null && typeof facts === 'object' && 'profileId' in facts && facts.profileId === profileId
      ? [facts]
      : [],
  );
};

const put = ({ groupId, profileId }: Subscription, wanted: 'subscribed' | 'unsubscribed') =>
  createResourceStores(database.prisma).subscriptions.set(
    { workspaceId, id: groupId },
    { profileId },
    wanted,
  );

test('who leaves while they are subscribed by somebody else has left, and webhooks are told', async () => {
  const subscription = await aSubscription(left);
  await whileItBecomes({ subscribed: true, pending: false }, subscription, () =>
    put(subscription, 'unsubscribed'),
  );
  expect(await toldOf(subscription)).toMatchObject([{ status: 'unsubscribed' }]);
});

test('who is made what somebody else has made them meanwhile is not told of again', async () => {
  const subscription = await aSubscription(left);
  await whileItBecomes({ subscribed: true, pending: false }, subscription, () =>
    put(subscription, 'subscribed'),
  );
  expect(await toldOf(subscription)).toEqual([]);
});

test('who is asked to confirm while they leave is pending again, and webhooks are told', async () => {
  const subscription = await aSubscription({ subscribed: false, pending: true });
  const { groupId, profileId } = subscription;
  const batch = {
    workspaceId,
    isSimulated: false,
    id: newId(),
    dialect: 'items',
    total: 1,
    rejected: 0,
  } as const;
  const confirmation = { groupId, profileIds: [profileId] };
  const snapshotId = newId();
  await database.prisma.templateSnapshot.create({
    data: {
      id: snapshotId,
      workspaceId,
      kind: 'template',
      contentHash: new Uint8Array(32),
      subject: 'Hello',
      html: '',
    },
  });
  await whileItBecomes(left, subscription, () =>
    new SendStore(database).insertMany([
      { batch: { ...batch, confirmation }, sends: [aNewSend({ snapshotId })] },
    ]),
  );
  expect(await toldOf(subscription)).toMatchObject([{ status: 'pending' }]);
});
