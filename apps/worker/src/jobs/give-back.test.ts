import { expect, test } from '@jest/globals';
import type { ClaimRequest } from '@postroom/core';
import { createWorkerMetrics } from '../metrics.ts';
import { claimInGroups } from './claim-in-groups.ts';
import { createGiveBack } from './give-back.ts';

const requestOf = (name: string): ClaimRequest => ({ sendId: name, epoch: 0, leaseToken: name });

/** Gives back while a database fails its first so many statements, and answers which were asked for, in turn. */
async function giveBackAll(names: readonly string[], failures: number): Promise<readonly string[]> {
  const asked: string[] = [];
  let nowMs = 0;
  await new Promise<void>((resolve) => {
    const lose = createGiveBack({
      giveBack: async (requests) => {
        asked.push(requests.map(({ sendId }) => sendId).join(' '));
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
  return asked;
}

test('what was claimed without an answer is looked for until the database answers, and a while longer', async () => {
  expect(await giveBackAll(['a', 'b'], 2)).toEqual(['a', 'b a', 'b a', 'b a', 'b a']);
});

test('it is left to the sweeper when the database is away until its lease has ended', async () => {
  const asked = await giveBackAll(['a'], Number.POSITIVE_INFINITY);
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
