import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { ClaimStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(4);

describe('what is on hold', () => {
  const parts = { scope: 'the hold', waitMs: 5_000, configurationSet: null, senderProfileId: null };

  async function claimUnder(id: string, part: Partial<typeof parts> | Record<string, string>) {
    const held = [{ ...parts, ...part }];
    const request = { sendId: id, epoch: 0, leaseToken: randomUUID() };
    return (
      await new ClaimStore(database.sql).claim([request], { leaseMs: 30_000, worker: 'test', held })
    ).get(request.leaseToken);
  }

  test('by its configuration set or its sender profile is not claimed and spends no attempt', async () => {
    const senderProfileId = randomUUID();
    const id = await aQueuedSend(database, { configurationSet: 'news', senderProfileId });
    const { workspaceId } = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    for (const part of [{ configurationSet: 'news' }, { senderProfileId }]) {
      expect(await claimUnder(id, part)).toEqual({
        kind: 'held',
        scope: 'the hold',
        workspaceId,
        waitMs: 5_000,
      });
    }
    const row = await database.prisma.emailSend.findUniqueOrThrow({ where: { id } });
    expect(row).toMatchObject({ status: 'Queued', attempts: 0, attemptsSpent: 0 });
    expect(await database.prisma.sendAttempt.count({ where: { sendId: id } })).toBe(0);
  });

  test('in two ways at once is told of the same one by every worker, so that their trials come one after the other', async () => {
    const senderProfileId = randomUUID();
    const id = await aQueuedSend(database, { configurationSet: 'news', senderProfileId });
    const [one, other] = [
      { ...parts, scope: 'one', configurationSet: 'news' },
      { ...parts, scope: 'other', senderProfileId },
    ];
    for (const held of [
      [one, other],
      [other, one],
    ]) {
      const request = { sendId: id, epoch: 0, leaseToken: randomUUID() };
      const options = { leaseMs: 30_000, worker: 'test', held };
      const results = await new ClaimStore(database.sql).claim([request], options);
      expect(results.get(request.leaseToken)).toMatchObject({ kind: 'held', scope: 'one' });
    }
  });

  test('is not what has another configuration set or sender profile, or none', async () => {
    const [none, other] = await Promise.all([
      aQueuedSend(database),
      aQueuedSend(database, { configurationSet: 'orders', senderProfileId: randomUUID() }),
    ]);
    const part = { configurationSet: 'news', senderProfileId: randomUUID() };
    expect(await claimUnder(none, part)).toMatchObject({ kind: 'claimed' });
    expect(await claimUnder(other, part)).toMatchObject({ kind: 'claimed' });
  });

  test('is not what is simulated: it never comes to SES', async () => {
    const id = await aQueuedSend(database, { configurationSet: 'news', simulated: true });
    expect(await claimUnder(id, { configurationSet: 'news' })).toMatchObject({ kind: 'claimed' });
  });
});
