import { describe, expect, test } from '@jest/globals';
import type { Trouble } from '@postroom/process';
import { runRepeatedly, type Turn } from './run-repeatedly.ts';

const idle: Turn = { kind: 'idle' };
const failed: Turn = { kind: 'failed' };
const fails = () => Promise.reject(new Error('away'));

/** Takes these turns one after another, and answers the pauses that followed them and what was noted. */
async function pausesOf(turns: readonly (Turn | (() => Promise<Turn>))[], longestPauseMs = 3_000) {
  const pauses: number[] = [];
  const noted: Trouble[] = [];
  const left = [...turns];
  await new Promise<void>((resolve) => {
    const loop = runRepeatedly(
      async () => {
        const turn = left.shift();
        if (turn !== undefined) return typeof turn === 'function' ? turn() : turn;
        void loop.stop().then(resolve);
        return idle;
      },
      {
        intervalMs: 100,
        longestPauseMs,
        failure: 'turn_failed',
        errors: { note: (trouble) => noted.push(trouble), close: () => undefined },
        pause: async (waitMs) => {
          pauses.push(waitMs);
        },
      },
    );
  });
  return { pauses, noted };
}

const expectGrowth = (pauses: readonly number[], full: readonly number[]) => {
  expect(pauses).toHaveLength(full.length);
  for (const [at, most] of full.entries()) {
    expect(pauses[at]).toBeLessThanOrEqual(most);
    expect(pauses[at]).toBeGreaterThanOrEqual(most / 2);
  }
};

test('what found nothing more comes again after the interval, and what asks for a rest after that', async () => {
  const { pauses } = await pausesOf([idle, { kind: 'more', afterMs: 10 }, idle]);
  expect(pauses).toEqual([100, 10, 100]);
});

test('while there is more, and no rest is asked for, there is no pause', async () => {
  const more: Turn = { kind: 'more', afterMs: 0 };
  expect((await pausesOf([more, more, more, idle])).pauses).toEqual([100]);
});

describe('turns that fail come more and more seldom, up to the longest pause,', () => {
  test.each([
    ['when they throw', fails],
    ['when they noted it themselves', failed],
  ])('%s', async (_how, turn) => {
    const { pauses } = await pausesOf(Array.from({ length: 8 }, () => turn));
    expectGrowth(pauses, [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000]);
    expect(pauses[0]).toBe(100);
  });

  test('which is never less than the interval', async () => {
    expectGrowth((await pausesOf([failed, failed, failed], 50)).pauses, [100, 100, 100]);
  });

  test('and one that goes well makes the next failure the first again', async () => {
    const { pauses } = await pausesOf([failed, failed, failed, { kind: 'more', afterMs: 0 }, failed]);
    expectGrowth(pauses, [100, 200, 400, 100]);
    expect(pauses[3]).toBe(100);
  });
});

test('a turn that throws is noted by its name; one that says that it failed has noted that by itself', async () => {
  const { noted } = await pausesOf([fails, failed, fails]);
  const trouble = { event: 'turn_failed', error: expect.objectContaining({ message: 'away' }) };
  expect(noted).toEqual([trouble, trouble]);
});

const options = {
  intervalMs: 3_600_000,
  longestPauseMs: 3_600_000,
  failure: 'turn_failed',
  errors: { note: () => undefined, close: () => undefined },
};

test('it stops within a pause, and takes no further turn', async () => {
  let turns = 0;
  const loop = runRepeatedly(async () => {
    turns += 1;
    return idle;
  }, options);
  await new Promise(setImmediate);
  await loop.stop();
  await loop.stop();
  expect(turns).toBe(1);
});

test('stopped within a turn, it ends with that turn', async () => {
  const ends: string[] = [];
  let finish: () => void = () => undefined;
  const loop = runRepeatedly(async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    ends.push('turn');
    return { kind: 'more', afterMs: 0 };
  }, options);
  const stopped = loop.stop().then(() => ends.push('stop'));
  finish();
  await stopped;
  expect(ends).toEqual(['turn', 'stop']);
});
