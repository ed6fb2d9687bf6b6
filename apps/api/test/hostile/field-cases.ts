import type { Json } from '../start-api.ts';

/**
 * A value that no dialect takes, and where it is told. Written for one dialect alone when the other has no
 * such field, or has it under another name.
 */
export type FieldCase = {
  readonly what: string;
  readonly item?: Json;
  readonly email?: Json;
  /** Where the first issue points, from the item or the email; the spelling of the dialect. */
  readonly itemPath?: string;
  readonly emailPath?: string;
};

const both = (what: string, path: string, value: unknown): FieldCase => ({
  what: `${path}: ${what}`,
  item: { [path]: value },
  email: { [path]: value },
  itemPath: path,
  emailPath: path,
});

/** The same for a field that an item spells in camelCase and an email in snake_case. */
const spelled = (
  what: string,
  [itemPath, emailPath]: readonly [string, string],
  value: unknown,
): FieldCase => ({
  what: `${itemPath}: ${what}`,
  item: { [itemPath]: value },
  email: { [emailPath]: value },
  itemPath,
  emailPath,
});

const inItem = (what: string, path: string, fields: Json): FieldCase => ({
  what: `${path}: ${what}`,
  item: fields,
  itemPath: path,
});

const inEmail = (what: string, path: string, fields: Json): FieldCase => ({
  what: `${path}: ${what}`,
  email: fields,
  emailPath: path,
});

const long = (length: number) => 'x'.repeat(length);
/** Whether the text could be stored; in an item's list what could not is told at its index. */
const isText = (value: unknown) => !String(value).includes('\u0000') && String(value).isWellFormed();

const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) });

/** What is no address, wherever one may stand. */
const badAddresses: readonly (readonly [string, unknown])[] = [
  ['a number', 7],
  ['an object', { email: 'a@example.com' }],
  ['empty', ''],
  ['without an @', 'nobody'],
  ['without a local part', '@example.com'],
  ['without a domain', 'nobody@'],
  ['with two @', 'a@b@example.com'],
  ['with a single label', 'root@localhost'],
  ['with an IP address', 'a@127.0.0.1'],
  ['with a space', 'a b@example.com'],
  ['with two dots', 'a..b@example.com'],
  ['with a local part of 65', `${long(65)}@example.com`],
  ['with a label of 64', `a@${long(64)}.com`],
  ['longer than 254', `a@${'b.'.repeat(130)}com`],
  ['with a non-ASCII local part', 'grüße@example.com'],
  ['with CR and LF', 'a@example.com\r\nBcc: eve@example.com'],
  ['with NUL', 'a\u0000@example.com'],
  ['with a lone surrogate', 'a\ud800@example.com'],
  ['two of them', 'a@example.com, b@example.com'],
  ['with an unclosed bracket', 'Ada <a@example.com'],
  ['with a comma in a bare name', 'Lovelace, Ada <a@example.com>'],
];

export const addressCases: readonly FieldCase[] = [
  ...badAddresses.flatMap(([what, value]) => [
    both(what, 'from', value),
    spelled(what, ['replyTo', 'reply_to'], value),
  ]),
  ...badAddresses
    .filter(([what]) => what !== 'two of them')
    .map(
      ([what, value]): FieldCase => ({
        what: `to: ${what}`,
        item: { to: { email: value } },
        itemPath: 'to.email',
        email: { to: [value] },
        emailPath: 'to[0]',
      }),
    ),
  ...badAddresses
    .filter(([what]) => !['two of them', 'empty', 'a number', 'an object'].includes(what))
    .map(
      ([what, value]): FieldCase => ({
        what: `cc: ${what}`,
        item: { cc: [value] },
        itemPath: isText(value) ? 'cc' : 'cc[0]',
        email: { cc: [value] },
        emailPath: 'cc[0]',
      }),
    ),
  both(
    'more than 200 addresses',
    'bcc',
    Array.from({ length: 201 }, (_, at) => `a${at}@example.com`),
  ),
];

export const contentCases: readonly FieldCase[] = [
  both('empty', 'subject', ''),
  both('a number', 'subject', 1),
  both('of 999 characters', 'subject', long(999)),
  both('with CR', 'subject', 'a\rb'),
  both('with LF', 'subject', 'a\nb'),
  both('with NUL', 'subject', 'a\u0000b'),
  both('with a lone surrogate', 'subject', 'a\udfffb'),
  inEmail('absent', 'subject', { subject: null }),
  inEmail('a number', 'html', { html: 1 }),
  inEmail('with NUL', 'html', { html: '\u0000' }),
  inEmail('with a lone surrogate', 'text', { text: '\ud83d' }),
  inEmail('empty', 'text', { text: '' }),
  inEmail('neither it nor text', 'html', { html: null }),
  inEmail('unknown', 'type', { type: 'promotional' }),
  inEmail('a list', 'type', { type: ['marketing'] }),
  inItem('no UUID', 'templateId', { templateId: '1; DROP TABLE email_sends' }),
  inItem('a number', 'templateId', { templateId: 1 }),
  inItem('no UUID', 'profileId', { profileId: 'me' }),
  inItem('no UUID', 'senderProfileId', { senderProfileId: '' }),
  inItem('no UUID', 'subscriptionGroupId', { subscriptionGroupId: '../1' }),
  inItem('absent', 'to', { to: null }),
  inItem('a string', 'to', { to: 'a@example.com' }),
  inItem('an unknown field', 'to.name', { to: { email: 'a@example.com', name: 'Ada' } }),
  inItem('a NUL in the external id', 'to.externalId', { to: { externalId: '\u0000' } }),
  inItem('an external id of 256 characters', 'to.externalId', { to: { externalId: long(256) } }),
];

export const dataCases: readonly FieldCase[] = [
  inItem('a string', 'data', { data: 'x' }),
  inItem('a list', 'data', { data: [] }),
  inItem('a NUL', 'data', { data: { a: '\u0000' } }),
  inItem('a NUL in a key', 'data', { data: { '\u0000': 1 } }),
  inItem('a lone surrogate', 'data', { data: { a: ['\ud800'] } }),
  inItem('deeper than 32', 'data', { data: { a: nested(40) } }),
  inItem('more than 256 KiB', 'data', { data: { a: long(256 * 1024) } }),
  both('a string', 'tracking', 'yes'),
  {
    ...both('clicks that are a word', 'tracking', { clicks: 'yes' }),
    itemPath: 'tracking.clicks',
    emailPath: 'tracking.clicks',
  },
  {
    ...both('an unknown field', 'tracking', { all: true }),
    itemPath: 'tracking.all',
    emailPath: 'tracking.all',
  },
];

const aFile = (others: Json): Json => ({ filename: 'a.txt', content: 'aGk=', ...others });
const at = (path: string, others: Json, what: string): FieldCase => ({
  ...both(what, 'attachments', [aFile(others)]),
  itemPath: `attachments[0].${path}`,
  emailPath: `attachments[0].${path}`,
});

export const optionCases: readonly FieldCase[] = [
  both('a string', 'headers', 'X-A: b'),
  both('a list', 'headers', [['X-A', 'b']]),
  {
    ...both('a value with CR and LF', 'headers', { 'X-A': 'b\r\nBcc: e@example.com' }),
    itemPath: 'headers.X-A',
    emailPath: 'headers.X-A',
  },
  {
    ...both('one that is set for you', 'headers', { From: 'e@example.com' }),
    itemPath: 'headers.From',
    emailPath: 'headers.From',
  },
  {
    ...both('a name with a colon', 'headers', { 'a:b': 'c' }),
    itemPath: 'headers.a:b',
    emailPath: 'headers.a:b',
  },
  both('a string', 'tags', 'a'),
  { ...both('a number among them', 'tags', ['a', 1]), itemPath: 'tags[1]', emailPath: 'tags[1]' },
  both('21 of them', 'tags', Array.from({ length: 21 }, String)),
  both('a string', 'attachments', 'file'),
  at('content', { content: '%%%%' }, 'no base64'),
  at('content', { content: 1 }, 'content that is a number'),
  at('filename', { filename: 'virus.exe' }, 'a program'),
  at('filename', { filename: '../a' }, 'a path'),
  at('content_type', { content_type: 'nonsense' }, 'no type'),
  at('content_id', { content_id: 'a b' }, 'no content id'),
  at('url', { url: 'http://169.254.169.254/' }, 'a URL to fetch'),
  spelled('a word', ['scheduledAt', 'scheduled_at'], 'tomorrow'),
  spelled('without an offset', ['scheduledAt', 'scheduled_at'], '2030-01-01T00:00:00'),
  spelled('a thousand years ahead', ['scheduledAt', 'scheduled_at'], '3030-01-01T00:00:00Z'),
  spelled('a number', ['scheduledAt', 'scheduled_at'], 1e15),
  spelled('empty', ['idempotencyKey', 'idempotency_key'], ''),
  spelled('of 256 characters', ['idempotencyKey', 'idempotency_key'], long(256)),
  spelled('a number', ['idempotencyKey', 'idempotency_key'], 42),
  spelled('with NUL', ['idempotencyKey', 'idempotency_key'], 'a\u0000'),
  spelled('of the other dialect', ['reply_to', 'replyTo'], 'a@example.com'),
  spelled('of the other dialect', ['scheduled_at', 'scheduledAt'], '2030-01-01T00:00:00Z'),
  both('unknown', 'attachment', []),
  both('unknown', 'constructor', { prototype: {} }),
];
