import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import { closeRedis, createPacer, openImpatientRedis } from '../../src/index.ts';
import { type GivenMoment, reserveMoments } from '../../src/pace/reserve-moments.ts';

const prefix = redisPrefix();
const redis = openImpatientRedis({ url: testRedisUrl(), onError: () => undefined });

beforeAll(() => eventually(() => redis.status === 'ready'));
afterAll(() => closeRedis(redis));

const startMs = 1_700_000_000_000;
const forgetsAtMs = startMs + 1_500;
const copyOf = (key: string) => `${key}:copy`;

type Fault = (key: string, nowMs: number) => Promise<unknown>;

/** Redis comes back with what it knew so many milliseconds before. */
const older =
  (agoMs: number): Fault =>
  async (key, nowMs) => {
    if (nowMs === forgetsAtMs - agoMs) await redis.copy(key, copyOf(key));
    if (nowMs === forgetsAtMs) await redis.copy(copyOf(key), key, 'REPLACE');
  };
const flushed: Fault = async (key, nowMs) => nowMs === forgetsAtMs && redis.del(key);

/** What workers that take turns are given while a backlog waits. */
async function givenTo(
  workers: number,
  { rate, recipients, fault }: { readonly rate: number; readonly recipients: number; readonly fault: Fault },
): Promise<readonly GivenMoment[]> {
  const key = `${prefix}:pace-${rate}-${recipients}-${workers}-${fault === flushed}`;
  const known = new Array<number>(workers).fill(0);
  const given: GivenMoment[] = [];
  const messages = Array.from({ length: 5 }, () => ({ recipients, horizonMs: 250, lateMs: 8 }));
  for (let turn = 0; turn < 500; turn += 1) {
    const nowMs = startMs + turn * 10;
    await fault(key, nowMs);
    const givenUntilMs = known[turn % workers] ?? 0;
    const answer = await reserveMoments(redis, key, { rate, givenUntilMs, messages, nowMs });
    known[turn % workers] = Math.max(givenUntilMs, answer.givenUntilMs);
    given.push(...answer.moments);
  }
  return given;
}

function peakOf(given: readonly GivenMoment[]): number {
  const inSecondTo = (endMs: number) =>
    given
      .filter(({ atMs }) => atMs > endMs - 1_000 && atMs <= endMs)
      .reduce((sum, { recipients }) => sum + recipients, 0);
  return Math.max(...given.map(({ atMs }) => inSecondTo(atMs)));
}

test.each([
  { rate: 50, recipients: 50, workers: 1 },
  { rate: 50, recipients: 50, workers: 2 },
  { rate: 50, recipients: 10, workers: 4 },
  { rate: 100, recipients: 25, workers: 4 },
])(
  'a Redis that was flushed or came back with older data has $workers workers keep the rate of $rate with $recipients recipients a mail',
  async ({ rate, recipients, workers }) => {
    for (const fault of [flushed, older(500)]) {
      const given = await givenTo(workers, { rate, recipients, fault });
      expect(peakOf(given)).toBe(rate);
      expect(given.at(-1)?.atMs).toBeGreaterThan(forgetsAtMs + 3_000);
    }
  },
);

test('a worker that has had no moment yet knows of those of the others when Redis forgets them', async () => {
  const key = `${prefix}:pace-others`;
  const [one, other] = [1, 2].map(() => createPacer({ redis, key, currentRate: () => 1, maxWaitMs: 10_000 }));
  const wish = {
    recipients: 1,
    lane: 'transactional',
    signal: new AbortController().signal,
    lapsed: 0,
    onGiven: () => undefined,
  } as const;
  expect(await one?.acquire(wish)).toMatchObject({ kind: 'granted' });
  const waiting = other?.acquire(wish);
  await eventually(async () => (await redis.zcard(`${key}:workers`)) === 2);
  const before = Number(await redis.hget(key, 'last'));
  await redis.del(key);
  expect(await waiting).toMatchObject({ kind: 'granted' });
  expect(Number(await redis.hget(key, 'last')) - before).toBeGreaterThan(1_018);
});
