import { expect, test } from '@jest/globals';
import { NoticeLogStore, NoticeStore, type PrismaClient, WebhookEndpointStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, aWorkspace } from './notices.ts';

const database = fileDatabase(2);

/** The same client, which does something first whenever a statement that only changes rows is about to run. */
const doingFirst = (prisma: PrismaClient, first: () => Promise<unknown>): PrismaClient =>
  new Proxy(prisma, {
    get: (target, name) =>
      name === '$executeRaw'
        ? async (...asked: Parameters<PrismaClient['$executeRaw']>) => {
            await first();
            return target.$executeRaw(...asked);
          }
        : Reflect.get(target, name),
  });

test('what waits for an endpoint that is enabled just before it would be given up goes out', async () => {
  const owner = await aWorkspace(database.prisma);
  const id = await anEndpoint(database.prisma, owner);
  const endpoints = new WebhookEndpointStore(database.prisma);
  const enable = (enabled: boolean) => endpoints.update({ ...owner, id }, { enabled });
  await new NoticeLogStore(database.prisma).addTest({ ...owner, id }, { type: 'email.sent', facts: {} });
  await enable(false);
  const enabling = doingFirst(database.prisma, () => enable(true));
  const store = (prisma: PrismaClient) => new NoticeStore(prisma, { leaseMs: 60_000 });
  expect(await store(enabling).claim(id, 10)).toEqual({ kind: 'closed', ended: 0 });
  expect(await store(database.prisma).claim(id, 10)).toMatchObject({
    kind: 'claimed',
    notices: [{ attempt: 1 }],
  });
});
