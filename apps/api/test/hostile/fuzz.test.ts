import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { errorEnvelopeSchema } from '@postroom/contracts';
import { type Stack, startTestStack } from '@postroom/testkit';
import fc from 'fast-check';
import { anItem } from '../contract/batch-items.ts';
import { anEmail } from '../contract/post-emails.ts';
import { type SoundRequest, spoiltRequest, type WireRequest } from './mutate.ts';

/** How many spoilt requests are sent; the seed is printed and may be given again. */
const requests = Number(process.env.FUZZ_REQUESTS ?? 2_000);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
const atOnce = 20;
/** What is not answered within this time hangs. */
const answerWithinMs = 60_000;

/** What may be answered; 503 and 500 may not. */
const allowed = new Set([200, 201, 204, 400, 401, 403, 404, 405, 409, 413, 415, 422]);

let stack: Stack;
let sound: readonly SoundRequest[];

beforeAll(async () => {
  stack = await startTestStack({ workers: 0 });
  sound = soundRequests(await stack.makeTemplate());
});

afterAll(() => stack?.stop());

/** Valid requests of each kind, with every field that there is. */
function soundRequests(templateId: string): readonly SoundRequest[] {
  const from = 'hello@acme.test';
  const options = {
    from,
    cc: ['Carol <carol@example.com>'],
    bcc: ['dave@example.com'],
    tags: ['a', 'b'],
    headers: { 'X-Campaign': 'spring' },
    tracking: { clicks: true, opens: false },
    attachments: [{ filename: 'a.txt', content: 'aGVsbG8=', content_type: 'text/plain', content_id: 'a' }],
  };
  const item = anItem({
    templateId,
    replyTo: 'Support <support@example.com>',
    subject: 'Hello',
    data: { name: 'Ada', list: [1, { a: 'b' }] },
    scheduledAt: new Date(Date.now() + 86_400_000).toISOString(),
    ...options,
  });
  const email = anEmail({
    reply_to: 'support@example.com',
    text: 'Hello',
    type: 'marketing',
    scheduled_at: new Date(Date.now() + 86_400_000).toISOString(),
    idempotency_key: randomUUID(),
    ...options,
  });
  const defaults = { templateId, subject: 'Hello', tags: ['x'], tracking: { opens: true } };
  const id = randomUUID();
  const batch = '/api/v1/emails/batch';
  return [
    { method: 'POST', path: batch, body: { items: [item, anItem()], defaults } },
    { method: 'POST', path: batch, body: { items: [item] } },
    { method: 'POST', path: batch, query: 'dryRun=true', body: { items: [item], defaults } },
    { method: 'POST', path: batch, body: { emails: [email, anEmail({ from })] } },
    { method: 'POST', path: batch, body: { emails: [email] } },
    { method: 'POST', path: batch, query: 'dryRun=true', body: { emails: [email] } },
    { method: 'POST', path: '/api/v1/emails', body: email },
    { method: 'POST', path: '/api/v1/emails', body: { ...item, idempotencyKey: undefined } },
    {
      method: 'GET',
      path: '/api/v1/emails',
      query: `limit=1&offset=0&cursor=x&status=sent&to=a@b.co&tag=t&template_id=${id}&batch_id=${id}&created_after=2026-01-01T00:00:00Z`,
    },
    { method: 'GET', path: `/api/v1/emails/${id}` },
    { method: 'GET', path: `/api/v1/emails/${id}/events` },
    { method: 'POST', path: `/api/v1/emails/${id}/cancel` },
    { method: 'PATCH', path: `/api/v1/emails/${id}`, body: { scheduledAt: '2026-12-01T00:00:00Z' } },
    { method: 'GET', path: `/api/v1/batches/${id}` },
    {
      method: 'POST',
      path: '/api/v1/templates',
      body: {
        name: 'T',
        subject: '{{a}}',
        html: '<p>{{#if a}}{{b}}{{/if}}</p>',
        text: '{{a}}',
        sampleData: { a: 1 },
      },
    },
    { method: 'POST', path: `/api/v1/templates/${templateId}/preview`, body: { data: { name: 'Ada' } } },
    {
      method: 'POST',
      path: '/api/v1/sender-profiles',
      body: {
        name: 'S',
        fromEmail: 's@acme.test',
        fromName: 'S',
        replyTo: 'r@acme.test',
        tracking: { opens: true },
      },
    },
    {
      method: 'POST',
      path: '/api/v1/profiles',
      body: { email: 'p@example.com', externalId: 'p', attributes: { a: [1] } },
    },
    {
      method: 'POST',
      path: '/api/v1/subscription-groups',
      body: { name: 'G', type: 'OptIn', marketingDefault: false },
    },
    {
      method: 'POST',
      path: '/api/v1/suppressions',
      body: { email: 's@example.com', reason: 'Manual', note: 'n' },
    },
    { method: 'POST', path: '/api/v1/domains', body: { domain: 'fuzz.test' } },
    { method: 'GET', path: '/api/v1/profiles', query: 'limit=1&cursor=x&email=a@b.co&externalId=x' },
  ];
}

/** What is wrong with the answer to a request, or null. */
async function problemWith({ method, path, headers, body }: WireRequest): Promise<string | null> {
  const answer = await fetch(`${stack.apiUrl}${path}`, {
    method,
    headers: { 'x-api-key': stack.key, ...headers },
    signal: AbortSignal.timeout(answerWithinMs),
    ...(body === null ? {} : { body }),
  });
  const text = await answer.text();
  if (!allowed.has(answer.status)) return `${answer.status} ${text}`;
  if (answer.headers.get('x-request-id') === null) return 'no x-request-id';
  if (answer.status < 400) return null;
  const envelope = errorEnvelopeSchema.strict().safeParse(JSON.parse(text));
  return envelope.success ? null : `not the envelope: ${text}`;
}

test(`${requests} spoilt requests: none is answered 5xx, not at all, or outside the envelope`, async () => {
  const problems: string[] = [];
  const statuses = new Map<string, number>();
  const spoilt = fc.sample(fc.constantFrom(...sound).chain(spoiltRequest), { numRuns: requests, seed });
  let next = 0;
  const sender = async () => {
    for (let at = next++; at < spoilt.length; at = next++) {
      const request = spoilt[at];
      if (request === undefined) return;
      const problem = await problemWith(request).catch(String);
      statuses.set(problem ?? 'fine', (statuses.get(problem ?? 'fine') ?? 0) + 1);
      if (problem !== null) problems.push(describeRequest(request, problem));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  expect({ seed, problems: problems.slice(0, 5) }).toEqual({ seed, problems: [] });
  expect(statuses.get('fine')).toBe(requests);
  expect(stack.api().isRunning()).toBe(true);
});

function describeRequest({ method, path, headers, body }: WireRequest, problem: string): string {
  const text = body === null ? '' : Buffer.from(body).toString('latin1').slice(0, 2_000);
  return `${method} ${path} ${JSON.stringify(headers)} ${text}: ${problem}`;
}

test('what was accepted on the way can be read, and no row is broken', async () => {
  const rows = await stack.database.rows(
    `SELECT count(*)::int AS count FROM email_sends WHERE status NOT IN ('Queued', 'Scheduled', 'Failed', 'Canceled')`,
  );
  expect(rows).toEqual([{ count: 0 }]);
  expect((await stack.client.get('/emails?limit=100')).status).toBe(200);
});
