import { beforeAll, expect, test } from '@jest/globals';
import { type BatchToWrite, type NewSend, newId, shareStatements } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { ContentStore, DirectoryStore, isOfAllRequests, SendStore } from '../../src/index.ts';
import { aNewSend } from '../a-send.ts';
import { fileDatabase } from '../file-database.ts';

const connections = 5;
const database = fileDatabase(connections);

let workspaceId = '';
let snapshotId = '';
beforeAll(async () => {
  const { prisma } = database;
  ({ id: workspaceId } = await prisma.workspace.create({ data: { id: newId(), name: 'test' } }));
  ({ id: snapshotId } = await prisma.templateSnapshot.create({
    data: { id: newId(), workspaceId, kind: 'template', contentHash: new Uint8Array(32), subject: 's' },
  }));
});

/** A batch of one send. */
function aWrite(idempotencyKey: string, overrides: Partial<NewSend> = {}): BatchToWrite {
  const send = aNewSend({ idempotencyKey, snapshotId, ...overrides });
  const batch = { id: newId(), workspaceId, isSimulated: send.simulated, dialect: 'items' as const };
  return { batch: { ...batch, total: 1, rejected: 0 }, sends: [send] };
}

const idOf = ({ sends: [send] }: BatchToWrite) => send?.id ?? '';

/** Stores whose requests share statements, as an API has them. */
const shared = () =>
  shareStatements(
    {
      sends: new SendStore(database),
      contents: new ContentStore(database.sql),
      directory: new DirectoryStore(database.sql, { refusesFlagged: false }),
      queue: { enqueue: async () => true },
    },
    { isOfAll: isOfAllRequests, connections },
  );

test('a key that another transaction has keeps nobody waiting who is written beside it', async () => {
  const { sends } = shared();
  const held = aWrite('held');
  const other = aWrite('other');
  const unwanted = new Error('taken back');
  let isHeldWritten = false;
  let writing: Promise<ReadonlyMap<string, Date>> | undefined;
  await database.prisma
    .$transaction(
      async (holder) => {
        await new SendStore({ prisma: holder as typeof database.prisma, sql: database.sql }).insertMany([
          aWrite('held'),
        ]);
        writing = sends.insertMany([held]);
        void writing.then(() => {
          isHeldWritten = true;
        });
        expect([...(await sends.insertMany([other])).keys()]).toEqual([idOf(other)]);
        expect(isHeldWritten).toBe(false);
        throw unwanted;
      },
      { timeout: 60_000 },
    )
    .catch((error: unknown) => {
      if (error !== unwanted) throw error;
    });
  expect([...((await writing) ?? new Map<string, Date>()).keys()]).toEqual([idOf(held)]);
});

test('batches of both modes are written in one order, whichever came first: those that cross cannot deadlock', async () => {
  const store = new SendStore(database);
  const pair = (key: string) => [aWrite(key), aWrite(key, { simulated: true })] as const;
  const [liveFirst, testFirst] = [pair('a'), pair('b')];
  const made = async (writes: readonly BatchToWrite[]) => [...(await store.insertMany(writes)).keys()];
  expect(await made(liveFirst)).toEqual(liveFirst.map(idOf));
  expect(await made(testFirst.toReversed())).toEqual(testFirst.map(idOf));
});

test('a locked table takes no connection from those who ask for anything else', async () => {
  const { sends } = shared();
  const { prisma } = database;
  let written: Promise<unknown> = Promise.resolve();
  await prisma.$transaction(
    async (holder) => {
      await holder.$executeRaw`LOCK TABLE email_sends IN ACCESS EXCLUSIVE MODE`;
      // Each of another owner, and so a statement of its own.
      const writes = Array.from({ length: 2 * connections }, (_, nth) => aWrite(`locked ${nth}`));
      written = Promise.allSettled(
        writes.map((write) =>
          sends.insertMany([{ ...write, batch: { ...write.batch, workspaceId: newId() } }]),
        ),
      );
      await eventually(async () => {
        const [row] = await prisma.$queryRaw<{ waiting: number }[]>`
          SELECT count(*)::int AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return row?.waiting === connections - 2;
      });
    },
    { timeout: 60_000 },
  );
  await written;
});

test('a group for marketing mail is made by one, also while a caller makes another the default', async () => {
  const directory = new DirectoryStore(database.sql, { refusesFlagged: false });
  const id = newId();
  let made: string | undefined;
  let making: Promise<unknown> = Promise.resolve();
  const isWaitedFor = async () => {
    const waits = await database.prisma.$queryRaw<
      unknown[]
    >`SELECT FROM pg_locks WHERE NOT granted AND pid IN (
      SELECT pid FROM pg_stat_activity WHERE datname = current_database())`;
    return waits.length > 0;
  };
  await database.prisma.$transaction(async (holder) => {
    // As a group is made the default.
    await holder.$executeRaw`SELECT id FROM workspaces WHERE id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
    making = directory.ensureMarketingGroup(workspaceId).then((group) => {
      made = group;
    });
    await eventually(async () => made !== undefined || (await isWaitedFor()));
    await holder.subscriptionGroup.create({
      data: { id, workspaceId, name: 'News', type: 'OptOut', marketingDefault: true },
    });
  });
  await making;
  expect(made).toBe(id);
});
