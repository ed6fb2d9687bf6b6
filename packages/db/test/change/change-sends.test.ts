import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@postroom/testkit';
import {
  ClaimStore,
  type Database,
  openDatabase,
  type PrismaClient,
  SendChangeStore,
  SweepStore,
  WorkspaceStore,
} from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';

let testDatabase: TestDatabase;
let database: Database;
let prisma: PrismaClient;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = openDatabase({ url: testDatabase.url, maxConnections: 30 });
  prisma = database.prisma;
});

afterAll(async () => {
  await database?.close();
  await testDatabase?.drop();
});

const inAnHour = () => new Date(Date.now() + 3_600_000);

async function claim(ids: readonly string[]) {
  const wishes = ids.map((sendId) => ({ sendId, epoch: 0, leaseToken: randomUUID() }));
  const results = await new ClaimStore(prisma).claim(wishes, { leaseMs: 30_000, worker: 'test' });
  return new Map(wishes.map(({ sendId, leaseToken }) => [sendId, results.get(leaseToken)]));
}

const sweep = async (limit: number) => {
  const jobs = await new SweepStore(prisma).takeOverdueQueued({ limit, lookAgainMs: 60_000 });
  return jobs.map(({ sendId }) => sendId);
};

test('a send that the API held for due is not claimed before its moment by the clock of the database', async () => {
  const id = await aQueuedSend(prisma, { status: 'Queued', scheduledAt: inAnHour() });
  expect((await claim([id])).get(id)).toMatchObject({ kind: 'not_yet' });
});

test('scheduled sends become queued once, by one sweeper each, and only those that are due', async () => {
  const due = new Date(Date.now() - 1_000);
  const ids = await Promise.all(
    Array.from({ length: 40 }, (_, at) =>
      aQueuedSend(prisma, { status: 'Scheduled', scheduledAt: at % 2 === 0 ? due : inAnHour() }),
    ),
  );
  const taken = (await Promise.all(Array.from({ length: 8 }, () => sweep(10)))).flat();
  expect(taken.toSorted()).toEqual(ids.filter((_, at) => at % 2 === 0).toSorted());
  const rows = await prisma.emailSend.groupBy({ by: ['status'], where: { id: { in: ids } }, _count: true });
  expect(new Map(rows.map(({ status, _count }) => [status, _count]))).toEqual(
    new Map([
      ['Queued', 20],
      ['Scheduled', 20],
    ]),
  );
});

test('400 claims and cancellations, 40 at a time: each send is claimed or canceled, and the answers say so', async () => {
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const canceling = (some: readonly string[]) =>
    Promise.all(
      some.map(
        async (id) =>
          [
            id,
            (await new SendChangeStore(prisma).cancel({ workspaceId, isSimulated: false, id }))?.isChanged,
          ] as const,
      ),
    );
  const outcomes = new Set<string>();
  for (let round = 0; round < 10; round += 1) {
    const ids = await Promise.all(Array.from({ length: 40 }, () => aQueuedSend(prisma)));
    const groups = [0, 1, 2, 3].map((group) => ids.filter((_, at) => at % 4 === group));
    const [first, claimed, second] = await Promise.all([
      canceling(ids.slice(0, 15)),
      Promise.all(groups.map(claim)),
      canceling(ids.slice(15)),
    ]);
    const claims = new Map(claimed.flatMap((results) => [...results]));
    const isCanceled = new Map([...first, ...second]);
    for (const { id, status } of await prisma.emailSend.findMany({ where: { id: { in: ids } } })) {
      const isClaimed = claims.get(id)?.kind === 'claimed';
      expect({ status, isCanceled: isCanceled.get(id) }).toEqual(
        isClaimed ? { status: 'Processing', isCanceled: false } : { status: 'Canceled', isCanceled: true },
      );
      outcomes.add(status);
    }
  }
  expect(outcomes.size).toBe(2);
});
