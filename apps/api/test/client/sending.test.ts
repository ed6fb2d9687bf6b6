import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Postroom } from '@postroom/client';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anEmail, clientOf, dataOf, losing, sender } from './a-client.ts';

let api: TestApi;
let workspace: TestWorkspace;
let client: Postroom;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  client = clientOf(api, workspace);
  const senderProfileId = await workspace.aSender({ fromEmail: sender });
  templateId = await workspace.aTemplate({ subject: 'Hi {{name}}', senderProfileId });
});
afterAll(() => api.close());

const rowCount = () => api.prisma.emailSend.count({ where: { workspaceId: workspace.id } });

describe('emails', () => {
  test('the documented sample sends its two emails, but for the name of the client as it stands', async () => {
    const file = new URL('../../../../packages/client/test/batch-sample.txt', import.meta.url);
    const [sample = ''] =
      /^const result = await[\s\S]*?console\.log\(.*?\);/.exec(readFileSync(file, 'utf8')) ?? [];
    const printed: string[] = [];
    const before = await rowCount();
    const code = `return (async () => {${sample.replace('smail.', 'postroom.')}})();`;
    await new Function('postroom', 'console', code)(client, { log: (line: string) => printed.push(line) });
    expect(printed).toEqual(['Sent 2 emails']);
    expect(await rowCount()).toBe(before + 2);
  });

  test('whose answer was lost are sent once, and answered by the next try', async () => {
    const before = await rowCount();
    const unlucky = clientOf(api, workspace, { fetch: losing(1) });
    const { emails } = dataOf(await unlucky.emails.batch([anEmail(), anEmail({ to: ['bob@example.com'] })]));
    expect(emails.map(({ to, status }) => [to, status])).toEqual([
      ['alice@example.com', 'queued'],
      ['bob@example.com', 'queued'],
    ]);
    expect(await rowCount()).toBe(before + 2);
  });

  test('by the thousand are one list, and repeated under the key of the call are the same sends', async () => {
    const emails = Array.from({ length: 1_005 }, (_, at) => anEmail({ subject: `Email ${at}` }));
    const before = await rowCount();
    const options = { idempotencyKey: 'april' };
    const first = dataOf(await client.emails.batch(emails, options));
    expect(first.count).toBe(1_005);
    expect(first.batchIds).toHaveLength(2);
    expect(first.emails.map(({ subject }) => subject)).toEqual(emails.map(({ subject }) => subject));
    const again = dataOf(await client.emails.batch(emails, options));
    expect(again.emails).toEqual(first.emails);
    expect(await rowCount()).toBe(before + 1_005);
    const keys = await api.prisma.emailSend.findMany({
      where: { workspaceId: workspace.id, idempotencyKey: { in: ['april/0', 'april/999', 'april/1004'] } },
    });
    expect(keys).toHaveLength(3);
  });

  test('of which one is malformed are refused by its place in the whole list, the others sent', async () => {
    const emails = Array.from({ length: 1_003 }, () => anEmail());
    emails[1_001] = anEmail({ to: ['nobody'] });
    const { error, partial } = await client.emails.batch(emails);
    expect(error).toMatchObject({ code: 'validation_failed', status: 400, inDoubt: false });
    expect(error?.message).toMatch(/^emails\[1001\]\.to/);
    expect(error?.requestId).toBeTruthy();
    expect(partial).toMatchObject({ count: 1_003, unanswered: 3 });
    expect(partial?.emails[1_001]).toMatchObject({ index: 1_001, status: 'refused' });
  });

  test('as a dry run are rendered and not written', async () => {
    const before = await rowCount();
    const { emails, dryRun } = dataOf(await client.emails.batch([anEmail()], { dryRun: true }));
    expect(dryRun).toBe(true);
    expect(emails[0]?.rendered?.html).toContain('Hello Alice!');
    expect(await rowCount()).toBe(before);
  });

  test('one alone, with a file of bytes, is scheduled, moved and canceled', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000);
    const attachments = [{ filename: 'a.txt', content: new TextEncoder().encode('hello') }];
    const sent = dataOf(await client.emails.send(anEmail({ attachments, scheduled_at: inAnHour })));
    const email = dataOf(await client.emails.get(sent.id));
    expect(email).toMatchObject({ status: 'queued', scheduled_at: inAnHour.toISOString() });
    const later = new Date(inAnHour.getTime() + 60_000);
    expect(dataOf(await client.emails.reschedule(sent.id, later)).scheduled_at).toBe(later.toISOString());
    const unlucky = clientOf(api, workspace, { fetch: losing(1) });
    expect(dataOf(await unlucky.emails.cancel(sent.id)).status).toBe('failed');
    const { events } = dataOf(await client.emails.history(sent.id));
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['accepted', 'canceled']));
    expect((await client.emails.retry(sent.id)).error).toMatchObject({ code: 'state_conflict', status: 409 });
    const [kept] = await api.prisma.attachment.findMany({ where: { workspaceId: workspace.id } });
    expect(Buffer.from(kept?.content ?? []).toString()).toBe('hello');
  });

  test('are listed by what they have in common', async () => {
    const tags = ['listed'];
    const { batchId } = dataOf(
      await client.emails.batch([anEmail({ tags }), anEmail({ tags }), anEmail({ tags })]),
    );
    const page = dataOf(await client.emails.list({ tag: 'listed', limit: 2, created_after: new Date(0) }));
    expect(page).toMatchObject({ count: 3, count_is_estimate: false, emails: [{ tags }, { tags }] });
    const walked: string[] = [];
    for await (const step of client.emails.listAll({ tag: 'listed', limit: 2 })) walked.push(dataOf(step).id);
    expect(new Set(walked).size).toBe(3);
    expect(dataOf(await client.batches.get(String(batchId)))).toMatchObject({ dialect: 'emails', total: 3 });
    expect(dataOf(await client.batches.cancel(String(batchId)))).toMatchObject({ canceled: 3 });
  });
});

describe('items', () => {
  const itemsFor = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      to: { email: `a${at}@example.com` },
      data: { name: `A${at}` },
    }));

  test('by the hundred are one list with one index, and repeated are replayed', async () => {
    const request = { items: itemsFor(150), defaults: { templateId } };
    const first = dataOf(await client.emails.batchItems(request, { idempotencyKey: 'may' }));
    expect(first).toMatchObject({ total: 150, accepted: 150, rejected: 0, batchId: null });
    expect(first.batchIds).toHaveLength(2);
    expect(first.items.map(({ index, idempotencyKey }) => [index, idempotencyKey])).toEqual(
      request.items.map((_, at) => [at, `may/${at}`]),
    );
    const again = dataOf(await client.emails.batchItems(request, { idempotencyKey: 'may' }));
    expect(again.items.every((item) => item.status === 'accepted' && item.replayed)).toBe(true);
  });

  test('that are rejected say why, beside those that are not', async () => {
    const items = [...itemsFor(1), { to: { email: 'b@example.com' } }];
    const { items: results } = dataOf(await client.emails.batchItems({ items, defaults: { templateId } }));
    expect(results).toMatchObject([
      { status: 'accepted', replayed: false },
      { status: 'rejected', error: 'missing_variables' },
    ]);
  });

  test('as a dry run are rendered and not written', async () => {
    const before = await rowCount();
    const request = { items: itemsFor(1), defaults: { templateId } };
    const { items } = dataOf(await client.emails.batchItems(request, { dryRun: true }));
    expect(items).toMatchObject([{ status: 'accepted', rendered: { subject: 'Hi A0' } }]);
    expect(await rowCount()).toBe(before);
  });

  test('one alone is a send, and the same one when its answer was lost', async () => {
    const unlucky = clientOf(api, workspace, { fetch: losing(1) });
    const before = await rowCount();
    const item = { templateId, to: { email: 'ada@example.com' }, data: { name: 'Ada' } };
    const send = dataOf(await unlucky.emails.sendItem(item));
    expect(await rowCount()).toBe(before + 1);
    expect(dataOf(await client.emails.get(send.id))).toMatchObject({ status: 'Queued', templateId });
    expect(dataOf(await client.emails.cancel(send.id)).status).toBe('Canceled');
    const reused = await client.emails.sendItem(
      { ...item, data: { name: 'Eve' } },
      { idempotencyKey: 'may/0' },
    );
    expect(reused.error).toMatchObject({ code: 'idempotency_key_reuse', status: 409, inDoubt: false });
  });
});

test('a key that nobody knows is an error with a code, not an exception', async () => {
  const stranger = clientOf(api, { ...workspace, key: `sk_live_${'x'.repeat(32)}` });
  const { data, error, count } = await stranger.emails.batch([anEmail()]);
  expect([data, count]).toEqual([null, undefined]);
  expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
});
