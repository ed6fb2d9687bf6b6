import { expect, test } from '@jest/globals';
import { erasedEmail, newId } from '@postroom/core';
import { type Database, PreferenceStore, UnsubscribeStore, WorkspaceStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

let workspaceId: string;
// In Turkish: the small letter of I is no i there, and addresses are compared in small letters.
const prepare = async ({ prisma }: Database) => {
  workspaceId = await new WorkspaceStore(prisma).ensureDefault();
};
const database = fileDatabase(5, prepare, 'tr');
const links = () => new UnsubscribeStore(database.prisma);
const preferences = () => new PreferenceStore(database.prisma);

async function aGroup(name = 'News'): Promise<string> {
  const id = newId();
  await database.prisma.subscriptionGroup.create({ data: { id, workspaceId, name, type: 'OptOut' } });
  return id;
}

const mailbox = (email: string) => ({ email, name: null });
const everybody = ['TO', 'INFO', 'CC', 'BCC'].map((name) => `${name}@example.com`);

/** A send of a group to four people. */
async function aSend() {
  const subscriptionGroupId = await aGroup();
  const [to, other, cc, bcc] = everybody.map(mailbox);
  if (to === undefined || other === undefined || cc === undefined || bcc === undefined)
    throw new Error('four');
  const lists = { to, toOthers: [other], cc: [cc], bcc: [bcc] };
  return { id: await aQueuedSend(database, { subscriptionGroupId, ...lists }), groupId: subscriptionGroupId };
}

const placeNames = ['to', 'to[1]', 'cc[0]', 'bcc'];

/** Whom the events of a send's links are about. */
async function toldOf(sendId: string): Promise<unknown[]> {
  const events = await database.prisma.emailEvent.findMany({ where: { sendId }, orderBy: { id: 'asc' } });
  return events.map(({ detail }) => Reflect.get(Object(detail), 'recipients'));
}

const standingsOf = (id: string) =>
  Promise.all(everybody.map(async (_, place) => (await links().find(id, place))?.send.isSubscribed));

test.each(everybody.map((email, place) => [email, place] as const))(
  'the link of %s is about them and nobody else',
  async (email, place) => {
    const { id } = await aSend();
    expect((await links().find(id, place))?.send).toMatchObject({ to: email, place, isSubscribed: true });
    expect([await links().subscribe(id, false, place), await links().subscribe(id, false, place)]).toEqual([
      true,
      false,
    ]);
    expect(await standingsOf(id)).toEqual(everybody.map((_, at) => at !== place));
    expect(await links().subscribe(id, true, place)).toBe(true);
    expect(await standingsOf(id)).toEqual(everybody.map(() => true));
    const recipients = placeNames[place] === 'to' ? undefined : [{ recipient: placeNames[place] }];
    expect(await toldOf(id)).toEqual([recipients, recipients]);
  },
);

test('what a further recipient chooses among other groups is theirs', async () => {
  const [{ id }, groupId] = [await aSend(), await aGroup('Offers')];
  const wish = { groupId, isSubscribed: false };
  expect(await preferences().save({ id, place: 1 }, [wish])).toEqual([wish]);
  const chosen = async (place: number) =>
    (await preferences().others({ id, workspaceId, place })).groups.find((group) => group.id === groupId)
      ?.isSubscribed;
  expect([await chosen(0), await chosen(1), await chosen(2)]).toEqual([true, false, true]);
  await preferences().save({ id, place: 2 }, [wish]);
  expect(await toldOf(id)).toEqual([[{ recipient: 'to[1]' }], [{ recipient: 'cc[0]' }]]);
});

test('there is no link of somebody who was erased, nor of a number that nobody has', async () => {
  const { id } = await aSend();
  await database.prisma.emailSend.update({ where: { id }, data: { toOthers: [mailbox(erasedEmail)] } });
  for (const place of [1, 4, 255]) expect(await links().find(id, place)).toBeNull();
  expect(await links().find(id, 2)).not.toBeNull();
});
