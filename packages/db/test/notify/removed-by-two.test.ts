import { expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { NoticeStore, WebhookEndpointStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, ownerOf } from './notices.ts';

const database = fileDatabase(4);

test('two workers that remove a deleted endpoint at once leave none of its notices behind', async () => {
  const { prisma } = database;
  const owner = await ownerOf(prisma);
  const id = await anEndpoint(prisma, owner);
  // More than one piece.
  await prisma.$executeRaw`
    INSERT INTO webhook_notices (id, workspace_id, endpoint_id, type)
    SELECT gen_random_uuid(), ${owner.workspaceId}::uuid, ${id}::uuid, 'email.sent' FROM generate_series(1, 501)`;
  await new WebhookEndpointStore(prisma).remove({ ...owner, id });
  await prisma.$executeRaw`UPDATE webhook_endpoints SET deleted_at = deleted_at - interval '61 s'`;
  const removeWith = (client: typeof prisma | Parameters<Parameters<typeof prisma.$transaction>[0]>[0]) =>
    new NoticeStore(client, { leaseMs: 60_000 }).removeDeleted();
  const { other } = await prisma.$transaction(async (transaction) => {
    await removeWith(transaction);
    const begun = removeWith(prisma);
    await eventually(async () => {
      const [row] = await prisma.$queryRaw<{ readonly waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return row?.waiting === 1;
    });
    return { other: begun };
  });
  expect(await other).toBe(true);
  while (await removeWith(prisma));
  expect([await prisma.webhookNotice.count(), await prisma.webhookEndpoint.count()]).toEqual([0, 0]);
});
