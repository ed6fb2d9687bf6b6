import { expect, test } from '@jest/globals';
import type { NowSources, Viewer } from './now-sources.ts';
import { createNowReader } from './read-now.ts';

const id = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const owner: Viewer = { workspaceId: id, isSimulated: false, seesMail: true, isOperator: false };
const operator: Viewer = { ...owner, seesMail: false, isOperator: true };
const minute = Math.floor(Date.now() / 60_000);

const queued = (workspaceId: string, count: number, oldestDueSeconds: number | null = null) => ({
  workspaceId,
  isSimulated: false,
  status: 'Queued',
  lane: 'transactional',
  count,
  oldestDueSeconds,
  inDoubt: 0,
});

const answering: NowSources = {
  operations: {
    countAccepted: async (from, below) => ({ from, minutes: [{ minute: below - 2, count: 3 }] }),
    countBacklogOf: async () => [queued(id, 7_000, 5), queued('other', 2, 9)],
    findByCause: async () => ({ causes: [], isPartial: false }),
    findCausesOfAll: async () => ({ causes: [], isPartial: false }),
    findLastEvent: async () => null,
    findAccountsOf: async () => [],
    findHoldScopes: async () => new Map([['sender_profile:a', 'Acme']]),
  },
  queue: { throughput: async () => ({ firstMinute: minute - 59, completed: [1, 2], failed: [0, 1] }) },
  roll: { list: async () => [] },
  smtpRoll: { list: async () => [] },
  holds: { refresh: async () => [] },
  sendRate: { find: async () => ({ recipientsPerSecond: 5 }) },
  accounts: { list: async () => [] },
  workspaces: { isOnlyOne: async () => true },
};
const away = () => Promise.reject(new Error('away'));
const withoutPostgres: NowSources = {
  ...answering,
  operations: {
    countAccepted: away,
    countBacklogOf: away,
    findByCause: away,
    findCausesOfAll: away,
    findLastEvent: away,
    findAccountsOf: away,
    findHoldScopes: away,
  },
  sendRate: { find: away },
  accounts: { list: away },
  workspaces: { isOnlyOne: away },
};
const withoutRedis: NowSources = {
  ...answering,
  queue: { throughput: away },
  roll: { list: away },
  smtpRoll: { list: away },
};

async function seen(sources: NowSources, viewer: Viewer = operator) {
  const reader = createNowReader(sources);
  await reader.count([viewer]);
  return (await reader.look()).of(viewer);
}

test('without PostgreSQL what Redis knows is told, what it does not is not known, and nobody says that Redis is away', async () => {
  expect(await seen(withoutPostgres)).toMatchObject({
    silent: ['PostgreSQL'],
    throughput: { finished: [1, 2], failed: [0, 1] },
    waiting: null,
    backlogs: null,
    failures: null,
    workers: [],
    holds: [],
    lastEvent: null,
  });
  const { throughput } = await seen(withoutPostgres);
  expect(new Set(throughput?.accepted)).toEqual(new Set([null]));
});

test('without Redis what PostgreSQL counts is told, and holds that were known before are not taken for those of now', async () => {
  const now = await seen(withoutRedis);
  expect(now).toMatchObject({ silent: ['Redis'], workers: null, smtp: null, holds: null, accounts: null });
  expect(now.throughput).toMatchObject({ finished: null, failed: null });
  // A minute may have begun since they were counted.
  expect(now.throughput?.accepted.slice(-2)).toContain(3);
  expect(now.waiting?.[2]).toMatchObject({ status: 'Queued', count: 7_002, oldestDueSeconds: 9 });
  expect(now.lastEvent).toBe('none');
});

test('a hold is told of without the names that PostgreSQL has, and where it cannot be told whose it is, that is not known', async () => {
  const held = (scope: string) => ({ scope, reason: 'quota_spent', heldForMs: 2_000 });
  const shown = async (viewer: Viewer, scopes: readonly string[]) => {
    const holds = { refresh: async () => scopes.map(held) };
    return (await seen({ ...withoutPostgres, holds }, viewer)).holds?.map(({ name }) => name);
  };
  expect(await shown(owner, ['account', 'sender_profile:a'])).toEqual(['The SES account']);
  expect(await shown(owner, ['sender_profile:a'])).toBeUndefined();
  expect(await shown(operator, ['account:x', 'sender_profile:a'])).toEqual(['An SES account']);
  expect(await shown({ ...operator, isHost: true }, ['sender_profile:a'])).toEqual(['sender_profile:a']);
});

test('who saw the installation as the only workspace does so while PostgreSQL is away', async () => {
  let isAway = false;
  const workspaces = { isOnlyOne: () => (isAway ? away() : Promise.resolve(true)) };
  const reader = createNowReader({ ...answering, workspaces });
  await reader.count([owner]);
  await reader.look();
  isAway = true;
  expect((await reader.look()).of(owner)).toMatchObject({ silent: ['PostgreSQL'], seesInstallation: true });
});

test('operators are told what is not finished of each workspace, however much it is', async () => {
  expect((await seen(answering)).backlogs).toEqual([
    { workspaceId: id, scheduled: 0, queued: 7_000, processing: 0 },
    { workspaceId: 'other', scheduled: 0, queued: 2, processing: 0 },
  ]);
  const own = await seen(answering, owner);
  expect(own.backlogs).toBeNull();
  expect(own.waiting?.[2]).toMatchObject({ status: 'Queued', count: 7_000 });
});
