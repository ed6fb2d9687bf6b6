import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { errorOf } from './batch-items.ts';
import { anEmail, emailsOf, postWithKey } from './post-emails.ts';

let api: TestApi;
let workspace: TestWorkspace;
const from = 'news@acme.test';

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  await workspace.aSender({ fromEmail: from });
});
afterAll(() => api.close());

const post = (key: string, emails: readonly unknown[]) =>
  postWithKey({ api, workspace }, { path: '/emails/batch', key, body: { emails } });

const someEmails = (count: number) =>
  Array.from({ length: count }, (_, at) => anEmail({ from, to: [`to-${at}@example.com`] }));

const countRows = () => api.prisma.emailSend.count({ where: { workspaceId: workspace.id } });

test('the same Idempotency-Key twice gives the same 1,000 ids and writes nothing new', async () => {
  const key = randomUUID();
  const emails = someEmails(1000);
  const first = emailsOf(await post(key, emails));
  const rows = await countRows();
  const second = emailsOf(await post(key, emails));
  expect(second).toEqual(first);
  expect(new Set(first.emails.map(({ id }) => id)).size).toBe(1000);
  expect(await countRows()).toBe(rows);
});

test('emails that were there already count as replayed in the metrics', async () => {
  const counted = async (result: string) => {
    const { body } = await api.call('/metrics');
    const line = new RegExp(`^postroom_items_total\\{result="${result}"\\} (\\d+)$`, 'm');
    return Number(line.exec(String(body))?.[1] ?? 0);
  };
  const key = randomUUID();
  const emails = someEmails(3);
  const before = { accepted: await counted('accepted'), replayed: await counted('replayed') };
  await post(key, emails);
  await post(key, emails);
  await postWithKey({ api, workspace }, { path: '/emails', key, body: emails[0] });
  expect(await counted('accepted')).toBe(before.accepted + 3);
  expect(await counted('replayed')).toBe(before.replayed + 4);
});

test('email i has the key <header>/<i>', async () => {
  const key = randomUUID();
  emailsOf(await post(key, someEmails(3)));
  const rows = await api.prisma.emailSend.findMany({
    where: { workspaceId: workspace.id, idempotencyKey: { startsWith: key } },
    orderBy: { idempotencyKey: 'asc' },
  });
  expect(rows.map(({ idempotencyKey, toEmail }) => [idempotencyKey, toEmail])).toEqual([
    [`${key}/0`, 'to-0@example.com'],
    [`${key}/1`, 'to-1@example.com'],
    [`${key}/2`, 'to-2@example.com'],
  ]);
});

test('the same Idempotency-Key for another request is a conflict, and nothing is written', async () => {
  const key = randomUUID();
  emailsOf(await post(key, someEmails(3)));
  const rows = await countRows();
  const [first, ...others] = someEmails(3);
  const changed = [first, anEmail({ from, subject: 'Something else' }), others[1]];
  expect(errorOf(await post(key, changed))).toMatchObject({
    status: 409,
    error: 'idempotency_conflict',
    details: { issues: [{ path: 'emails[1]' }] },
  });
  expect(await countRows()).toBe(rows);
});

test('50 equal requests at once make each email once, and answer the same ids', async () => {
  const key = randomUUID();
  const emails = someEmails(20);
  const rows = await countRows();
  const answers = (await Promise.all(Array.from({ length: 50 }, () => post(key, emails)))).map(emailsOf);
  const ids = (answer: (typeof answers)[number]) => answer.emails.map(({ id }) => id);
  for (const answer of answers) expect(ids(answer)).toEqual(ids(answers[0] ?? answer));
  expect(await countRows()).toBe(rows + 20);
});

test('of different requests at once under one key one wins, the others conflict and write nothing', async () => {
  const key = randomUUID();
  const rows = await countRows();
  const version = (at: number) => [`Version ${at}`, `Version ${at}, too`];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      post(
        key,
        version(at).map((subject) => anEmail({ from, subject })),
      ),
    ),
  );
  const [winner, ...more] = answers.filter(({ status }) => status === 200);
  expect(more).toEqual([]);
  expect(winner && emailsOf(winner).emails.map(({ status }) => status)).toEqual(['queued', 'queued']);
  for (const answer of answers) {
    if (answer !== winner)
      expect(errorOf(answer)).toMatchObject({ status: 409, error: 'idempotency_conflict' });
  }
  expect(await countRows()).toBe(rows + 2);
});

test('an email names its own key, which wins over the header', async () => {
  const own = randomUUID();
  const email = anEmail({ from, idempotency_key: own });
  const first = emailsOf(await post(randomUUID(), [anEmail({ from }), email]));
  const second = emailsOf(await post(randomUUID(), [email]));
  expect(second.emails[0]?.id).toBe(first.emails[1]?.id);
});

test('an own key that stands for another email fails that email alone', async () => {
  const own = randomUUID();
  const first = emailsOf(
    await workspace.post('/emails/batch', { emails: [anEmail({ from, idempotency_key: own })] }),
  );
  const answer = emailsOf(
    await workspace.post('/emails/batch', {
      emails: [anEmail({ from }), anEmail({ from, idempotency_key: own, subject: 'Another' })],
    }),
  );
  expect(answer.emails.map(({ status }) => status)).toEqual(['queued', 'failed']);
  expect(answer.emails[1]).toMatchObject({ error: expect.stringContaining('idempotency_key') });
  expect(answer.emails[1]?.id).not.toBe(first.emails[0]?.id);
});

test('two equal emails with one key are one send, and two different ones are not', async () => {
  const key = randomUUID();
  const email = anEmail({ from, idempotency_key: key });
  const { emails } = emailsOf(
    await workspace.post('/emails/batch', { emails: [email, email, { ...email, subject: 'Another' }] }),
  );
  expect(emails[1]?.id).toBe(emails[0]?.id);
  expect(emails.map(({ status }) => status)).toEqual(['queued', 'queued', 'failed']);
});

test('a failed email is answered as failed again under its key', async () => {
  const key = randomUUID();
  const emails = [anEmail({ from: 'eve@elsewhere.test' })];
  const first = emailsOf(await post(key, emails));
  expect(first.emails[0]?.status).toBe('failed');
  expect(emailsOf(await post(key, emails))).toEqual(first);
});

test('emails without any key are sent as often as they are posted', async () => {
  const email = anEmail({ from });
  const { emails } = emailsOf(await workspace.post('/emails/batch', { emails: [email, email] }));
  expect(emails[0]?.id).not.toBe(emails[1]?.id);
});

test.each([
  ['empty', ''],
  ['too long', 'k'.repeat(256)],
])('an Idempotency-Key that is %s is refused', async (_what, key) => {
  expect(errorOf(await post(key, someEmails(1)))).toMatchObject({
    status: 400,
    error: 'validation_failed',
    details: { issues: [{ path: 'Idempotency-Key' }] },
  });
});
