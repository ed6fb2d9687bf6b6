import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClaimResult, Hold } from '@postroom/core';
import type { ClaimStore } from '@postroom/db';
import { createLogger } from '@postroom/process';
import { closeRedis, createHolds, openImpatientRedis } from '@postroom/redis';
import { eventually, redisPrefix, testRedisUrl } from '@postroom/testkit';
import { createHoldGate } from '../src/hold-gate.ts';
import { claimInGroups } from '../src/jobs/claim-in-groups.ts';
import { createWorkerMetrics } from '../src/metrics.ts';

const prefix = redisPrefix();
const redis = openImpatientRedis({ url: testRedisUrl(), onError: () => undefined });
let key = '';

beforeAll(() => eventually(() => redis.status === 'ready'));
afterAll(() => closeRedis(redis));
beforeEach(() => {
  key = `${prefix}:several-${randomUUID()}`;
});

const send = { configurationSet: 'news', senderProfileId: '0190a1b2-0000-7000-8000-000000000001' };
const account = { kind: 'account' } as const;
const set = { kind: 'configuration_set', name: send.configurationSet } as const;
const sender = { kind: 'sender_profile', id: send.senderProfileId } as const;
const reason = 'not_permitted';
const free: ClaimResult = { kind: 'gone' };
const lasting = { forMs: 600_000, maxMs: 600_000 };

/** The claim in words: what holds reach is held by the one that lasts the longest. What none does may be had, which says nothing here. */
const claims: Pick<ClaimStore, 'claim'> = {
  claim: async (requests, { held = [] }) => {
    const [hold] = held
      .filter((one) => one.configurationSet === 'news' || one.senderProfileId === send.senderProfileId)
      .toSorted((a, b) => b.waitMs - a.waitMs);
    const result: ClaimResult =
      hold === undefined
        ? free
        : { kind: 'held', scope: hold.scope, workspaceId: 'any', waitMs: hold.waitMs };
    return new Map(requests.map(({ leaseToken }) => [leaseToken, result]));
  },
};

/** A send of a test key. */
const simulated = 'simulated';

/** A worker that shares its holds with the others, and claims one send at a time. */
function aWorker() {
  const holds = createHolds({ redis, key });
  const pacer = { blockedMs: () => 0, isBusy: () => false };
  const isSimulated = async (sendId: string) => sendId === simulated;
  const logger = createLogger({ service: 'test', level: 'silent' });
  const gate = createHoldGate({ holds, pacer, isSimulated, suspendedFailAfterMs: 600_000, logger });
  const claim = claimInGroups({
    ...{ claims, holds: gate, pacer, accountId: null, leaseMs: 30_000, worker: 'test' },
    metrics: createWorkerMetrics(),
    onClaimed: () => undefined,
    giveBack: () => undefined,
  });
  return {
    holds,
    gate,
    claim: (sendId: string) => claim({ sendId, epoch: 0, leaseToken: randomUUID() }),
    isHeld: (id: string) => gate.isHeld({ id, ...send }),
    scopes: async () => (await holds.refresh()).map(({ scope }) => scope).toSorted(),
  };
}

type Worker = ReturnType<typeof aWorker>;

/** Places holds whose waits are over. */
async function over(worker: Worker, scopes: readonly Hold['scope'][]): Promise<void> {
  for (const scope of scopes) await worker.holds.place({ scope, reason, ...lasting });
  for (const scope of await worker.scopes()) await worker.holds.endWait(scope);
}

describe('two holds that reach the same send', () => {
  test('are tried by it together, and both are lifted when SES takes it', async () => {
    const worker = aWorker();
    await over(worker, [set, sender]);
    expect(await worker.claim('trial')).toEqual(free);
    expect([worker.isHeld('trial'), worker.isHeld('another')]).toEqual([false, true]);
    expect(await worker.claim('another')).toMatchObject({ kind: 'held' });
    worker.gate.accepted('trial');
    await worker.gate.leave('trial');
    expect(await worker.scopes()).toEqual([]);
  });

  test('stay, the refused one for its wait and the other open to the next, when SES refuses it for one', async () => {
    const worker = aWorker();
    await over(worker, [set, sender]);
    await worker.claim('trial');
    await worker.gate.place({ scope: set, reason, ...lasting }, null);
    await worker.gate.leave('trial');
    expect(await worker.scopes()).toHaveLength(2);
    expect(await worker.claim('next')).toMatchObject({ kind: 'held', scope: 'configuration_set:news' });
    expect(await worker.holds.enter(`sender_profile:${sender.id}`, 'of another set')).toBe(true);
  });

  test('are left by a send that finds one of them tried elsewhere, and tried together by the next', async () => {
    const [one, other] = [aWorker(), aWorker()];
    await over(one, [set, sender]);
    await other.scopes();
    const [first = '', last = ''] = other.holds.heldSends().map(({ scope }) => scope);
    expect(await one.holds.enter(last, 'tries one alone')).toBe(true);
    expect(await other.claim('waits')).toMatchObject({ kind: 'held', scope: last });
    expect(other.holds.isTrial(first, 'waits')).toBe(true);
    await other.gate.leave('waits');
    await one.gate.leave('tries one alone');
    await other.scopes();
    expect(await other.claim('trial')).toEqual(free);
  });
});

test('the hold of the account as a third is lifted with them', async () => {
  const worker = aWorker();
  await over(worker, [account, set, sender]);
  await worker.gate.admit('trial', new AbortController().signal);
  expect(await worker.claim('trial')).toEqual(free);
  expect(worker.isHeld('trial')).toBe(false);
  worker.gate.accepted('trial');
  await worker.gate.leave('trial');
  expect(await worker.scopes()).toEqual([]);
});

test('a send of a test key passes the hold of the account, whose trial it leaves to the next', async () => {
  const worker = aWorker();
  const { signal } = new AbortController();
  await over(worker, [account]);
  await worker.gate.admit(simulated, signal);
  expect(worker.holds.isTrial('account', simulated)).toBe(false);
  await worker.gate.admit('trial', signal);
  expect(worker.holds.isTrial('account', 'trial')).toBe(true);
  await worker.gate.admit(simulated, signal);
  await worker.gate.leave(simulated);
  expect(await worker.scopes()).toEqual(['account']);
});
