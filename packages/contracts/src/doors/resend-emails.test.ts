import { describe, expect, test } from '@jest/globals';
import { readResendEmail } from './resend-emails.ts';

const addressed = { from: 'a@b.example', to: 'jane@c.example', subject: 'Hello' };
const id = '01a20167-d6aa-7109-b97c-1eb707aa4c10';

const read = (fields: object) => readResendEmail({ ...addressed, text: 'Hello', ...fields });
const readTemplate = (fields: object) => readResendEmail({ ...addressed, template: { id }, ...fields });
const bad = (path: string, says: string) => ({
  kind: 'bad',
  issues: [{ path, message: expect.stringContaining(says) }],
});

const both = [
  ['an email', read, 'email'],
  ['an email of a template', readTemplate, 'item'],
] as const;

describe.each(both)('%s of a client of Resend', (_, readOne, part) => {
  const taken = (fields: object) =>
    expect.objectContaining({ kind: part, [part]: expect.objectContaining(fields) });
  const hello = Buffer.from('hello');

  test('keeps of its headers those that do not go out anew, and joins the values of one', () => {
    const anew = { Date: 7, 'message-ID': '<a@b>', 'Mime-Version': '1.0', 'Content-Type': 'text/plain' };
    const headers = { ...anew, Received: 'a', 'Return-Path': null, 'X-Tag': ['a', 'b'] };
    expect(readOne({ headers })).toEqual(taken({ headers: [{ name: 'X-Tag', value: 'a, b' }] }));
  });

  test.each([
    ['From', 'a@b.co'],
    ['X-SES-Tags', 'a'],
    ['X-Postroom-Id', 'a'],
    ['X-Tag', ['a', 7]],
    ['X-Tag', []],
  ])('has no header %s of %j', (name, value) => {
    expect(readOne({ headers: { [name]: value } })).toEqual(bad(`headers.${name}`, ''));
  });

  test('says nothing by null and by empty lists', () => {
    const lists = { cc: [], bcc: [], reply_to: [], tags: [], attachments: [], headers: [] };
    const bodies = part === 'email' ? { html: null } : { html: null, text: null };
    const none = { attachments: [], headers: [], tags: [] };
    expect(readOne({ ...lists, ...bodies })).toEqual(taken(none));
    const names = [...Object.keys(lists), 'scheduled_at', 'topic_id'];
    const nulls = Object.fromEntries(names.map((name) => [name, null]));
    expect(readOne({ ...nulls, ...bodies })).toEqual(taken({ attachments: null, headers: null }));
    expect(readOne({ headers: ['X-A: b'] })).toEqual(bad('headers', 'must be an object'));
  });

  test.each([[[...hello]], [{ type: 'Buffer', data: [...hello] }], ['aGVsbG8='], ['aGVs\r\nbG8=\r\n']])(
    'has files in any form: %j',
    (content) => {
      const content_type = 'image/png; name="a.png"';
      const attachments = [
        { filename: 'a.png', content, content_type, inline_content_id: 'logo', path: null },
      ];
      const file = { content: hello, contentType: 'image/png', contentId: 'logo' };
      expect(readOne({ attachments })).toEqual(taken({ attachments: [expect.objectContaining(file)] }));
      const empty = [{ filename: 'a.png', content: [] }];
      expect(readOne({ attachments: empty })).toEqual(
        taken({ attachments: [expect.objectContaining({ content: new Uint8Array() })] }),
      );
    },
  );

  const byte = 'must be a byte';
  test.each([
    [{ content: [104, 256] }, 'content[1]', byte],
    [{ content: [1.5] }, 'content[0]', byte],
    [{ content: ['a'] }, 'content[0]', byte],
    [{ content: [-1] }, 'content[0]', byte],
    [{ content: { type: 'Buffer', data: [104, null] } }, 'content.data[1]', byte],
    [{ content: { type: 'Buffer', data: 'a' } }, 'content', 'must be a string'],
    [{ content: { data: [104] } }, 'content', 'must be a string'],
    [{ content: Array(7 * 1024 * 1024 + 1).fill('a') }, 'content', 'at most 7 MiB'],
    [{ content_type: 'text' }, 'content_type', 'must be a type'],
    [{ content_id: 'a', inline_content_id: 'b' }, 'inline_content_id', 'name one of them'],
    [{ inline_content_id: 'a b' }, 'content_id', 'must be 1 to 128'],
    [{ contentType: 'text/plain' }, 'contentType', 'did you mean content_type?'],
  ])('says what is wrong with a file, and where: %#', (fields, where, says) => {
    const attachments = [{ filename: 'a.txt', content: '', ...fields }];
    expect(readOne({ attachments })).toEqual(bad(`attachments[0].${where}`, says));
  });
});

test('an empty list for variables is an empty map', () => {
  const template = { id, variables: [] };
  expect(readTemplate({ template })).toMatchObject({ kind: 'item', item: { data: {} } });
  expect(readTemplate({ template: { id, variables: ['a'] } })).toEqual(bad('template.variables', 'must be'));
  expect(readTemplate({ template: { id, variables: null } }).kind).toBe('item');
});
