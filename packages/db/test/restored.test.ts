import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { runSql } from '@postroom/testkit';
import { SendChangeStore, WorkspaceStore } from '../src/index.ts';
import { aQueuedSend } from './a-send.ts';
import { fileDatabase } from './file-database.ts';

const database = fileDatabase(4);

test('what operating.md says to run after a restore fails what was due, and leaves the rest; it can be retried', async () => {
  const page = await readFile(new URL('../../../docs/operating.md', import.meta.url), 'utf8');
  const [, statement = ''] = /```sql\n([\s\S]*?)```/.exec(page) ?? [];
  const { prisma } = database;
  const at = new Date(Date.now() - 60_000);
  const made = async (status: 'Queued' | 'Processing' | 'Sent' | 'Scheduled', nextAttemptAt = at) => {
    const id = await aQueuedSend(database);
    await prisma.emailSend.update({ where: { id }, data: { status, nextAttemptAt } });
    return id;
  };
  const due = [await made('Queued'), await made('Processing'), await made('Scheduled')];
  const later = await made('Scheduled', new Date(Date.now() + 3_600_000));
  const sent = await made('Sent');
  await runSql(database.directUrl, statement);
  const statuses = await prisma.emailSend.findMany({ select: { id: true, status: true } });
  const statusOf = new Map(statuses.map(({ id, status }) => [id, status]));
  expect(due.map((id) => statusOf.get(id))).toEqual(['Failed', 'Failed', 'Failed']);
  expect([statusOf.get(later), statusOf.get(sent)]).toEqual(['Scheduled', 'Sent']);
  const workspaceId = await new WorkspaceStore(prisma).ensureDefault();
  const [id = ''] = due;
  const retried = await new SendChangeStore(prisma).retry(
    { workspaceId, isSimulated: false, id },
    { epoch: 0, sender: null },
  );
  expect(retried).toMatchObject({ isChanged: true, send: { status: 'Queued' } });
});
