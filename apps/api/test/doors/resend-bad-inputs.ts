/** Something that Resend's own clients might send, and what Resend says of it: its status and its name for it. */
export type BadInput = readonly [what: string, status: number, name: string, body: unknown];

export const goodEmail = { from: 'hello@acme.test', to: 'ada@example.com', subject: 'Hello', text: 'Hello' };

const without = (field: keyof typeof goodEmail): object => {
  const { [field]: _, ...rest } = goodEmail;
  return rest;
};

const many = (count: number) => Array.from({ length: count }, (_, at) => `p${at}@example.com`);
const file = { filename: 'a.txt', content: 'aGVsbG8=' };
const unknown = '01a20167-d6aa-7109-b97c-1eb707aa4c10';

const of = (what: string, status: number, name: string, fields: object): BadInput => [
  what,
  status,
  name,
  { ...goodEmail, ...fields },
];
const field = (what: string, fields: object) => of(what, 422, 'validation_error', fields);
const attachment = (what: string, one: unknown) =>
  of(what, 422, 'invalid_attachment', { attachments: [one] });

/** Bodies of `POST /emails`. Raw text goes as it is. */
export const badEmails: readonly BadInput[] = [
  ['an empty body', 400, 'validation_error', ''],
  ['broken JSON', 400, 'validation_error', '{"from":'],
  ['a text', 400, 'validation_error', '"hello"'],
  ['null', 400, 'validation_error', 'null'],
  ['a list', 400, 'validation_error', [goodEmail]],
  ['a name that stands twice', 422, 'validation_error', '{"to":"a@b.co","to":"c@d.co"}'],
  ['no from', 422, 'missing_required_field', without('from')],
  ['no to', 422, 'missing_required_field', without('to')],
  ['no subject', 422, 'missing_required_field', without('subject')],
  ['neither html nor text', 422, 'missing_required_field', without('text')],
  of('an empty text alone', 422, 'missing_required_field', { text: '' }),
  of('a from that is none', 422, 'invalid_from_address', { from: 'hello' }),
  of('a from that is a number', 422, 'invalid_from_address', { from: 7 }),
  of('a name with a comma and no quotes', 422, 'invalid_from_address', { from: 'Acme, Inc. <a@acme.test>' }),
  of('a from of a domain that nobody verified', 403, 'validation_error', { from: 'a@nobody-has-this.test' }),
  field('a to that is none', { to: 'ada' }),
  field('one bad address among good ones', { to: ['a@example.com', 'b@'] }),
  field('no address in to', { to: [] }),
  field('51 addresses', { to: many(51) }),
  field('51 addresses in to, cc and bcc', {
    to: many(20),
    cc: many(40).slice(20),
    bcc: many(60).slice(40, 51),
  }),
  field('a number in to', { to: [7] }),
  field('an object in to', { to: { email: 'a@b.co' } }),
  field('a non-ASCII local part', { to: 'grüße@example.com' }),
  field('a line break in to', { to: 'a@b.co\r\nBcc: c@d.co' }),
  field('a cc that is none', { cc: 'ada' }),
  field('a bcc that is none', { bcc: ['a@b.co', ''] }),
  field('two addresses in reply_to', { reply_to: ['a@b.co', 'c@d.co'] }),
  field('a reply_to that is none', { reply_to: 'ada' }),
  field('an empty subject', { subject: '' }),
  field('a line break in the subject', { subject: 'a\nb' }),
  field('a subject of 999 characters', { subject: 'x'.repeat(999) }),
  field('a subject that is a list', { subject: ['a'] }),
  field('an html that is an object', { html: {} }),
  field('a zero byte in the text', { text: 'a\u0000b' }),
  field('a field that nobody knows', { tracking: { opens: true } }),
  field('a field of our own dialect', { type: 'marketing' }),
  field('a misspelt field', { replyTo: 'a@b.co' }),
  field('tags as texts', { tags: ['welcome'] }),
  of('a tag without a value', 422, 'missing_required_field', { tags: [{ name: 'a' }] }),
  field('a tag whose name has a space', { tags: [{ name: 'a b', value: 'c' }] }),
  field('a tag whose value has a colon', { tags: [{ name: 'a', value: 'b:c' }] }),
  field('21 tags', { tags: many(21).map((_, at) => ({ name: `a${at}`, value: 'b' })) }),
  field('headers that are a list', { headers: ['X-A: b'] }),
  field('a header that is written anyway', { headers: { From: 'a@b.co' } }),
  field('a line break in a header', { headers: { 'X-A': 'a\r\nBcc: c@d.co' } }),
  field('natural language for a time', { scheduled_at: 'in 1 min' }),
  field('a time without an offset', { scheduled_at: '2026-12-24T18:00:00' }),
  field('a time in 31 days', { scheduled_at: new Date(Date.now() + 31 * 86_400_000).toISOString() }),
  field('a topic that is no UUID', { topic_id: 'news' }),
  of('a topic that is not there', 404, 'not_found', { topic_id: unknown }),
  field('a template beside a text', { template: { id: unknown } }),
  ['a template that is not there', 404, 'not_found', { ...without('text'), template: { id: unknown } }],
  ['a template by its alias', 422, 'validation_error', { ...without('text'), template: { id: 'welcome' } }],
  [
    'variables that are a list',
    422,
    'validation_error',
    { ...without('text'), template: { id: unknown, variables: ['a'] } },
  ],
  attachment('an attachment by its path', { filename: 'a.txt', path: 'https://example.com/a.txt' }),
  attachment('an attachment without content', { filename: 'a.txt' }),
  attachment('an attachment without a name', { content: 'aGVsbG8=' }),
  attachment('an attachment that is a text', 'aGVsbG8='),
  attachment('an attachment that is no base64', { ...file, content: '***' }),
  attachment('a byte that is none', { ...file, content: [104, 256] }),
  attachment('a program as an attachment', { ...file, filename: 'a.exe' }),
  attachment('a type that is none', { ...file, content_type: 'text' }),
  of('attachments that are no list', 422, 'invalid_attachment', { attachments: file }),
];

/** Bodies of `POST /emails/batch`. */
export const badBatches: readonly BadInput[] = [
  ['an object', 400, 'validation_error', { emails: [goodEmail] }],
  ['no email', 400, 'validation_error', []],
  ['101 emails', 400, 'validation_error', Array(101).fill(goodEmail)],
  ['a number among emails', 400, 'validation_error', [goodEmail, 7]],
  ['one without to', 422, 'missing_required_field', [goodEmail, without('to')]],
  [
    'one whose sender nobody verified',
    403,
    'validation_error',
    [goodEmail, { ...goodEmail, from: 'a@nobody.test' }],
  ],
];
