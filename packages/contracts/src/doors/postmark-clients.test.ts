import { describe, expect, test } from '@jest/globals';
import { readPostmarkEmail, readPostmarkTemplate } from './postmark-emails.ts';

const message = { From: 'a@b.example', To: 'jane@c.example', Subject: 'Hello', HtmlBody: '<p>Hello</p>' };
const { From, To } = message;
const TemplateAlias = '01a20167-d6aa-7109-b97c-1eb707aa4c10';
const Content = 'aGVsbG8=';

const read = (fields: object) => readPostmarkEmail({ ...message, ...fields });
const readTemplate = (fields: object) => readPostmarkTemplate({ From, To, TemplateAlias, ...fields });

/** A file as the SDK of PHP writes each. */
const ofPhp = (Name: string, ContentType = 'application/pdf', ContentId = Name) => ({
  Name,
  Content,
  ContentType,
  ContentId,
});
const files = (...ids: (string | null)[]) =>
  ids.map((contentId) => expect.objectContaining({ contentId: contentId }));

describe('a file whose id is its name, as of PHP,', () => {
  test('is none of the html, whatever its name is, and however many have it', () => {
    const Attachments = [
      ofPhp('a.pdf'),
      ofPhp('a.pdf'),
      ofPhp('the bill.pdf'),
      ofPhp('logo.png', 'image/png'),
    ];
    const attachments = files(null, null, null, null);
    expect(read({ Attachments })).toMatchObject({ kind: 'email', email: { attachments } });
    const HtmlBody = '<p>a.pdf, the bill.pdf</p><img src="cid:other.png"><img src="cid:logo.png.old">';
    expect(read({ Attachments, HtmlBody })).toMatchObject({ kind: 'email', email: { attachments } });
    const textAlone = read({ Attachments, HtmlBody: null, TextBody: 'cid:logo.png' });
    expect(textAlone).toMatchObject({ kind: 'email', email: { attachments } });
  });

  test.each([
    '<img src="cid:logo.png">',
    "<img src='CID:Logo.png'>",
    '<img src=cid:logo.png width=3>',
    '<p style="background: url(cid:logo.png)">',
    '<p style="background: url(&quot;cid:logo.png&quot;)">',
    '<img src="cid:logo%2Epng">',
  ])('is shown where the html names it: %s', (HtmlBody) => {
    const Attachments = [ofPhp('logo.png', 'image/png'), ofPhp('a.pdf')];
    const attachments = files('logo.png', null);
    expect(read({ Attachments, HtmlBody })).toMatchObject({ kind: 'email', email: { attachments } });
  });

  test('keeps an id that is not its name', () => {
    const Attachments = [ofPhp('logo.png', 'image/png', 'cid:logo'), ofPhp('a.pdf', undefined, 'bill')];
    const attachments = files('logo', 'bill');
    expect(read({ Attachments })).toMatchObject({ kind: 'email', email: { attachments } });
  });

  test('is refused where the html names what can be no id', () => {
    const HtmlBody = '<img src="cid:my logo.png">';
    const issues = [{ path: 'Attachments[0].ContentID' }];
    expect(read({ Attachments: [ofPhp('my logo.png')], HtmlBody })).toMatchObject({ kind: 'bad', issues });
  });

  test('keeps it with a template if it is an image', () => {
    const Attachments = [ofPhp('a.pdf'), ofPhp('logo.png', 'image/png'), ofPhp('my logo.png', 'image/png')];
    const attachments = files(null, 'logo.png', null);
    expect(readTemplate({ Attachments })).toMatchObject({ kind: 'item', item: { attachments } });
  });
});

test('the SDK of .NET says nothing by null everywhere', () => {
  const none = { Cc: null, Bcc: null, ReplyTo: null, Tag: null, Metadata: null, MessageStream: null };
  const Attachments = [{ Name: 'a.pdf', ContentType: 'application/pdf', ContentId: null, Content }];
  const Headers = [{ Name: 'X-Order', Value: '7' }];
  const fields = { ...none, TrackOpens: null, TrackLinks: 'None', Headers, Attachments };
  const attachments = files(null);
  expect(read({ ...fields, TextBody: null })).toMatchObject({ kind: 'email', email: { attachments } });
  const templated = { ...fields, TemplateId: null, TemplateModel: { name: 'Ada' }, InlineCss: true };
  expect(readTemplate(templated)).toMatchObject({ kind: 'item', item: { attachments } });
});

test('the SDK of Java writes ContentId, with cid: before it', () => {
  const Attachments = [
    { Name: 'logo.png', Content, ContentType: 'image/png', ContentId: 'cid:logo' },
    { Name: 'a.pdf', Content, ContentType: 'application/pdf', ContentId: null },
  ];
  const attachments = files('logo', null);
  expect(read({ Attachments })).toMatchObject({ kind: 'email', email: { attachments } });
});

describe('a list of the SDK of Java', () => {
  test('has each address in quotes as a whole', () => {
    const To = '"a@x.example","b@x.example", "Bob, B." <c@x.example>';
    const to = ['a@x.example', 'b@x.example', 'c@x.example'].map((email) =>
      expect.objectContaining({ email }),
    );
    expect(read({ To, Cc: '"d@x.example"' })).toMatchObject({ kind: 'email', email: { to, cc: [{}] } });
    expect(readTemplate({ To })).toMatchObject({ kind: 'item', to });
  });

  test.each(['"a@x.example,b@x.example"', '"jane"', '"a@x.example" b@x.example', '"a@x.example', '""'])(
    'is refused where what stands in quotes is no address: %s',
    (To) => {
      expect(read({ To })).toMatchObject({ kind: 'bad', issues: [{ path: 'To[0]' }] });
      expect(read({ From: '"a@x.example"' })).toMatchObject({ kind: 'bad', issues: [{ path: 'From' }] });
    },
  );
});

describe('the case of a name', () => {
  test('says nothing of the fields of a message, its headers and its files', () => {
    const email = readPostmarkEmail({
      from: From,
      TO: To,
      subject: 'Hello',
      htmlbody: '<p>Hello</p>',
      metadata: { Order: '7' },
      headers: [{ name: 'X-Order', value: '7' }],
      attachments: [{ name: 'a.pdf', content: Content, contentType: 'application/pdf', contentid: 'a' }],
    });
    const read = { tags: ['Order:7'], headers: [{ name: 'X-Order', value: '7' }], attachments: files('a') };
    expect(email).toMatchObject({ kind: 'email', email: read });
  });

  test('is kept within a model and metadata, which are the one who sends', () => {
    const data = { From: 'a', from: 'b', To: { to: 1, TO: 2 } };
    const fields = { templateMODEL: data, Metadata: { Tag: 'a', tag: 'b' } };
    const item = { data, tags: ['Tag:a', 'tag:b'] };
    expect(readTemplate(fields)).toMatchObject({ kind: 'item', item });
  });

  test.each([
    ['a message', { subject: 'Other' }, 'subject'],
    ['a file', { Attachments: [{ ...ofPhp('a.pdf'), ContentID: 'a' }] }, 'Attachments[0].ContentId'],
    ['a header', { Headers: [{ Name: 'X-A', name: 'X-B', Value: '1' }] }, 'Headers[0].name'],
  ])('tells an unknown field of %s that is there in two', (_, fields, path) => {
    expect(read(fields)).toMatchObject({ kind: 'bad', issues: [{ path }] });
  });
});
