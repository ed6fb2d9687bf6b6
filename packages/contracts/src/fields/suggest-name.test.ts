import { expect, test } from '@jest/globals';
import * as z from 'zod';
import { issuesOf } from '../error.ts';
import { expected } from './fields.ts';
import { suggestName } from './suggest-name.ts';

const known = [
  'from',
  'to',
  'subject',
  'html',
  'text',
  'reply_to',
  'scheduled_at',
  'attachments',
  'tracking',
];

test.each([
  ['replyTo', 'reply_to'],
  ['Reply-To', 'reply_to'],
  ['scheduledAt', 'scheduled_at'],
  ['scheduled', 'scheduled_at'],
  ['subjet', 'subject'],
  ['htlm', 'html'],
  ['HTML', 'html'],
  ['attachements', 'attachments'],
  ['form', 'from'],
  ['b', null],
  ['', null],
  ['__', null],
  ['templateId', null],
  ['x'.repeat(64), null],
  ['attachments'.repeat(6), null],
])('%j was meant as %j', (unknown, meant) => {
  expect(suggestName(unknown, known)).toBe(meant);
});

test('only so many unknown fields are compared as an answer can use', () => {
  const schema = z.strictObject({ subject: z.string().optional() }, expected('an object'));
  const parsed = schema.safeParse(
    Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`subject${at % 10}${at}`, 1])),
  );
  const messages = parsed.success ? [] : issuesOf(parsed.error).map(({ message }) => message);
  expect(messages).toHaveLength(40);
  expect(messages.slice(20).every((message) => !message.includes('did you mean'))).toBe(true);
});

test('nothing is suggested where no field is known, however short the name', () => {
  const { error } = z.strictObject({}, expected('no query parameters')).safeParse({ x: '1' });
  if (error === undefined) throw new Error('an unknown field was taken');
  expect(issuesOf(error)).toEqual([{ path: 'x', message: 'unknown field; remove it or check its spelling' }]);
});
