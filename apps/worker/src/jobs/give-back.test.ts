import { expect, test } from '@jest/globals';
import type { ClaimRequest } from '@postroom/core';
import { createWorkerMetrics } from '../metrics.ts';
import { claimInGroups } from './claim-in-groups.ts';
import { createGiveBack } from './give-back.ts';

const requestOf = (name: string): ClaimRequest => ({ sendId: name, epoch: 0, leaseToken: name });

/** Gives back while a database fails its first so many statements, and answers which were asked for, in turn. */
async function giveBackAll(names: readonly string[], failures: number) {
  const asked: string[] = [];
  const atMs: number[] = [];
  let nowMs = 0;
  await new Promise<void>((resolve) => {
    const lose = createGiveBack({
      giveBack: async (requests) => {
        asked.push(requests.map(({ sendId }) => sendId).join(' '));
        atMs.push(nowMs);
        if (asked.length <= failures) throw new Error('away');
      },
      leaseMs: 30_000,
      monotonicMs: () => nowMs,
      pause: async (ms) => {
        nowMs += ms;
        setImmediate(resolve);
      },
    });
    for (const name of names) lose([requestOf(name)]);
  });
  return { asked, lastMs: atMs.at(-1) ?? 0 };
}

test('what was claimed without an answer is looked for until the database answers, and can be at it no more', async () => {
  const { asked, lastMs } = await giveBackAll(['a', 'b'], 2);
  expect(asked.slice(0, 3)).toEqual(['a', 'b a', 'b a']);
  // A statement ends within 10 s, and what one pause brings is beyond.
  expect(lastMs).toBeGreaterThanOrEqual(15_000);
  expect(lastMs).toBeLessThan(18_000);
});

test('it is looked for as long as the database is away, and once more', async () => {
  const { asked, lastMs } = await giveBackAll(['a'], 20);
  expect(asked).toHaveLength(21);
  expect(lastMs).toBeGreaterThan(15_000);
});

test('it is left to the sweeper when the database is away until its lease has ended', async () => {
  const { asked, lastMs } = await giveBackAll(['a'], Number.POSITIVE_INFINITY);
  expect(lastMs).toBeLessThan(30_000);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.length).toBeLessThan(60);
});

test('whatever stands in a claim that failed may have been claimed', async () => {
  const lost: ClaimRequest[] = [];
  const claim = claimInGroups({
    claims: {
      claim: async () => {
        throw new Error('Connection terminated unexpectedly');
      },
    },
    giveBack: (requests) => lost.push(...requests),
    holds: { heldSends: () => [], enter: async () => false },
    pacer: { isBusy: () => false },
    metrics: createWorkerMetrics(),
    ...{ accountId: null, leaseMs: 30_000, worker: 'test', onClaimed: () => undefined },
  });
  const requests = ['a', 'b'].map(requestOf);
  const claims = await Promise.allSettled(requests.map(claim));
  expect(claims.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(lost).toEqual(requests);
});
