import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { sendStatuses } from '@postroom/contracts';
import { newId, type RetryRequest, type SendOwner, type SendsFilter } from '@postroom/core';
import { changeMany } from '../../src/change/change-many.ts';
import { ClaimStore, SendChangeStore, SendReadStore, SweepStore, WorkspaceStore } from '../../src/index.ts';
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

/** Both ways to retry a send. */
const retries: Readonly<
  Record<string, (owner: SendOwner, id: string, request: RetryRequest) => Promise<unknown>>
> = {
  alone: (owner, id, request) => new SendChangeStore(database.prisma).retry({ ...owner, id }, request),
  'with many': (owner, id, request) =>
    database.prisma.$transaction((tx) => {
      const asked = {
        action: 'retry',
        filter: {},
        askedAt: inAnHour(),
        cursor: null,
        leaseToken: newId(),
      } as const;
      return changeMany(
        tx,
        { ...asked, id: newId(), owner },
        { kind: 'retry', requests: [{ id, ...request }] },
      );
    }),
};

/** Sender profiles that a send had, that its retry is told, and that it then has. */
const senders = [newId(), newId()] as const;
const moves = [
  { had: null, told: senders[0], has: senders[0] },
  { had: senders[0], told: senders[1], has: senders[1] },
  { had: senders[0], told: null, has: senders[0] },
  { had: null, told: null, has: null },
];

test.each(Object.keys(retries))(
  'a send that is retried %s is found by what it has by then, and by nothing that it had',
  async (way) => {
    const owner = {
      workspaceId: await new WorkspaceStore(database.prisma).ensureDefault(),
      isSimulated: false,
    };
    const reads = new SendReadStore(database.prisma);
    for (const { had, told, has } of moves) {
      const id = await aQueuedSend(database, { senderProfileId: had });
      await database.prisma.emailSend.update({
        where: { id },
        data: { status: 'Failed', failureClass: 'sender_not_verified' },
      });
      const sender = told === null ? null : { profileId: told, configurationSet: null };
      await retries[way]?.(owner, id, { epoch: 0, sender });
      const isFound = async (filter: SendsFilter, limit: Partial<SendOwner> = {}) =>
        (await reads.list({ ...owner, ...limit }, { filter, limit: 100 })).items.some(
          (send) => send.id === id,
        );
      for (const status of sendStatuses) {
        expect([status, await isFound({ statuses: [status] })]).toEqual([status, status === 'Queued']);
      }
      for (const profile of senders) {
        const found = [
          await isFound({ senderProfileIds: [profile] }),
          await isFound({}, { senderProfileIds: [profile] }),
        ];
        expect(found).toEqual([profile === has, profile === has]);
      }
    }
  },
);
