import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { eventually, runSql } from '@postroom/testkit';
import fc from 'fast-check';
import { ContentStore, SendChangeStore, SendReadStore, SendStore, WorkspaceStore } from '../src/index.ts';
import { fileDatabase } from './file-database.ts';
import { ago, dayMs, type Ended, facetsOfOne, kept, type Past, pastSends } from './past-sends.ts';

const database = fileDatabase(8);
const { aPastSend, clear, countOf, removeAll, store } = pastSends(database);

describe('by kind', () => {
  test('without a setting all is kept', async () => {
    await clear();
    await aPastSend({ days: 4_000 });
    const before = await countOf();
    expect(await removeAll(kept)).toEqual({});
    expect(await countOf()).toEqual(before);
  });

  test('a send goes with all that belongs to it, and one that waits or has just changed stays', async () => {
    await clear();
    const file = randomBytes(10);
    await aPastSend({ days: 100, file });
    const stay = [
      await aPastSend({ days: 100, status: 'Scheduled' }),
      await aPastSend({ days: 100, status: 'Processing' }),
      await aPastSend({ days: 100, changed: 89 }),
      await aPastSend({ days: 89 }),
    ];
    await aPastSend({ days: 91, status: 'Failed' });
    const removed = await removeAll({ ...kept, sendsMs: 90 * dayMs });
    expect(removed).toMatchObject({ sends: 2, batches: 2 });
    const left = await database.prisma.emailSend.findMany({ select: { id: true } });
    expect(left.map(({ id }) => id).sort()).toEqual(stay.sort());
    expect(await countOf()).toMatchObject({
      sends: 4,
      facets: 4 * facetsOfOne,
      attempts: 4,
      events: 4,
      notices: 4,
      batches: 4,
    });
  });

  test('content goes and the send says so: it is found, replayed, and not sent again', async () => {
    await clear();
    const file = randomBytes(10);
    const id = await aPastSend({ days: 31, status: 'Failed', file });
    const young = await aPastSend({ days: 29, status: 'Failed', file: randomBytes(10) });
    const removed = await removeAll({ ...kept, contentMs: 30 * dayMs });
    expect(removed).toEqual({ content: 1, bodies: 1, attachments: 1 });
    const rows = await database.prisma.emailSend.findMany({
      where: { id: { in: [id, young] } },
      orderBy: { id: 'asc' },
      select: { data: true, attachments: true, contentRemovedAt: true, toEmail: true },
    });
    expect(rows).toEqual([
      { data: null, attachments: null, contentRemovedAt: expect.any(Date), toEmail: 'ada@example.com' },
      {
        data: { name: 'Ada' },
        attachments: expect.any(Array),
        contentRemovedAt: null,
        toEmail: 'ada@example.com',
      },
    ]);
    expect(await countOf()).toMatchObject({ sends: 2, literals: 2, bodies: 1, attachments: 1 });
    const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
    const ref = { workspaceId, isSimulated: false, id };
    const changes = new SendChangeStore(database.prisma);
    const retry = { epoch: 0, sender: null };
    expect(await changes.retry(ref, retry)).toMatchObject({ isChanged: false, send: { status: 'Failed' } });
    expect(await changes.retry({ ...ref, id: young }, retry)).toMatchObject({ isChanged: true });
    const shown = await new SendReadStore(database.prisma).find(ref);
    expect(shown?.contentRemovedAt).toEqual(rows[0]?.contentRemovedAt);
    const known = await new SendStore(database).findByKeys({ workspaceId, isSimulated: false }, [
      shown?.idempotencyKey ?? '',
    ]);
    expect([...known.values()]).toMatchObject([{ id }]);
  });

  test('a body or a file that later mail has as well stays, also if it was asked for just now', async () => {
    await clear();
    const file = randomBytes(10);
    const body = '<p>The same</p>';
    await aPastSend({ days: 40, body, file });
    await aPastSend({ days: 10, body, file });
    await aPastSend({ days: 41, body: '<p>Own</p>' });
    expect(await removeAll({ ...kept, contentMs: 30 * dayMs })).toEqual({ content: 2, bodies: 1 });
    const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
    await database.prisma.templateSnapshot.updateMany({ data: { wantedAt: ago(40) } });
    const [id] = await new ContentStore(database.sql).ensureLiterals(workspaceId, [
      { html: body, text: null },
    ]);
    await database.prisma.$executeRaw`UPDATE retention_walks SET reached = NULL WHERE kind = 'bodies'`;
    expect(await removeAll({ ...kept, contentMs: 30 * dayMs })).toEqual({});
    const [again] = await new ContentStore(database.sql).ensureLiterals(workspaceId, [
      { html: body, text: null },
    ]);
    expect(again).toBe(id);
  });

  test('a body that is gone is written anew for the next who has the same words', async () => {
    await clear();
    const body = '<p>Once more</p>';
    await aPastSend({ days: 40, body });
    await removeAll({ ...kept, contentMs: 30 * dayMs });
    const workspaceId = await new WorkspaceStore(database.prisma).ensureDefault();
    const [id = ''] = await new ContentStore(database.sql).ensureLiterals(workspaceId, [
      { html: body, text: null },
    ]);
    expect(await database.prisma.templateSnapshot.findUnique({ where: { id } })).toMatchObject({
      html: body,
    });
    expect(await countOf()).toMatchObject({ literals: 2, bodies: 1 });
  });

  test('a send of which a webhook is still to be told stays until it is told or given up', async () => {
    await clear();
    const sendId = await aPastSend({ days: 100 });
    const policy = { ...kept, sendsMs: 90 * dayMs };
    await database.prisma.webhookNotice.updateMany({ where: { sendId }, data: { state: 'pending' } });
    expect(await removeAll(policy)).toEqual({});
    await database.prisma.webhookNotice.updateMany({ where: { sendId }, data: { state: 'failed' } });
    expect(await removeAll(policy)).toMatchObject({ sends: 1 });
    expect(await countOf()).toMatchObject({ sends: 0, notices: 0 });
  });

  test('a send stays of which a notice is replayed while it goes', async () => {
    await clear();
    const sendId = await aPastSend({ days: 100 });
    const { prisma } = database;
    const { removing } = await database.sql.transaction(async (sql) => {
      await sql.run`UPDATE webhook_notices SET state = 'pending' WHERE send_id = ${sendId}::uuid`;
      const begun = removeAll({ ...kept, sendsMs: 90 * dayMs });
      await eventually(
        async () => {
          const waiting = await prisma.$queryRaw<unknown[]>`
            SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          return waiting.length > 0;
        },
        { what: 'the removal to wait for the replay' },
      );
      return { removing: begun };
    });
    expect(await removing).toEqual({});
    expect(await countOf()).toMatchObject({ sends: 1, notices: 1, facets: facetsOfOne });
  });

  test('what cannot be removed keeps nothing else from going', async () => {
    await clear();
    await aPastSend({ days: 10 });
    const { prisma } = database;
    await prisma.$executeRaw`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`;
    await prisma.$executeRaw`
      CREATE TRIGGER refuse BEFORE DELETE ON email_events FOR EACH ROW EXECUTE FUNCTION refuse()`;
    const policy = { ...kept, eventsMs: 5 * dayMs, webhookMs: 5 * dayMs };
    await expect(removeAll(policy)).rejects.toThrow('refused');
    expect(await removeAll(policy)).toEqual({ notices: 1 });
    await prisma.$executeRaw`DROP TRIGGER refuse ON email_events`;
    expect(await removeAll(policy)).toEqual({ events: 1 });
  });

  test('events and notices go by their own age, and what is still to be delivered stays', async () => {
    await clear();
    await aPastSend({ days: 10 });
    await aPastSend({ days: 3 });
    await aPastSend({ days: 20 });
    await database.prisma.webhookNotice.updateMany({
      where: { createdAt: { lt: ago(15) } },
      data: { state: 'pending' },
    });
    const removed = await removeAll({ ...kept, eventsMs: 5 * dayMs, webhookMs: 5 * dayMs });
    expect(removed).toEqual({ events: 2, notices: 1 });
    expect(await countOf()).toMatchObject({ sends: 3, events: 1, notices: 2 });
  });
});

/** Ends what the pieces are just doing, as the death of a worker does. */
const killSessions = () =>
  runSql(
    database.directUrl,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'`,
  );

const past = fc.record({
  days: fc.integer({ min: 25, max: 36 }),
  status: fc.constantFrom<Ended>('Sent', 'Failed', 'Skipped', 'Canceled', 'Queued', 'Processing'),
});

test('whatever is killed midway, by any number of workers, nothing younger goes and nothing older is left', async () => {
  const policy = { sendsMs: 30 * dayMs, eventsMs: 30 * dayMs, contentMs: 27 * dayMs, webhookMs: 30 * dayMs };
  const isOver = ({ days, status = 'Sent' }: Past, most: number) =>
    days > most && !['Queued', 'Processing'].includes(status);
  await fc.assert(
    fc.asyncProperty(fc.array(past, { minLength: 5, maxLength: 12 }), fc.nat(5), async (pasts, kills) => {
      await clear();
      const made: { readonly id: string; readonly of: Past }[] = [];
      // A little off the day: what is on the edge may go or stay.
      for (const one of pasts) {
        const of = { ...one, days: one.days + 0.5, body: `<p>${one.days}</p>` };
        made.push({ id: await aPastSend(of), of });
      }
      const working = Promise.allSettled(
        Array.from({ length: 3 }, async () => {
          for (let piece = 0; piece < 12; piece += 1)
            await store()
              .removeNext(policy)
              .catch(() => null);
        }),
      );
      for (let kill = 0; kill < kills; kill += 1) await killSessions();
      await working;
      // What failed is left alone for a while.
      await database.prisma.$executeRaw`UPDATE retention_walks SET not_before = now()`;
      const left = async () =>
        database.prisma.emailSend.findMany({ select: { id: true, contentRemovedAt: true } });
      const young = made.filter(({ of }) => !isOver(of, 30)).map(({ id }) => id);
      expect((await left()).map(({ id }) => id)).toEqual(expect.arrayContaining(young));
      await removeAll(policy);
      const rows = await left();
      expect(rows.map(({ id }) => id).sort()).toEqual(young.sort());
      const emptied = made.filter(({ of }) => isOver(of, 27) && !isOver(of, 30)).map(({ id }) => id);
      expect(
        rows
          .filter((row) => row.contentRemovedAt !== null)
          .map(({ id }) => id)
          .sort(),
      ).toEqual(emptied.sort());
      const [{ bare = 0 } = {}] = await database.prisma.$queryRaw<{ bare: number }[]>`
        SELECT count(*)::int AS bare FROM email_sends s JOIN template_snapshots t ON t.id = s.snapshot_id
        WHERE s.content_removed_at IS NULL AND t.html IS NULL`;
      expect(bare).toBe(0);
      expect(await countOf()).toMatchObject({
        sends: young.length,
        attempts: young.length,
        facets: facetsOfOne * young.length,
      });
    }),
    { numRuns: 6 },
  );
}, 120_000);
