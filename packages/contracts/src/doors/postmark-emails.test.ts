import { describe, expect, test } from '@jest/globals';
import { readPostmarkEmail, readPostmarkTemplate } from './postmark-emails.ts';

const message = { From: 'a@b.example', To: 'jane@c.example', Subject: 'Hello', TextBody: 'Hello' };
const TemplateAlias = '01a20167-d6aa-7109-b97c-1eb707aa4c10';
const { From, To } = message;

const read = (fields: object) => readPostmarkEmail({ ...message, ...fields });
const readTemplate = (fields: object) => readPostmarkTemplate({ From, To, TemplateAlias, ...fields });
const bad = (path: string, says: string) => ({
  kind: 'bad',
  issues: [{ path, message: expect.stringContaining(says) }],
});

const both = [
  ['an email', read, 'email'],
  ['a message of a template', readTemplate, 'item'],
] as const;

describe.each(both)('%s of a client of Postmark', (_, readOne, part) => {
  const taken = (fields: object) =>
    expect.objectContaining({ kind: part, [part]: expect.objectContaining(fields) });

  test('keeps of its headers those that do not go out anew', () => {
    const names = ['Date', 'message-id', 'Message-ID', 'Mime-Version', 'Content-Transfer-Encoding'];
    const Headers = [...names, 'Received', 'Return-Path', 'X-Order'].map((Name) => ({ Name, Value: 7 }));
    expect(readOne({ Headers })).toEqual(taken({ headers: [{ name: 'X-Order', value: '7' }] }));
  });

  test.each(['From', 'Bcc', 'Subject', 'DKIM-Signature', 'X-SES-Tags', 'X-Postroom-Id'])(
    'has no header %s',
    (Name) => {
      expect(readOne({ Headers: [{ Name, Value: 'a' }] })).toEqual(
        bad(`Headers.${Name}`, 'is a header that'),
      );
    },
  );

  test('says nothing by null, by an empty text and by an empty list', () => {
    const optional = ['Cc', 'Bcc', 'ReplyTo', 'Tag', 'Metadata', 'Headers', 'Attachments'];
    const others = ['TrackOpens', 'TrackLinks', 'MessageStream'];
    const all = (names: readonly string[], value: unknown) =>
      Object.fromEntries(names.map((name) => [name, value]));
    const nulls = all([...optional, ...others], null);
    expect(readOne(nulls)).toEqual(taken({ headers: null, attachments: null }));
    const empty = all(['Cc', 'Bcc', 'ReplyTo', 'Tag', 'TrackLinks', 'MessageStream'], '');
    const lists = all(['Metadata', 'Headers', 'Attachments'], []);
    expect(readOne({ ...empty, ...lists })).toEqual(taken({ headers: [], attachments: [], tags: [] }));
    expect(readOne({ Metadata: ['a'] })).toEqual(bad('Metadata', 'must be an object'));
  });

  test('keeps numbers and booleans of Metadata as texts', () => {
    const Metadata = { order: 7, paid: true, total: 1.5 };
    expect(readOne({ Metadata })).toEqual(taken({ tags: ['order:7', 'paid:true', 'total:1.5'] }));
    expect(readOne({ Metadata: { a: null } })).toEqual(bad('Metadata.a', 'must be a string'));
  });

  test.each(['aGVs\nbG8=\n', 'aGVs\r\nbG8=\r\n', 'aGVsbG8='])('has files in lines: %j', (Content) => {
    const ContentType = 'IMAGE/jpeg; filename="face.jpeg"; name=face.jpeg';
    const Attachments = [{ Name: 'face.jpeg', Content, ContentType, ContentID: null }];
    const file = { content: Buffer.from('hello'), contentType: 'image/jpeg' };
    expect(readOne({ Attachments })).toEqual(taken({ attachments: [expect.objectContaining(file)] }));
  });

  test.each([
    ['Name', 'a.exe'],
    ['Content', '***'],
    ['ContentType', 'text'],
    ['ContentType', `text/plain; name="${'a'.repeat(2_000)}"`],
    ['ContentID', 'cid:a b'],
  ])('says what is wrong with a file by the name that it has: %s', (field, value) => {
    const file = { Name: 'a.txt', Content: 'aGVsbG8=', ContentType: 'text/plain' };
    const Attachments = [file, { ...file, [field]: value }];
    expect(readOne({ Attachments })).toEqual(bad(`Attachments[1].${field}`, ''));
  });
});

test('an empty list for a model is an empty model, and an empty alias none', () => {
  const named = { TemplateAlias: '', TemplateId: TemplateAlias, TemplateModel: [] };
  const item = { templateId: TemplateAlias, data: {} };
  expect(readTemplate(named)).toMatchObject({ kind: 'item', item });
  expect(readTemplate({ TemplateId: 0, TemplateModel: {} })).toMatchObject({ kind: 'item', item });
  expect(readTemplate({ TemplateModel: ['a'] })).toEqual(bad('TemplateModel', 'must be a JSON object'));
  expect(readTemplate({ TemplateAlias: '' })).toEqual(bad('TemplateId', 'is required'));
});
