/** Something that Postmark's own clients might send, and Postmark's code for what is wrong with it. */
export type BadMessage = readonly [what: string, code: number, body: unknown];

export const goodMessage = {
  From: 'hello@acme.test',
  To: 'ada@example.com',
  Subject: 'Hello',
  TextBody: 'Hello',
};

const without = (field: keyof typeof goodMessage): object => {
  const { [field]: _, ...rest } = goodMessage;
  return rest;
};

const many = (count: number, name = 'p') =>
  Array.from({ length: count }, (_, at) => `${name}${at}@example.com`).join(',');
const file = { Name: 'a.txt', Content: 'aGVsbG8=', ContentType: 'text/plain' };

const email = (what: string, fields: object): BadMessage => [what, 300, { ...goodMessage, ...fields }];
const form = (what: string, fields: object): BadMessage => [what, 403, { ...goodMessage, ...fields }];

/** Bodies of `POST /email`. Raw text goes as it is. */
export const badMessages: readonly BadMessage[] = [
  ['an empty body', 402, ''],
  ['broken JSON', 402, '{"From":'],
  ['a text', 402, '"hello"'],
  ['null', 402, 'null'],
  ['a list', 403, [goodMessage]],
  ['a name that stands twice', 300, '{"To":"a@b.co","To":"c@d.co"}'],
  ['no From', 300, without('From')],
  ['no To', 300, without('To')],
  ['no Subject', 300, without('Subject')],
  ['neither body', 300, without('TextBody')],
  email('an empty From', { From: '' }),
  email('a From that is none', { From: 'hello' }),
  form('a From that is a number', { From: 7 }),
  email('a name with a comma and no quotes', { From: 'Acme, Inc. <a@acme.test>' }),
  ['a From of a domain that nobody verified', 400, { ...goodMessage, From: 'a@nobody-has-this.test' }],
  email('an empty To', { To: '' }),
  email('a To that is none', { To: 'ada' }),
  email('one bad address among good ones', { To: 'a@example.com, b@' }),
  email('a comma too many', { To: 'a@example.com,,b@example.com' }),
  form('a To that is a list', { To: ['a@example.com'] }),
  form('a To that is a number', { To: 7 }),
  email('51 recipients', { To: many(51) }),
  email('51 recipients in To, Cc and Bcc', { To: many(20), Cc: many(20, 'c'), Bcc: many(11, 'b') }),
  email('an endless To', { To: ','.repeat(20_001) }),
  email('a non-ASCII local part', { To: 'grüße@example.com' }),
  email('a line break in To', { To: 'a@b.co\r\nBcc: c@d.co' }),
  email('a Cc that is none', { Cc: 'ada' }),
  email('a Bcc that is none', { Bcc: 'a@b.co,ada' }),
  form('a Bcc that is an object', { Bcc: {} }),
  email('a ReplyTo that is none', { ReplyTo: 'ada' }),
  email('two addresses in ReplyTo', { ReplyTo: 'a@b.co, c@d.co' }),
  form('a Subject that is a number', { Subject: 7 }),
  form('a line break in the Subject', { Subject: 'a\nb' }),
  email('a Subject of 999 characters', { Subject: 'x'.repeat(999) }),
  form('an HtmlBody that is an object', { HtmlBody: {} }),
  email('a zero byte in the text', { TextBody: 'a\u0000b' }),
  form('a field that nobody knows', { Html: '<p>' }),
  form('a field in another case', { to: 'a@b.co' }),
  form('a field of our own dialect', { scheduled_at: '2026-12-24T18:00:00Z' }),
  form('a Tag that is a list', { Tag: ['a'] }),
  email('a Tag of 101 characters', { Tag: 'x'.repeat(101) }),
  form('Metadata that is a list', { Metadata: ['a'] }),
  form('Metadata with a null', { Metadata: { a: null } }),
  email('11 fields of Metadata', {
    Metadata: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`a${at}`, 'b'])),
  }),
  email('a field of Metadata named __proto__', { Metadata: JSON.parse('{"__proto__":"x"}') }),
  email('a colon in the name of Metadata', { Metadata: { 'a:b': 'c' } }),
  form('Headers that are an object', { Headers: { 'X-A': 'b' } }),
  form('a header without its value', { Headers: [{ Name: 'X-A', Value: null }] }),
  email('a header that is there twice', {
    Headers: [
      { Name: 'X-A', Value: 'b' },
      { Name: 'x-a', Value: 'c' },
    ],
  }),
  email('a header that is written anyway', { Headers: [{ Name: 'From', Value: 'a@b.co' }] }),
  form('a line break in a header', { Headers: [{ Name: 'X-A', Value: 'a\r\nBcc: c@d.co' }] }),
  form('Attachments that are an object', { Attachments: file }),
  email('an attachment without Content', { Attachments: [{ Name: 'a.txt', ContentType: 'text/plain' }] }),
  email('an attachment without a Name', {
    Attachments: [{ Content: 'aGVsbG8=', ContentType: 'text/plain' }],
  }),
  email('an attachment that is no base64', { Attachments: [{ ...file, Content: '***' }] }),
  email('a program as an attachment', { Attachments: [{ ...file, Name: 'a.exe' }] }),
  form('a ContentID that is a number', { Attachments: [{ ...file, ContentID: 7 }] }),
  form('TrackOpens that is a text', { TrackOpens: 'true' }),
  form('TrackLinks that is none', { TrackLinks: 'Some' }),
  form('links of the text alone', { TrackLinks: 'TextOnly' }),
  ['a stream that is not there', 1235, { ...goodMessage, MessageStream: 'newsletters' }],
  email('headers of a group on a broadcast', {
    MessageStream: 'broadcast',
    Headers: [{ Name: 'List-Unsubscribe', Value: '<https://example.com/u>' }],
  }),
  ['a recipient that is suppressed', 406, { ...goodMessage, To: 'gone@example.com' }],
];

const templated = { From: goodMessage.From, To: goodMessage.To, TemplateModel: {} };
const unknown = '01a20167-d6aa-7109-b97c-1eb707aa4c10';

/** Bodies of `POST /email/withTemplate`. */
export const badTemplates: readonly BadMessage[] = [
  ['no template', 1101, templated],
  ['a template by a number', 1101, { ...templated, TemplateId: 1234 }],
  ['a template by a name', 1101, { ...templated, TemplateAlias: 'welcome' }],
  ['a template that is not there', 1101, { ...templated, TemplateAlias: unknown }],
  ['a model that is a list', 403, { ...templated, TemplateAlias: unknown, TemplateModel: ['a'] }],
  ['a body beside a template', 403, { ...templated, TemplateAlias: unknown, HtmlBody: '<p>' }],
];
