import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { ContentStore, DeliveryStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';

const database = fileDatabase(5);

async function aWorkspace(): Promise<string> {
  const { id } = await database.prisma.workspace.create({ data: { id: newId(), name: 'test' } });
  return id;
}

function someAttachments(count: number, bytes: number) {
  return Array.from({ length: count }, () => {
    const content = randomBytes(bytes);
    return { hash: createHash('sha256').update(content).digest('hex'), content };
  });
}

/** How many statements wrote the attachments of a workspace: each was a transaction of its own. */
async function countStatements(workspaceId: string): Promise<{ rows: number; statements: number }> {
  const [counts = { rows: 0, statements: 0 }] = await database.prisma.$queryRaw<
    { rows: number; statements: number }[]
  >`
    SELECT count(*)::int AS rows, count(DISTINCT xmin::text)::int AS statements
    FROM attachments WHERE workspace_id = ${workspaceId}::uuid`;
  return counts;
}

test('many small attachments are written 500 to a statement', async () => {
  const workspaceId = await aWorkspace();
  const contents = new ContentStore(database.sql);
  await contents.ensureAttachments(workspaceId, someAttachments(1_200, 20));
  expect(await countStatements(workspaceId)).toEqual({ rows: 1_200, statements: 3 });
});

test('large attachments are written alone, and come back as they were', async () => {
  const workspaceId = await aWorkspace();
  const attachments = someAttachments(3, 3 * 1024 * 1024);
  await new ContentStore(database.sql).ensureAttachments(workspaceId, attachments);
  expect(await countStatements(workspaceId)).toEqual({ rows: 3, statements: 3 });
  for (const { hash, content } of attachments) {
    const kept = await new DeliveryStore(database.prisma).findAttachment(workspaceId, hash);
    expect(content.equals(kept)).toBe(true);
  }
});

test('the same attachments at once, in any order, are kept once each', async () => {
  const workspaceId = await aWorkspace();
  const contents = new ContentStore(database.sql);
  const attachments = someAttachments(600, 100);
  const orders = Array.from({ length: 10 }, (_, at) => (at % 2 ? attachments : attachments.toReversed()));
  await Promise.all(orders.map((order) => contents.ensureAttachments(workspaceId, order)));
  expect((await countStatements(workspaceId)).rows).toBe(600);
});
