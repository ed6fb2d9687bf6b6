import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type SendStatus, sendStatuses, toTypeId } from '@postroom/contracts';
import { anItem } from '../contract/batch-items.ts';
import { startApi, type TestApi } from '../start-api.ts';
import { type Reading, startReading, uuidsOf, writeTagged } from './reading.ts';

let api: TestApi;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const setStatus = (id: string, status: SendStatus) =>
  api.prisma.emailSend.update({ where: { id }, data: { status } });

describe('GET /emails', () => {
  test('lists both dialects, newest first, with all that is known of each and nothing of its blind copies', async () => {
    const reading = await startReading(api);
    const { templateId, workspace, emails, list } = reading;
    const item = {
      templateId,
      to: { email: 'ada@example.com' },
      cc: 'Bob <bob@example.com>',
      tags: ['spring'],
    };
    const { items, batchId } = await workspace.batch([anItem({ ...item, bcc: 'hidden@example.com' })]);
    const [second] = (await emails({ bcc: ['hidden@example.com'] })).ids;
    const page = await list();
    expect(uuidsOf(page)).toEqual([second, items[0]?.status === 'accepted' && items[0].send.id]);
    expect(page).toMatchObject({ count: 2, count_is_estimate: false, next_cursor: null });
    expect(page.emails[1]).toMatchObject({
      status: 'queued',
      to: 'ada@example.com',
      cc: ['Bob <bob@example.com>'],
      tags: ['spring'],
      template_id: templateId,
      batch_id: batchId,
    });
    expect(JSON.stringify(page)).not.toContain('hidden');
  });

  test('of a workspace without sends is empty', async () => {
    const workspace = await api.makeWorkspace();
    expect((await workspace.get('/emails')).body).toEqual({
      emails: [],
      count: 0,
      count_is_estimate: false,
      next_cursor: null,
    });
  });

  test('has 50 on a page unless told, and at most 100', async () => {
    const { workspace, list } = await startReading(api);
    await writeTagged(api, workspace.id, 101);
    expect((await list()).emails).toHaveLength(50);
    expect((await list('?limit=100')).emails).toHaveLength(100);
    expect((await list('?limit=1')).emails).toHaveLength(1);
  });
});

test('is narrowed by what an email is known by: its id, its sender, the name of a tag, what became of it', async () => {
  const { workspace, templateId, idsOf } = await startReading(api);
  const senderProfileId = await workspace.aSender({ fromEmail: 'other@acme.test' });
  const { items } = await workspace.batch([
    anItem({ templateId, tags: ['order:7', 'order:8'] }),
    anItem({ templateId, senderProfileId }),
  ]);
  const [first = '', second = ''] = items.flatMap((item) => (item.status === 'accepted' ? item.send.id : []));
  await api.prisma.emailSend.update({
    where: { id: second },
    data: { status: 'Sent', delivery: 'bounced', providerMessageId: '0100-7' },
  });
  expect(await idsOf(`?id=${toTypeId(first)}`)).toEqual([first]);
  expect(await idsOf(`?id=${second}&tag_name=order`)).toEqual([]);
  expect(await idsOf('?tag_name=order')).toEqual([first]);
  expect(await idsOf('?tag=order:8')).toEqual([first]);
  expect(await idsOf(`?sender_profile_id=${senderProfileId}`)).toEqual([second]);
  expect(await idsOf('?delivery=bounced')).toEqual([second]);
  expect(await idsOf('?provider_message_id=0100-7')).toEqual([second]);
  expect((await workspace.get('/emails?id=7')).status).toBe(400);
});

describe('paging', () => {
  test.each(['', '&tag=even', '&status=queued&tag=even'])(
    'by cursor shows every send once while others arrive (%s)',
    async (filter) => {
      const { emails, idsOf, list } = await startReading(api);
      for (let batch = 0; batch < 4; batch += 1) {
        await emails({ tags: ['even'] }, { tags: ['odd'] }, { tags: ['even'] });
      }
      const whole = await idsOf(`?limit=100${filter}`);
      const seen: string[] = [];
      let next: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof list>> = await list(
          `?limit=2${filter}${next === null ? '' : `&cursor=${next}`}`,
        );
        seen.push(...uuidsOf(page));
        next = page.next_cursor;
        await emails({ tags: ['even'] }, { tags: ['odd'] });
      } while (next !== null);
      expect(seen).toEqual(whole);
      expect(whole).toHaveLength(filter === '' ? 12 : 8);
    },
  );

  test('by offset has the order of paging by cursor, and the cursor of such a page takes it up', async () => {
    const { emails, idsOf, list } = await startReading(api);
    for (let batch = 0; batch < 3; batch += 1) await emails({}, {}, {});
    const whole = await idsOf();
    const byOffset: string[] = [];
    for (let offset = 0; offset < 9; offset += 4)
      byOffset.push(...(await idsOf(`?limit=4&offset=${offset}`)));
    expect(byOffset).toEqual(whole);
    const { next_cursor: cursor } = await list('?limit=4&offset=2');
    expect(await idsOf(`?limit=100&cursor=${cursor}`)).toEqual(whole.slice(6));
    expect((await list('?limit=4&offset=5')).next_cursor).toBeNull();
    expect(await list('?offset=10000')).toMatchObject({ emails: [], count: 9, next_cursor: null });
  });

  test('counts all that the filter lets through, whatever the page', async () => {
    const { emails, list } = await startReading(api);
    await emails({ tags: ['a'] }, { tags: ['a'] }, { tags: ['b'] });
    for (const query of ['?limit=1', '?limit=1&offset=2', '?offset=100']) {
      expect((await list(query)).count).toBe(3);
    }
    expect((await list('?limit=1&tag=a')).count).toBe(2);
  });
});

describe('the count', () => {
  test.each([
    [10_000, false],
    [10_001, true],
  ])('of %i sends is exact or an estimate that is no less: %s', async (size, isEstimate) => {
    const { workspace, list } = await startReading(api);
    const tag = await writeTagged(api, workspace.id, size);
    await api.prisma.$executeRaw`ANALYZE email_sends, send_facets`;
    for (const query of ['', `&tag=${tag}`, '&status=sent', `&status=Sent&tag=${tag}`]) {
      const { count, count_is_estimate } = await list(`?limit=1${query}`);
      expect({ query, count_is_estimate }).toEqual({ query, count_is_estimate: isEstimate });
      if (isEstimate) expect(count).toBeGreaterThanOrEqual(size);
      else expect(count).toBe(size);
    }
  });
});

describe('filters', () => {
  let reading: Reading;
  /** One send of each status, by status. */
  const byStatus = new Map<SendStatus, string>();
  let all: readonly string[];

  beforeAll(async () => {
    reading = await startReading(api);
    const { ids } = await reading.emails(...sendStatuses.map(() => ({ tags: ['status'] })));
    for (const [at, status] of sendStatuses.entries()) {
      const id = ids[at] ?? '';
      byStatus.set(status, id);
      await setStatus(id, status);
    }
    all = await reading.idsOf();
  });

  test.each(sendStatuses)('status=%s', async (status) => {
    expect(await reading.idsOf(`?status=${status}`)).toEqual([byStatus.get(status)]);
  });

  test.each<[string, readonly SendStatus[]]>([
    ['queued', ['Scheduled', 'Queued', 'Processing']],
    ['sent', ['Sent']],
    ['failed', ['Failed', 'Skipped', 'Canceled']],
  ])('status=%s stands for %j, and each email says so', async (status, statuses) => {
    const page = await reading.list(`?status=${status}`);
    expect([...uuidsOf(page)].toSorted()).toEqual(statuses.map((one) => byStatus.get(one)).toSorted());
    expect(new Set(page.emails.map((email) => email.status))).toEqual(new Set([status]));
    expect(page.emails.map((email) => email.send_status).toSorted()).toEqual(statuses.toSorted());
  });

  test('to finds any recipient in `to`, whatever the case, and nobody in cc or bcc', async () => {
    const { idsOf, emails } = reading;
    const [name, copy, blind] = [randomUUID(), randomUUID(), randomUUID()].map((one) => `${one}@example.com`);
    const addresses = { to: ['first@example.com', `Ada <${name}>`], cc: [copy], bcc: [blind] };
    const [id] = (await emails(addresses)).ids;
    expect(await idsOf(`?to=${name}`)).toEqual([id]);
    expect(await idsOf(`?to=${name?.toUpperCase()}`)).toEqual([id]);
    expect(await idsOf('?to=first@example.com')).toEqual([id]);
    expect(await idsOf(`?to=${copy}`)).toEqual([]);
    expect(await idsOf(`?to=${blind}`)).toEqual([]);
  });

  test('tag is exact', async () => {
    const { emails, idsOf } = reading;
    const tag = `Größe 50% ${randomUUID()}`;
    const [id] = (await emails({ tags: ['x', tag] })).ids;
    expect(await idsOf(`?tag=${encodeURIComponent(tag)}`)).toEqual([id]);
    expect(await idsOf(`?tag=${encodeURIComponent(tag.toLowerCase())}`)).toEqual([]);
    expect(await idsOf(`?tag=${encodeURIComponent('Größe 50%')}`)).toEqual([]);
  });

  test('template_id and batch_id, in any case', async () => {
    const { workspace, templateId, idsOf } = reading;
    const { items, batchId } = await workspace.batch([anItem({ templateId }), anItem({ templateId })]);
    // Those of one batch are as old as each other, to the millisecond.
    const ids = items.map((item) => (item.status === 'accepted' ? item.send.id : '')).toSorted();
    const sortedIdsOf = async (query: string) => (await idsOf(query)).toSorted();
    expect(await sortedIdsOf(`?template_id=${templateId}`)).toEqual(ids);
    expect(await sortedIdsOf(`?template_id=${templateId.toUpperCase()}`)).toEqual(ids);
    expect(await sortedIdsOf(`?batch_id=${batchId}`)).toEqual(ids);
    expect(await sortedIdsOf(`?batch_id=${batchId}&template_id=${templateId}&status=Queued`)).toEqual(ids);
    expect(await idsOf(`?batch_id=${batchId}&status=Sent`)).toEqual([]);
  });

  test('created_after begins at that moment, created_before ends before it', async () => {
    const { emails, idsOf, list } = reading;
    const tag = randomUUID();
    const [id] = (await emails({ tags: [tag] })).ids;
    const [email] = (await list(`?tag=${tag}`)).emails;
    const createdAt = new Date(email?.created_at ?? '');
    const next = new Date(createdAt.getTime() + 1).toISOString();
    const query = (name: string, moment: string) => `?tag=${tag}&${name}=${encodeURIComponent(moment)}`;
    expect(await idsOf(query('created_after', createdAt.toISOString()))).toEqual([id]);
    expect(await idsOf(query('created_after', next))).toEqual([]);
    expect(await idsOf(query('created_before', createdAt.toISOString()))).toEqual([]);
    expect(await idsOf(query('created_before', next))).toEqual([id]);
    const inTokyo = new Date(createdAt.getTime() + 9 * 3_600_000).toISOString().replace('Z', '+09:00');
    expect(await idsOf(query('created_after', inTokyo))).toEqual([id]);
    expect(await idsOf(query('created_before', inTokyo))).toEqual([]);
  });

  test('together have to hold all', async () => {
    const { idsOf } = reading;
    const sent = byStatus.get('Sent') ?? '';
    expect(await idsOf('?tag=status&status=sent')).toEqual([sent]);
    expect(await idsOf(`?tag=status&created_before=${encodeURIComponent('1970-01-01T00:00:00Z')}`)).toEqual(
      [],
    );
    const now = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
    expect(await idsOf(`?tag=status&created_before=${now}&limit=100`)).toEqual(all);
  });
});
