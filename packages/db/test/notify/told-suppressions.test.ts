import { beforeEach, expect, test } from '@jest/globals';
import { createResourceStores, TidyStore } from '../../src/index.ts';
import { fileDatabase } from '../file-database.ts';
import { anEndpoint, ownerOf, toldOf, writtenOf } from './notices.ts';

const database = fileDatabase(5);

beforeEach(async () => {
  await database.prisma.webhookEndpoint.deleteMany({});
  await database.prisma.webhookNotice.deleteMany({});
  await anEndpoint(database.prisma, await ownerOf(database.prisma));
});

test('it is told that an address is suppressed, and no longer, and nothing that changes nothing', async () => {
  const { workspaceId } = await ownerOf(database.prisma);
  const { suppressions } = createResourceStores(database.prisma);
  await suppressions.put(workspaceId, { email: 'a@example.com', reason: 'Manual' });
  // Of what became so within the millisecond nobody could tell that it was so before.
  await database.prisma.$executeRaw`UPDATE suppressions SET created_at = created_at - interval '1 second'`;
  await suppressions.put(workspaceId, { email: 'a@example.com', reason: 'Bounce' });
  const both = ['a@example.com', 'b@example.com'].map((email) => ({ email, reason: 'Bounce' as const }));
  expect(await suppressions.addMany(workspaceId, both)).toBe(1);
  expect(await suppressions.remove(workspaceId, 'a@example.com')).toBe(true);
  expect(await suppressions.remove(workspaceId, 'a@example.com')).toBe(false);
  expect(await toldOf(database.prisma, null)).toEqual([
    'suppression.added',
    'suppression.added',
    'suppression.removed',
  ]);
  expect((await writtenOf(database.prisma, null))[0]).toMatchObject({
    facts: { email: 'a@example.com', reason: 'Manual' },
  });
});

test('it is told that a suppression has ended, by itself or for whoever lifts it then, but not of one that is there anew', async () => {
  const { prisma } = database;
  const { workspaceId } = await ownerOf(prisma);
  const { suppressions } = createResourceStores(database.prisma);
  const over = { reason: 'Bounce' as const, expiresAt: new Date(0) };
  const [ended, lifted, anew, erased] = ['ended', 'lifted', 'anew', 'erased:0'].map(
    (name) => `${name}@example.com`,
  );
  await prisma.suppression.createMany({
    data: [ended, lifted, anew, erased].map((email = '') => ({
      workspaceId,
      email,
      emailKey: email,
      ...over,
    })),
  });
  await suppressions.put(workspaceId, { email: anew ?? '', reason: 'Manual' });
  expect(await suppressions.remove(workspaceId, lifted ?? '')).toBe(false);
  await new TidyStore(prisma).tidy();
  const written = await writtenOf(prisma, null);
  expect(written.map(({ type, facts }) => ({ type, facts }))).toEqual([
    { type: 'suppression.added', facts: { email: anew, reason: 'Manual' } },
    { type: 'suppression.removed', facts: { email: lifted, reason: 'Bounce' } },
    { type: 'suppression.removed', facts: { email: ended, reason: 'Bounce' } },
  ]);
});
