import { expect, test } from '@jest/globals';
import { NoticeLogStore, NoticeStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, ownerOf, recordOf } from './notices.ts';

const database = fileDatabase(2);

test('of a notice that is replayed without end its newest 20 tries are kept', async () => {
  const { prisma } = database;
  const owner = await ownerOf(prisma);
  const webhook = { ...owner, id: await anEndpoint(prisma, owner) };
  const log = new NoticeLogStore(prisma);
  const store = new NoticeStore(prisma, { leaseMs: 60_000 });
  const notice = await log.addTest(webhook, { type: 'email.sent', facts: {} });
  const ref = { webhook, id: notice?.id ?? '' };
  for (let nth = 0; nth < 23; nth += 1) {
    const claimed = await store.claim(webhook.id, 1);
    if (claimed.kind === 'claimed') for (const one of claimed.notices) await store.record(recordOf(one));
    await log.replay(ref);
  }
  const numbers = (await log.find(ref))?.attempts.map(({ number }) => number);
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, at) => at + 4));
});
