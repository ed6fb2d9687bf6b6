import { readFile } from 'node:fs/promises';
import { beforeEach, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { runSql } from '@postroom/testkit';
import { RateStore, SendChangeStore, WorkspaceStore } from '../src/index.ts';
import { aQueuedSend } from './a-send.ts';
import { fileDatabase } from './file-database.ts';

const database = fileDatabase(4);

beforeEach(async () => {
  await database.prisma.emailSend.deleteMany();
});

const fromNow = (ms: number) => new Date(Date.now() + ms);

async function made(status: 'Queued' | 'Processing' | 'Sent' | 'Scheduled', nextAttemptAt: Date) {
  const id = await aQueuedSend(database);
  await database.prisma.emailSend.update({ where: { id }, data: { status, nextAttemptAt } });
  return id;
}

/** The statements that operating.md says to run after a restore, in their order. */
async function documented(): Promise<readonly string[]> {
  const page = await readFile(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const [, section = ''] = /^## Backup and restore$(.*?)^## /ms.exec(page) ?? [];
  return [...section.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, statement = '']) => statement);
}

/** Runs what operating.md says to run, with another moment in place of the one that it says to replace. */
async function runDocumented(stoppedAt: Date | null): Promise<(id: string) => string | undefined> {
  const [statement = ''] = await documented();
  const [first = '', ...rest] = statement.split('\n');
  expect(first).toContain('now() AS stopped_at');
  const moment = stoppedAt === null ? 'now()' : `timestamptz '${stoppedAt.toISOString()}'`;
  await runSql(database.directUrl, [first.replace('now()', moment), ...rest].join('\n'));
  const found = await database.prisma.emailSend.findMany({ select: { id: true, status: true } });
  const statusOf = new Map(found.map(({ id, status }) => [id, status]));
  return (id) => statusOf.get(id);
}

test('what operating.md says to run after a restore fails what was due, and leaves the rest; it can be retried', async () => {
  const at = fromNow(-60_000);
  const due = [await made('Queued', at), await made('Processing', at), await made('Scheduled', at)];
  const later = await made('Scheduled', fromNow(3_600_000));
  const sent = await made('Sent', at);
  const statusOf = await runDocumented(null);
  expect(due.map(statusOf)).toEqual(['Failed', 'Failed', 'Failed']);
  expect([later, sent].map(statusOf)).toEqual(['Scheduled', 'Sent']);
  const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
  const [id = ''] = due;
  const retried = await new SendChangeStore(database.prisma).retry(
    { workspaceId, isSimulated: false, id },
    { epoch: 0, sender: null },
  );
  expect(retried).toMatchObject({ isChanged: true, send: { status: 'Queued' } });
});

test('what was due after the backup and before the last old worker stopped fails; what nobody could have sent since does not', async () => {
  const beforeTheCrash = await made('Scheduled', fromNow(-3_600_000));
  const afterIt = await made('Scheduled', fromNow(-600_000));
  const statusOf = await runDocumented(fromNow(-1_800_000));
  expect([beforeTheCrash, afterIt].map(statusOf)).toEqual(['Failed', 'Scheduled']);
});

test('what operating.md says to run then signs everybody out, and holds marketing mail until it is resumed', async () => {
  const { prisma } = database;
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const rates = new RateStore(prisma);
  const hash = new Uint8Array(32);
  const key = await prisma.apiKey.create({
    data: { id: newId(), workspaceId, name: 'a', hash, prefix: 'sk', scopes: [], mode: 'live' },
  });
  await prisma.dashboardSession.create({
    data: { hash, apiKeyId: key.id, expiresAt: fromNow(60_000) },
  });
  const [, then = ''] = await documented();
  for (let time = 0; time < 2; time += 1) {
    await runSql(database.directUrl, then);
    expect(await rates.countPaused()).toEqual([
      { scope: 'workspace', count: await prisma.workspace.count() },
    ]);
    await rates.resume(workspaceId, { isOfWorkspace: true });
    expect(await rates.countPaused()).toEqual([]);
  }
  expect(await prisma.dashboardSession.count()).toBe(0);
});
