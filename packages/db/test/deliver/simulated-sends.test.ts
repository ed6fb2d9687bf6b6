import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { ClaimStore, SweepStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(2);

test('a send of a test key whose lease ends is handed back, unspent: it had no call that could be in doubt', async () => {
  const id = await aQueuedSend(database, { simulated: true });
  const request = { sendId: id, epoch: 0, leaseToken: randomUUID() };
  await new ClaimStore(database.sql).claim([request], { leaseMs: -1, worker: 'test' });
  const expired = await new SweepStore(database.sql).expireLeases({ limit: 10, inDoubtWindowMs: 60_000 });
  expect(expired).toEqual({ inDoubt: [], returned: [expect.objectContaining({ sendId: id, epoch: 1 })] });
  const row = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
  expect(row).toMatchObject({ status: 'Queued', attempts: 1, attemptsSpent: 0 });
});
