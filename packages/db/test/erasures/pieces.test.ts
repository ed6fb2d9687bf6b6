import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { ErasureStore } from '../../src/index.ts';
import { aQueuedSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';
import { ownerOf } from '../notify/notices.ts';
import { erasing } from './erasing.ts';

const database = fileDatabase(5);

let serial = 0;
const anAddress = () => `ada-${++serial}@example.com`;

const aBody = async (email: string) => ({
  id: newId(),
  workspaceId: (await ownerOf(database.prisma)).workspaceId,
  kind: 'literal' as const,
  contentHash: new Uint8Array(randomBytes(32)),
  subject: '',
  html: `<p>${email}</p>`,
});

/** By the table that a piece changes, what makes a row of it that names the person. */
const rows: Record<string, (email: string, workspaceId: string) => Promise<unknown>> = {
  email_sends: (email) => aQueuedSend(database, { to: { email, name: null } }),
  template_snapshots: async (email) => database.prisma.templateSnapshot.create({ data: await aBody(email) }),
  webhook_notices: (email, workspaceId) =>
    database.prisma.webhookNotice.create({
      data: { id: newId(), workspaceId, endpointId: newId(), type: 'suppression.added', facts: { email } },
    }),
  suppressions: (email, workspaceId) => {
    const other = anAddress();
    const suppressed = { email: other, emailKey: other, reason: 'Manual' as const };
    return database.prisma.suppression.create({ data: { workspaceId, ...suppressed, note: `As ${email}` } });
  },
  templates: async (email, workspaceId) => {
    const { id: currentSnapshotId } = await database.prisma.templateSnapshot.create({
      data: await aBody(anAddress()),
    });
    const content = { name: 'A template', subject: 'Hello', html: '<p>Hello</p>', currentSnapshotId };
    return database.prisma.template.create({
      data: { id: newId(), workspaceId, ...content, sampleData: { email } },
    });
  },
  bulk_actions: (email, workspaceId) =>
    database.prisma.action.create({
      data: {
        state: 'stopped',
        matchedIsEstimate: false,
        id: newId(),
        workspaceId,
        simulated: false,
        action: 'cancel',
        filter: { to: email },
        matched: 0,
      },
    }),
};

/** Ends statements that change more than two rows of a table, as those take too long whose rows are large. */
async function endLargeStatements(table: string): Promise<void> {
  const { prisma } = database;
  await prisma.$executeRawUnsafe(`
    CREATE OR REPLACE FUNCTION end_large_statements() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF (SELECT count(*) FROM changed) > 2 THEN
        RAISE EXCEPTION USING ERRCODE = '57014', MESSAGE = 'canceling statement due to statement timeout';
      END IF;
      RETURN NULL;
    END $$`);
  for (const change of ['UPDATE', 'DELETE']) {
    await prisma.$executeRawUnsafe(`
      CREATE TRIGGER end_large_${change} AFTER ${change} ON ${table} REFERENCING OLD TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION end_large_statements()`);
  }
}

async function namedIn(table: string, email: string): Promise<number> {
  const found = await database.prisma.$queryRawUnsafe<unknown[]>(
    `SELECT FROM ${table} t WHERE strpos(t::text, $1) > 0`,
    email,
  );
  return found.length;
}

test.each(Object.keys(rows))(
  'an erasure that meets rows of %s which are too large for a usual piece takes fewer at once',
  async (table) => {
    const { prisma } = database;
    const { workspaceId } = await ownerOf(prisma);
    const email = anAddress();
    for (let made = 0; made < 7; made += 1) await rows[table]?.(email, workspaceId);
    expect(await namedIn(table, email)).toBe(7);
    await endLargeStatements(table);
    const id = await erasing(database).ask(email);
    const store = new ErasureStore(prisma);

    await eventually(
      async () => {
        await prisma.erasure.updateMany({ data: { notBefore: new Date(0) } });
        await store.eraseNext(0);
        return (await prisma.erasure.findUniqueOrThrow({ where: { id } })).stage === 'done';
      },
      { what: 'the erasure to be done', intervalMs: 1, timeoutMs: 20_000 },
    );

    expect(await namedIn(table, email)).toBe(0);
  },
);
