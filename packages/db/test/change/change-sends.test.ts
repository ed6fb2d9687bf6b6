import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { ClaimStore, SendChangeStore, SweepStore, WorkspaceStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(30);

const inAnHour = () => new Date(Date.now() + 3_600_000);

async function claim(ids: readonly string[]) {
  const wishes = ids.map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() }));
  const results = await new ClaimStore(database.sql).claim(wishes, { leaseMs: 30_000, worker: 'test' });
  return new Map(wishes.map(({ sendId, leaseToken }) => [sendId, results.get(leaseToken)]));
}

const sweep = async (limit: number) => {
  const jobs = await new SweepStore(database.sql).beginScheduled(limit);
  return jobs.map(({ sendId }) => sendId);
};

test('a send that the API held for due is not claimed before its moment by the clock of the database', async () => {
  const id = await aQueuedSend(database, { status: 'Queued', scheduledAt: inAnHour() });
  expect((await claim([id])).get(id)).toMatchObject({ kind: 'not_yet' });
});

test('scheduled sends become queued once, by one sweeper each, and only those that are due', async () => {
  const due = new Date(Date.now() - 1_000);
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      aQueuedSend(database, { status: 'Scheduled', scheduledAt: at % 2 === 0 ? due : inAnHour() }),
    ),
  );
  const taken = (await Promise.all(Array.from({ length: 8 }, () => sweep(10)))).flat();
  expect(taken.toSorted()).toEqual(ids.filter((_, at) => at % 2 === 0).toSorted());
  const rows = await database.prisma.emailSend.groupBy({
    by: ['status'],
    where: { id: { in: ids } },
    _count: true,
  });
  expect(new Map(rows.map(({ status, _count }) => [status, _count]))).toEqual(
    new Map([
      ['Queued', 20],
      ['Scheduled', 20],
    ]),
  );
});

test('400 claims and cancellations, 40 at a time: each send is claimed or canceled, and the answers say so', async () => {
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  const canceling = (some: readonly string[]) =>
    Promise.all(
      some.map(
        async (id) =>
          [
            id,
            (await new SendChangeStore(database.prisma).cancel({ workspaceId, isSimulated: false, id }))
              ?.isChanged,
          ] as const,
      ),
    );
  const outcomes = new Set<string>();
  for (let round = 0; round < 10; round += 1) {
    const ids = await Promise.all(Array.from({ length: 40 }, () => aQueuedSend(database)));
    const groups = [0, 1, 2, 3].map((group) => ids.filter((_, at) => at % 4 === group));
    const [first, claimed, second] = await Promise.all([
      canceling(ids.slice(0, 15)),
      Promise.all(groups.map(claim)),
      canceling(ids.slice(15)),
    ]);
    const claims = new Map(claimed.flatMap((results) => [...results]));
    const isCanceled = new Map([...first, ...second]);
    for (const { id, status } of await database.prisma.emailSend.findMany({ where: { id: { in: ids } } })) {
      const isClaimed = claims.get(id)?.kind === 'claimed';
      expect({ status, isCanceled: isCanceled.get(id) }).toEqual(
        isClaimed ? { status: 'Processing', isCanceled: false } : { status: 'Canceled', isCanceled: true },
      );
      outcomes.add(status);
    }
  }
  expect(outcomes.size).toBe(2);
});
