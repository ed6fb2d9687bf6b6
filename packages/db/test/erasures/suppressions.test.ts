import { expect, test } from '@jest/globals';
import { createResourceStores, type Database, WorkspaceStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { erasing } from './erasing.ts';

let workspaceId: string;
const prepare = async ({ prisma }: Database) => {
  workspaceId = await new WorkspaceStore(prisma).ensureDefault();
};
const database = fileDatabase(5, prepare);

let serial = 0;
const anAddress = () => `ada-${++serial}@example.com`;
const suppress = (email: string) =>
  createResourceStores(database.prisma).suppressions.put(workspaceId, { email, reason: 'Manual' });
const found = (email: string) => createResourceStores(database.prisma).suppressions.find(workspaceId, email);

test('an address that is suppressed while its person is erased stays so, by its hash', async () => {
  const email = anAddress();
  const { ask, step, untilStage, meet } = erasing(database);
  await database.prisma.softBounce.create({ data: { workspaceId, emailKey: email, moments: [] } });
  await ask(email);
  await untilStage('people');
  await meet(
    (sql) => sql.run`SELECT FROM soft_bounces WHERE email_key = ${email} FOR UPDATE`,
    step,
    () => suppress(email),
  );
  expect(await found(email)).toMatchObject({ email: expect.stringMatching(/^erased:/), reason: 'Manual' });
});

test('a complaint that comes while its person is erased outlives the bounce that it follows', async () => {
  const email = anAddress();
  const { ask, step, untilStage, meet } = erasing(database);
  const inAnHour = new Date(Date.now() + 3_600_000);
  await database.prisma.suppression.create({
    data: { workspaceId, email, emailKey: email, reason: 'Bounce', origin: 'event', expiresAt: inAnHour },
  });
  await ask(email);
  await untilStage('people');
  await meet(
    (sql) =>
      sql.run`UPDATE suppressions SET reason = 'Complaint', expires_at = NULL WHERE email_key = ${email}`,
    step,
  );
  const left = await database.prisma.suppression.findMany({ where: { reason: 'Complaint' } });
  expect(left).toMatchObject([{ email: expect.stringMatching(/^erased:/), expiresAt: null }]);
});
