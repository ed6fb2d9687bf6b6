import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { type ClaimedSend, newId, type ProviderEvent } from '@postroom/core';
import {
  AttemptStore,
  ClaimStore,
  type Database,
  EventStore,
  UnsubscribeStore,
  WorkspaceStore,
} from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

let workspaceId: string;
// In Turkish: the small letter of I is no i there, and addresses are compared in small letters.
const prepare = async ({ prisma }: Database) => {
  workspaceId = await new WorkspaceStore(prisma).ensureDefault();
};
const database = fileDatabase(5, prepare, 'tr');

const mailbox = (email: string) => ({ email, name: null });
const subscribe = (sendId: string, isSubscribed: boolean) =>
  new UnsubscribeStore(database.prisma).subscribe(sendId, isSubscribed);

async function aGroup(type: 'OptIn' | 'OptOut' = 'OptOut'): Promise<string> {
  const id = newId();
  await database.prisma.subscriptionGroup.create({ data: { id, workspaceId, name: 'News', type } });
  return id;
}

async function claimed(sendId: string): Promise<ClaimedSend> {
  const request = { sendId, epoch: 0, leaseToken: randomUUID() };
  const result = (
    await new ClaimStore(database.sql).claim([request], { leaseMs: 30_000, worker: 'test' })
  ).get(request.leaseToken);
  if (result?.kind !== 'claimed') throw new Error('the send could not be claimed');
  return result.send;
}

const anEvent = (sendId: string): ProviderEvent => ({
  // After those of links, in the order of the index.
  sourceId: `sns-${randomUUID()}`,
  type: 'send',
  sendId,
  attempt: 1,
  providerMessageId: 'm-1',
  occurredAt: new Date(),
  isPermanentBounce: null,
  recipients: [],
  detail: {},
});

test('a claim brings the secret of the workspace for a send with a group, and for no other', async () => {
  const subscriptionGroupId = await aGroup();
  const { linkSecret } = await database.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  expect(linkSecret).toHaveLength(32);
  const grouped = await claimed(await aQueuedSend(database, { subscriptionGroupId }));
  expect(grouped).toMatchObject({ subscriptionGroupId });
  expect(Buffer.from(grouped.linkSecret ?? []).equals(linkSecret)).toBe(true);
  const plain = await claimed(await aQueuedSend(database));
  expect(plain).toMatchObject({ subscriptionGroupId: null, linkSecret: null });
});

test('a claim names the further recipients that refused: suppressed, or gone from this very group', async () => {
  const subscriptionGroupId = await aGroup();
  const gone = await aQueuedSend(database, { subscriptionGroupId, to: mailbox('did.go@example.com') });
  await subscribe(gone, false);
  const back = await aQueuedSend(database, { subscriptionGroupId, to: mailbox('back@example.com') });
  await subscribe(back, false);
  await subscribe(back, true);
  const elsewhere = await aQueuedSend(database, {
    subscriptionGroupId: await aGroup(),
    to: mailbox('elsewhere@example.com'),
  });
  await subscribe(elsewhere, false);
  const suppression = { workspaceId, emailKey: 'info@example.com', email: 'info@example.com' };
  await database.prisma.suppression.create({ data: { ...suppression, reason: 'Manual' } });
  const copies = {
    toOthers: ['DID.GO@example.com', 'back@example.com'].map(mailbox),
    cc: ['elsewhere@example.com', 'unheard@example.com'].map(mailbox),
    bcc: ['INFO@example.com'].map(mailbox),
  };
  const { consent } = await claimed(await aQueuedSend(database, { subscriptionGroupId, ...copies }));
  expect(consent.isUnsubscribed).toBe(false);
  expect([...consent.refusedCopies].sort()).toEqual(['did.go@example.com', 'info@example.com']);
  const withoutGroup = await claimed(await aQueuedSend(database, copies));
  expect(withoutGroup.consent.refusedCopies).toEqual(['info@example.com']);
});

test('a copy of a group to ask for consent goes to those alone who gave it, as the mail itself does', async () => {
  const subscriptionGroupId = await aGroup('OptIn');
  for (const email of ['first@example.com', 'joined@example.com']) {
    await subscribe(await aQueuedSend(database, { subscriptionGroupId, to: mailbox(email) }), true);
  }
  const profile = { workspaceId, email: 'known@example.com', emailKey: 'known@example.com' };
  await database.prisma.profile.create({ data: { ...profile, id: newId() } });
  const copies = {
    to: mailbox('first@example.com'),
    toOthers: [mailbox('known@example.com')],
    cc: ['Joined@example.com', 'stranger@example.com'].map(mailbox),
    bcc: [mailbox('BLIND@example.com')],
  };
  const { consent } = await claimed(await aQueuedSend(database, { subscriptionGroupId, ...copies }));
  expect(consent.isUnsubscribed).toBe(false);
  const refused = ['blind@example.com', 'known@example.com', 'stranger@example.com'];
  expect([...consent.refusedCopies].sort()).toEqual(refused);
});

test('what a recipient did by link hides no proof of acceptance from the claim of a send that was queued again', async () => {
  const id = await aQueuedSend(database, {
    subscriptionGroupId: await aGroup(),
    to: mailbox('again@example.com'),
  });
  await subscribe(id, false);
  await new EventStore(database.sql).record([anEvent(id)]);
  await database.prisma.emailSend.update({ where: { id }, data: { resends: 1 } });
  expect((await claimed(id)).acceptedEarlier).toEqual({ providerMessageId: 'm-1' });
});

test('a link that was used proves that a send in doubt was accepted, and the id of the provider is taken from its event', async () => {
  const doubt = async (email: string) => {
    const id = await aQueuedSend(database, {
      subscriptionGroupId: await aGroup(),
      to: mailbox(email),
    });
    const { leaseToken, attempt } = await claimed(id);
    const error = { code: 'TimeoutError', message: 'no answer', httpStatus: null };
    await new AttemptStore(database.sql).record(
      [{ sendId: id, leaseToken, attempt, result: { kind: 'in_doubt', error } }],
      {
        inDoubtWindowMs: 60_000,
      },
    );
    await subscribe(id, false);
    return id;
  };
  const alone = await doubt('alone@example.com');
  expect(await new EventStore(database.sql).settle([alone])).toEqual([{ id: alone, status: 'Sent' }]);
  const both = await doubt('both@example.com');
  await new EventStore(database.sql).record([anEvent(both)]);
  const { status, providerMessageId } = await database.prisma.emailSend.findUniqueOrThrow({
    where: { id: both },
  });
  expect([status, providerMessageId]).toEqual(['Sent', 'm-1']);
});

test('opposite wishes at once end in one of the two, without an error', async () => {
  const id = await aQueuedSend(database, {
    subscriptionGroupId: await aGroup(),
    to: mailbox('torn@example.com'),
  });
  const shared = { workspaceId, email: 'torn@example.com', emailKey: 'torn@example.com' };
  const named = Array.from({ length: 5 }, (_, at) => ({ ...shared, id: newId(), externalId: `torn-${at}` }));
  await database.prisma.profile.createMany({ data: named });
  await Promise.all(Array.from({ length: 40 }, (_, at) => subscribe(id, at % 2 === 0)));
  const said = await database.prisma.subscription.findMany({
    where: { profile: { emailKey: 'torn@example.com' } },
  });
  expect(said).toHaveLength(5);
  expect(new Set(said.map(({ subscribed }) => subscribed)).size).toBe(1);
  expect(await database.prisma.emailEvent.count({ where: { sendId: id } })).toBe(2);
});
