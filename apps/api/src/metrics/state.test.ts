import { expect, test } from '@jest/globals';
import type { Backlog } from '@postroom/db';
import { Registry } from '@postroom/process';
import { registerState, type StateSources } from './state.ts';

const nothing: StateSources = {
  backlog: async () => [],
  queue: async () => ({ waiting: 0, prioritized: 0, delayed: 0, active: 0, failed: 0, completed: 0 }),
  work: async () => 0,
  workers: async () => [],
  holds: async () => [],
  paused: async () => [],
  webhooks: async () => 0,
  bloat: async () => ({ deadRows: [], oldestTransactionSeconds: 0, oldestSnapshotTransactions: 0 }),
};

const waiting = (count: number): readonly Backlog[] => [
  { status: 'Queued', lane: 'transactional', count, oldestDueSeconds: 90, inDoubt: 3 },
];

/** Gauges of a backlog that is answered when the test says so, and a clock that it sets. */
function slowBacklog() {
  const registry = new Registry();
  const asked: { resolve(answer: readonly Backlog[]): void; reject(error: Error): void }[] = [];
  const clock = { ms: 0 };
  const backlog = () =>
    new Promise<readonly Backlog[]>((resolve, reject) => {
      asked.push({ resolve, reject });
    });
  registerState(registry, { ...nothing, backlog }, { budgetMs: 1, now: () => clock.ms });
  const told = async () => {
    const text = await registry.metrics();
    return [
      /^postroom_backlog_sends\{.*\} (\d+)$/m,
      /^postroom_oldest_waiting_seconds\{lane="transactional"\} (\d+)$/m,
      /^postroom_in_doubt (\d+)$/m,
    ].map((line) => line.exec(text)?.[1]);
  };
  return { asked, clock, told };
}

const unknown = [undefined, undefined, undefined];

test('what PostgreSQL counts for longer than a scrape waits is told by the next scrape, and counted once', async () => {
  const { asked, clock, told } = slowBacklog();
  expect(await told()).toEqual(unknown);
  expect(await told()).toEqual(unknown);
  expect(asked).toHaveLength(1);
  clock.ms = 1_500;
  asked[0]?.resolve(waiting(7_000_000));
  expect(await told()).toEqual(['7000000', '90', '3']);
  expect(asked).toHaveLength(1);
});

test('a count that took long rests for a multiple of that, and the one before is told until the next has come, but not for long', async () => {
  const { asked, clock, told } = slowBacklog();
  await told();
  clock.ms = 1_400;
  asked[0]?.resolve(waiting(5));
  await told();
  clock.ms = 1_400 + 9 * 1_400 - 1;
  expect(await told()).toEqual(['5', '90', '3']);
  expect(asked).toHaveLength(1);
  clock.ms += 1;
  expect(await told()).toEqual(['5', '90', '3']);
  expect(asked).toHaveLength(2);
  clock.ms = 300_000;
  expect(await told()).toEqual(['5', '90', '3']);
  clock.ms = 300_001;
  expect(await told()).toEqual(unknown);
  expect(asked).toHaveLength(2);
  asked[1]?.resolve(waiting(6));
  expect(await told()).toEqual(['6', '90', '3']);
});

test('what PostgreSQL refuses to say is not told, and asked for again at once unless the refusal took long', async () => {
  const { asked, clock, told } = slowBacklog();
  await told();
  asked[0]?.resolve(waiting(5));
  await told();
  clock.ms = 1_000;
  const refused = told();
  asked[1]?.reject(new Error('away'));
  expect(await refused).toEqual(unknown);
  await told();
  expect(asked).toHaveLength(3);
  clock.ms = 2_000;
  asked[2]?.reject(new Error('canceled'));
  await told();
  expect(await told()).toEqual(unknown);
  expect(asked).toHaveLength(3);
});
