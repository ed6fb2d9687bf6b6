import { expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { SendReadStore, WorkspaceStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(2);

const mailbox = (email: string) => ({ email, name: null });

/** What was reported of a send to four people, in this order: its type, its recipients' places, and whether it is for good. */
async function bounceOf(reports: readonly (readonly ['bounce' | 'complaint', readonly string[], boolean])[]) {
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  const toOthers = ['b@example.com', 'c@example.com'].map(mailbox);
  const sendId = await aQueuedSend(database, { toOthers, cc: [mailbox('d@example.com')] });
  await database.prisma.emailEvent.createMany({
    data: reports.map(([type, places, isForGood], at) => ({
      ...{ id: newId(), workspaceId, sendId, type, sourceId: `report-${at}` },
      occurredAt: new Date(1_700_000_000_000 + at),
      detail: {
        bounceType: isForGood ? 'Permanent' : 'Transient',
        recipients: places.map((recipient) => ({ recipient })),
      },
    })),
  });
  const [found] = await new SendReadStore(database.prisma).findBounces([sendId]);
  return found?.detail?.recipients;
}

test.each([
  [
    'the primary one, whatever the others',
    ['to'],
    [['complaint', ['to[1]'], true] as const, ['bounce', ['to'], false] as const],
  ],
  [
    'the first who got it, where the primary one did not',
    ['to[1]'],
    [
      ['complaint', ['cc[0]'], true] as const,
      ['bounce', ['to[2]'], true] as const,
      ['bounce', ['to[1]'], false] as const,
    ],
  ],
  [
    'a copy, where nobody else got it',
    ['cc[0]'],
    [['complaint', ['bcc'], true] as const, ['bounce', ['cc[0]'], false] as const],
  ],
])('the bounce of a send is that of %s', async (_what, expected, reports) => {
  expect(await bounceOf(reports)).toEqual(expected.map((recipient) => ({ recipient })));
});
