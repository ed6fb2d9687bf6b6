import { expect, test } from '@jest/globals';
import { planLoad } from '../../src/load/plan-load.ts';
import { mixedKinds } from '../../src/load/plan-sends.ts';
import type { Workspace } from '../../src/nouns/workspace.ts';

const aWorkspace = (id: string): Workspace => ({
  id,
  name: id,
  sender: `orders@${id}.example`,
  key: `key-of-${id}`,
  templateId: 'template',
  poisonTemplateIds: ['poison', 'more', 'most'],
  openGroupId: 'open',
  closedGroupId: 'closed',
});
const workspaces = [aWorkspace('a'), aWorkspace('b')];
const aPlan = {
  workspaces,
  policy: 'resend',
  startAtMs: 1_000,
  overMs: 10_000,
  poisonShare: 0,
  poisoner: 'both',
  erasedShare: 0,
  sendsPerRequest: null,
  label: 'load',
} as const;
const wanted = ['incomplete', 'refused', 'reused'] as const;
const everyKind = [...mixedKinds, ...wanted, 'plain', 'poison'] as const;

test('the same seed plans the same load, and another seed another', () => {
  const planned = (seed: number) => JSON.stringify(planLoad({ ...aPlan, seed, sends: 500 }));
  expect(planned(7)).toBe(planned(7));
  expect(planned(7)).not.toBe(planned(8));
});

test.each([1, 2, 3, 4, 5])('a small load has every kind of sends, too (seed %d)', (seed) => {
  const requests = planLoad({ ...aPlan, seed, sends: 50, poisonShare: 0.01 });
  const all = requests.flatMap(({ sends, next }) => [...sends, ...(next?.sends ?? [])]);
  const kinds = new Set(all.map(({ log }) => log.kind));
  expect(everyKind.filter((kind) => !kinds.has(kind))).toEqual([]);
});

test('a workspace that poisons does so alone, with many templates', () => {
  const requests = planLoad({ ...aPlan, seed: 3, sends: 1_000, poisonShare: 0.5, poisoner: 'second' });
  const poison = requests.flatMap(({ sends }) => sends).filter(({ log }) => log.kind === 'poison');
  expect(poison.length).toBeGreaterThan(20);
  expect(new Set(poison.map(({ log }) => log.workspaceId))).toEqual(new Set(['b']));
  expect(new Set(poison.map(({ body }) => body.templateId))).toEqual(new Set(['poison', 'more', 'most']));
});

test('requests hold as many sends as they are told to', () => {
  const requests = planLoad({ ...aPlan, seed: 3, sends: 1_000, sendsPerRequest: 5 });
  expect(requests.length).toBeGreaterThanOrEqual(200);
  expect(Math.max(...requests.map(({ sends }) => sends.length))).toBe(5);
});

test('a load has as many sends as were asked for, every kind of them, and the same keys in both workspaces', () => {
  const requests = planLoad({ ...aPlan, seed: 3, sends: 2_000 });
  const logs = requests.flatMap(({ sends }) => sends.map(({ log }) => log));
  expect(logs.filter(({ kind }) => kind !== 'refused')).toHaveLength(2_000);
  const kinds = new Set(
    [...logs, ...requests.flatMap(({ next }) => next?.sends.map(({ log }) => log) ?? [])].map(
      ({ kind }) => kind,
    ),
  );
  for (const kind of [
    ...wanted,
    'plain',
    'copied',
    'hostile',
    'scheduled',
    'canceled',
    'suppressed',
    'unsubscribed',
  ])
    expect(kinds).toContain(kind);
  const keysOf = (id: string) =>
    new Set(logs.filter(({ workspaceId }) => workspaceId === id).map(({ key }) => key));
  const shared = [...keysOf('b')].filter((key) => keysOf('a').has(key));
  expect(shared.length).toBeGreaterThan(100);
});

test('no key of one workspace stands for two wishes, but for those that come again with another body', () => {
  const requests = planLoad({ ...aPlan, seed: 5, sends: 3_000 });
  const names = requests.flatMap(({ sends }) => sends.map(({ log }) => `${log.workspaceId} ${log.key}`));
  expect(new Set(names).size).toBe(names.length);
});

test('requests are spread over the time and hold no more than the API takes', () => {
  const requests = planLoad({ ...aPlan, seed: 1, sends: 20_000 });
  expect(Math.max(...requests.map(({ sends }) => sends.length))).toBeLessThanOrEqual(100);
  expect(requests[0]?.atMs).toBe(1_000);
  expect(requests.at(-1)?.atMs).toBeGreaterThan(10_500);
});

test('half of the canceled sends wait for a time, and every send names its workspace to SES', () => {
  const logs = planLoad({ ...aPlan, seed: 9, sends: 5_000 }).flatMap(({ sends }) =>
    sends.map(({ log }) => log),
  );
  const canceled = logs.filter(({ kind }) => kind === 'canceled');
  const waiting = canceled.filter(({ scheduledAtMs }) => scheduledAtMs !== null);
  const share = waiting.length / canceled.length;
  expect(share > 0.3 && share < 0.7).toBe(true);
  for (const { workspaceId, from, subject, recipients, kind } of logs) {
    expect(from).toBe(`orders@${workspaceId}.example`);
    expect(subject).toContain(`Hello ${workspaceId} leakmark-${workspaceId}-`);
    if (kind !== 'suppressed') expect(recipients[0]).toMatch(new RegExp(`^([a-z]+\\+)?${workspaceId}\\.`));
  }
  expect(new Set(logs.map(({ subject }) => subject)).size).toBe(logs.length);
});
