import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import type { PrismaClient } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import { type Json, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, anItem } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

type Transaction = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0];
class RolledBack extends Error {}

const waitingBackends = async () => {
  const [row] = await api.prisma.$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return row?.waiting ?? 0;
};

/** As many as do not share a statement with others, which could not cross. */
const names = 'abcdefghijklmno'.split('');
const middle = 7;

/**
 * Posts two batches that want the same rows in opposite orders, while a transaction holds the middle
 * one until both wait; then it is rolled back. In an order of their own each of them would by then hold what
 * the other wants next.
 */
async function cross(
  items: readonly Json[],
  others: readonly Json[],
  hold: (tx: Transaction) => Promise<unknown>,
) {
  let answers: ReturnType<TestWorkspace['batch']>[] = [];
  const held = api.prisma.$transaction(
    async (tx) => {
      await hold(tx);
      answers = [workspace.batch(items), workspace.batch(others.toReversed())];
      await eventually(async () => (await waitingBackends()) === 2, { what: 'Both batches waiting' });
      throw new RolledBack();
    },
    { timeout: 20_000 },
  );
  await expect(held).rejects.toThrow(RolledBack);
  return (await Promise.all(answers)).map(({ accepted }) => accepted);
}

test('batches that want the same keys in opposite orders wait for each other, and cannot deadlock', async () => {
  const keys = names.map((name) => `${name}-${randomUUID()}`);
  const items = keys.map((idempotencyKey) => anItem({ templateId, idempotencyKey }));
  const { id } = await accept(workspace, anItem({ templateId }));
  const taken = JSON.stringify({ id: newId(), idempotency_key: keys[middle] });
  const accepted = await cross(
    items,
    items,
    (tx) => tx.$executeRaw`
      INSERT INTO email_sends SELECT (jsonb_populate_record(s, ${taken}::jsonb)).*
      FROM email_sends s WHERE s.id = ${id}::uuid`,
  );
  expect(accepted).toEqual([names.length, names.length]);
  expect(await api.prisma.emailSend.count({ where: { idempotencyKey: { in: keys } } })).toBe(names.length);
});

const newcomers: readonly (readonly [string, (name: string) => { externalId?: string; email: string }])[] = [
  ['external ids', (name) => ({ externalId: `${name}-id`, email: `${name}-with-id@example.com` })],
  ['addresses', (name) => ({ email: `${name}-alone@example.com` })],
];

test.each(newcomers)('nor can batches that make the same profiles, by %s', async (_by, newcomer) => {
  const people = names.map(newcomer);
  const someItems = () => people.map((to) => anItem({ templateId, to }));
  const taken = people[middle];
  const accepted = await cross(someItems(), someItems(), (tx) =>
    tx.profile.create({
      data: {
        id: newId(),
        workspaceId: workspace.id,
        externalId: taken?.externalId ?? null,
        email: taken?.email ?? null,
        emailKey: taken?.email ?? null,
      },
    }),
  );
  expect(accepted).toEqual([names.length, names.length]);
  const where = { workspaceId: workspace.id, email: { in: people.map(({ email }) => email) } };
  expect(await api.prisma.profile.count({ where })).toBe(names.length);
});
