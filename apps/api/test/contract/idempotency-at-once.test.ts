import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ItemsBatchResponse } from '@postroom/contracts';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { acceptedOf, anItem, atOnce, codeOf } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const someItems = (count: number) => Array.from({ length: count }, () => anItem({ templateId }));
const keysOf = (items: readonly Json[]) => items.map(({ idempotencyKey }) => String(idempotencyKey));
const rowsOf = (items: readonly Json[]) =>
  api.prisma.emailSend.findMany({
    where: { workspaceId: workspace.id, idempotencyKey: { in: keysOf(items) } },
  });
const idsByKey = ({ items }: ItemsBatchResponse) =>
  new Map(items.map((item) => [item.idempotencyKey, acceptedOf(item).send.id]));
const withoutReplayed = (answer: ItemsBatchResponse) => ({
  ...answer,
  items: answer.items.map((item) => ({ ...acceptedOf(item), replayed: null })),
});
/** How often each item was answered as new, over all answers. */
const firstTimes = (answers: readonly ItemsBatchResponse[]) =>
  answers.flatMap(({ items }) => items.filter((item) => !acceptedOf(item).replayed)).length;

test('50 equal batches at once: one row and one job per key, and 50 equal answers', async () => {
  const items = someItems(20);
  const jobs = await api.countJobs();
  const answers = await atOnce(50, () => workspace.batch(items));
  const [first] = answers.map(withoutReplayed);
  for (const answer of answers) expect(withoutReplayed(answer)).toEqual(first);
  expect(firstTimes(answers)).toBe(20);
  expect(await rowsOf(items)).toHaveLength(20);
  expect((await api.countJobs()) - jobs).toBe(20);
});

test('50 equal batches at once that make their profiles: one profile each', async () => {
  const items = Array.from({ length: 5 }, (_, at) =>
    anItem({ templateId, to: { externalId: `new-${at}`, email: `new-${at}@example.com` } }),
  );
  const answers = await atOnce(50, () => workspace.batch(items));
  expect(new Set(answers.map((answer) => JSON.stringify(withoutReplayed(answer)))).size).toBe(1);
  const profiles = { workspaceId: workspace.id, externalId: { startsWith: 'new-' } };
  expect(await api.prisma.profile.count({ where: profiles })).toBe(5);
});

test('30 crossing batches with the same keys in different orders: no deadlock, every caller gets the same ids', async () => {
  const items = someItems(30);
  const jobs = await api.countJobs();
  const answers = await atOnce(30, (at) =>
    workspace.batch([...items.slice(at), ...items.slice(0, at)].toReversed()),
  );
  const [first] = answers.map(idsByKey);
  for (const answer of answers) {
    expect(answer.accepted).toBe(30);
    expect(idsByKey(answer)).toEqual(first);
  }
  expect(firstTimes(answers)).toBe(30);
  expect(await rowsOf(items)).toHaveLength(30);
  expect((await api.countJobs()) - jobs).toBe(30);
});

test('overlapping batches at once share the sends of the keys they share', async () => {
  const items = someItems(40);
  const answers = await atOnce(30, (at) => workspace.batch(items.slice(at, at + 10)));
  const ids: ReturnType<typeof idsByKey> = new Map();
  for (const [key, id] of answers.flatMap((answer) => [...idsByKey(answer)])) {
    expect(ids.get(key) ?? id).toBe(id);
    ids.set(key, id);
  }
  expect(firstTimes(answers)).toBe(ids.size);
});

test('the same key for 20 different requests at once: one is accepted, 19 are rejected', async () => {
  const item = anItem({ templateId });
  const answers = await atOnce(20, (at) => workspace.batch([{ ...item, subject: `Subject ${at}` }]));
  const codes = answers.flatMap(({ items }) => items.map(codeOf)).toSorted();
  expect(codes).toEqual(['accepted', ...Array.from({ length: 19 }, () => 'idempotency_key_reuse')]);
  expect(await rowsOf([item])).toHaveLength(1);
});

test('two workspaces with the same keys at once do not touch each other', async () => {
  const other = await api.makeWorkspace();
  const theirTemplate = await other.aTemplate();
  const items = someItems(10);
  const [mine, theirs] = await Promise.all([
    atOnce(5, () => workspace.batch(items)),
    atOnce(5, () => other.batch(items.map((item) => ({ ...item, templateId: theirTemplate })))),
  ]);
  expect([firstTimes(mine), firstTimes(theirs)]).toEqual([10, 10]);
});

test('requests of one send each at once: one row for a key that several have, and one that is wrong spoils no other', async () => {
  const jobs = await api.countJobs();
  const [same = {}, ...others] = someItems(11);
  const unknown = someItems(5).map((item) => ({ ...item, templateId: workspace.id }));
  const changed = { ...same, subject: 'Another' };
  const items = [same, ...others, ...unknown, same, same, changed];
  const answers = await atOnce(items.length, (at) => workspace.batch([items[at] ?? {}]));
  const codes = answers.flatMap((answer) => answer.items.map(codeOf));
  expect(codes.slice(1, 11)).toEqual(others.map(() => 'accepted'));
  expect(codes.slice(11, 16)).toEqual(unknown.map(() => 'not_found'));
  const ofKey = [codes[0], ...codes.slice(16)];
  expect([...new Set(ofKey)].toSorted()).toEqual(['accepted', 'idempotency_key_reuse']);
  expect(firstTimes(answers.filter(({ accepted }) => accepted > 0))).toBe(11);
  const rows = await rowsOf([same, ...others]);
  expect(rows).toHaveLength(11);
  const batchIds = rows.flatMap(({ batchId }) => batchId ?? []);
  expect(await api.prisma.batch.count({ where: { id: { in: batchIds } } })).toBe(11);
  expect((await api.countJobs()) - jobs).toBe(11);
});
