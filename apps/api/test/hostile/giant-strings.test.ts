import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createDraw, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { anItem } from '../contract/batch-items.ts';
import { anEmail } from '../contract/post-emails.ts';
import type { Json } from '../start-api.ts';

/**
 * What a process does that has run for long: V8 no longer optimises patterns once it holds much machine code, and a
 * pattern that is not optimised needs a stack that grows with the text (up to 64 MiB, and then it throws).
 */
const oldProcess =
  "--import data:text/javascript,import%20v8%20from%20'node:v8';v8.setFlagsFromString('--no-regexp-optimization')";

let stack: Stack;
let templateId: string;
const from = 'news@acme.test';

beforeAll(async () => {
  stack = await startTestStack({
    workers: 0,
    apiEnv: { NODE_OPTIONS: oldProcess },
  });
  templateId = await stack.makeTemplate();
  idOf(await stack.client.post('/sender-profiles', { name: 'News', fromEmail: from }));
});

afterAll(() => stack?.stop());

const attachment = (overrides: Json): Json => ({
  attachments: [{ filename: 'a.txt', content: 'aGk=', ...overrides }],
});

const ofBoth: readonly (readonly [string, (text: string) => Json])[] = [
  ['subject', (text) => ({ subject: text })],
  ['copy', (text) => ({ cc: [text] })],
  ['list of copies', (text) => ({ bcc: text })],
  ['header', (text) => ({ headers: { 'X-A': text } })],
  ['name of a header', (text) => ({ headers: { [text]: 'a' } })],
  ['tag', (text) => ({ tags: [text] })],
  ['name of a file', (text) => attachment({ filename: text })],
  ['type of a file', (text) => attachment({ content_type: text })],
  ['content id', (text) => attachment({ content_id: text })],
  ['unknown field', (text) => ({ [text]: 1 })],
];

const ofItems: readonly (readonly [string, (text: string) => Json])[] = [
  ...ofBoth,
  ['key', (text) => ({ idempotencyKey: text })],
  ['template', (text) => ({ templateId: text })],
  ['profile', (text) => ({ profileId: text })],
  ['sender', (text) => ({ senderProfileId: text })],
  ['recipient', (text) => ({ to: { email: text } })],
  ['domain of a recipient', (text) => ({ to: { email: `a@${text}` } })],
  ['answer', (text) => ({ replyTo: text })],
  ['data', (text) => ({ data: { name: text } })],
  ['time', (text) => ({ scheduledAt: text })],
  ['file', (text) => attachment({ content: text })],
];

const ofEmails: readonly (readonly [string, (text: string) => Json])[] = [
  ...ofBoth,
  ['sender', (text) => ({ from: text })],
  ['recipient', (text) => ({ to: [text] })],
  ['name of a recipient', (text) => ({ to: [`"${text}" <a@example.com>`] })],
  ['answer', (text) => ({ reply_to: text })],
  ['html', (text) => ({ html: text })],
  ['text', (text) => ({ text })],
  ['key', (text) => ({ idempotency_key: text })],
  ['time', (text) => ({ scheduled_at: text })],
  ['type', (text) => ({ type: text })],
  ['file', (text) => attachment({ content: text })],
];

/** Nearly every pattern takes as many letters as there are. */
const letters = 'a'.repeat(9_900_000);

const draw = createDraw();

test.each(draw(ofItems, 8))('a giant %s in an item is refused, not answered 500', async (_what, change) => {
  const item = anItem({ templateId, ...change(letters) });
  const { status, body } = await stack.client.post('/emails/batch', { items: [item] });
  const told = JSON.stringify(body).slice(0, 300);
  expect([status, told]).toEqual([200, expect.stringContaining('"rejected"')]);
  expect(told).not.toContain('internal');
});

test.each(draw(ofEmails, 8))('a giant %s in an email is refused, not answered 500', async (_what, change) => {
  const email = anEmail({ from, ...change(letters) });
  const { status, body } = await stack.client.post('/emails/batch', { emails: [email] });
  const told = JSON.stringify(body).slice(0, 300);
  expect([status, told]).toEqual([400, expect.stringContaining('validation_failed')]);
});

test('a file of 7 MiB is taken', async () => {
  const content = Buffer.alloc(7 * 1024 * 1024, 7).toString('base64');
  const file = attachment({ filename: 'a.bin', content });
  const { status, body } = await stack.client.post('/emails/batch', {
    items: [anItem({ templateId, ...file })],
  });
  expect([status, JSON.stringify(body)]).toEqual([200, expect.stringContaining('"accepted"')]);
});
