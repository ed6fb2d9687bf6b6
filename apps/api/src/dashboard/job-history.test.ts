import { expect, test } from '@jest/globals';
import { createJobHistory } from './job-history.ts';

const hourMs = 3_600_000;

/** So long ago, 20 minutes past an hour, one job ended in each of the last 150 minutes, and none failed. */
const nowMs = 1_000 * hourMs + 20 * 60_000;
const asked: unknown[] = [];
const history = createJobHistory({
  now: () => nowMs,
  throughput: async (minutes, of) => {
    asked.push([minutes, of]);
    const last = Math.floor(nowMs / 60_000);
    const firstMinute = last - minutes + 1;
    const completed = Array.from({ length: minutes }, (_, at) => (minutes - at <= 150 ? 1 : 0));
    return { firstMinute, completed, failed: completed.map(() => 0) };
  },
});
const range = { from: nowMs - 2 * hourMs, to: nowMs } as const;

test('what BullMQ counted by minutes is told by hours and days, within the range alone', async () => {
  const hours = await history.getHistory({ metric: 'completed', granularity: 'hour', ...range });
  expect(hours).toEqual([
    { ts: 998 * hourMs, value: 40 },
    { ts: 999 * hourMs, value: 60 },
    { ts: 1_000 * hourMs, value: 21 },
  ]);
  const days = await history.getHistory({ metric: 'completed', granularity: 'day', ...range });
  expect(days).toEqual([{ ts: 41 * 24 * hourMs, value: 121 }]);
});

test('no more is asked for than is kept, of the one queue that is shown, and nothing of what is not counted', async () => {
  await history.getHistory({ metric: 'failed', granularity: 'day', from: 0, to: nowMs });
  expect(asked.at(-1)).toEqual([14 * 24 * 60, 'default']);
  expect(
    await history.getHistory({ queue: 'webhooks', metric: 'failed', granularity: 'day', ...range }),
  ).toEqual([]);
  expect(await history.getHistory({ metric: 'queueage', granularity: 'day', ...range })).toEqual([]);
});
