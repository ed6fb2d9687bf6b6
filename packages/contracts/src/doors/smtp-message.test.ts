import { describe, expect, test } from '@jest/globals';
import { readSmtpMessage } from './smtp-message.ts';

const templateId = '0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b';
const template = `X-Postroom-Template: ${templateId}`;

/** The send that a message is, without its parts; a text is why it is none. */
function read(...fields: readonly string[]) {
  const bytes = Buffer.from(['From: a@b.example', ...fields, '', 'Hello'].join('\r\n'));
  const message = readSmtpMessage(bytes, { from: '', recipients: ['jane@b.example'] });
  if (message.kind === 'bad') return message.reason;
  const { send } = message;
  return send.kind === 'item' ? { ...send.item, isMarketing: send.isMarketing } : { ...send.email, ...send };
}

test('a message that has passed more than a hundred servers is refused', () => {
  const passed = (servers: number) => read(...Array<string>(servers).fill('Received: from a by b'));
  expect(passed(100)).toMatchObject({ kind: 'email' });
  expect(passed(101)).toMatch(/more than 100 servers/);
});

describe('a message that names a template', () => {
  test('keeps its fields but for those that have a place of their own, or are others to set', () => {
    const kept = [
      'List-Unsubscribe: <https://b.example/leave?id=1>, <mailto:leave@b.example>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
      'X-Entity-Ref-ID: 7f1',
      'In-Reply-To: <0@b.example>',
      'References: <0@b.example> <1@b.example>',
      'Precedence: bulk',
      'X-Title: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
      'X-Utf-7: =?utf-7?q?a?=',
    ];
    const left = [
      'Received: from a by b',
      'Received: from b by c',
      'DKIM-Signature: v=1',
      'Message-ID: <2@b.example>',
      'Date: Sun, 29 Nov 2026 10:00:00 +0000',
      'MIME-Version: 1.0',
      'Content-Type: text/plain',
      'Sender: s@b.example',
      'Bcc: hidden@b.example',
      'X-SES-Configuration-Set: other',
      'X-Postroom-Send-Id: 1',
      'X-Empty:',
    ];
    const headers = kept.map((field) => {
      const [name = '', ...value] = field.split(': ');
      return { name, value: value.join(': ') };
    });
    const folded = kept.map((field) => field.replaceAll('> <', '>\r\n\t<'));
    expect(read(template, ...left, ...folded, 'Reply-To: "R, 1" <r1@b.example>')).toMatchObject({
      headers,
      replyTo: { email: 'r1@b.example', name: 'R, 1' },
    });
  });

  test.each([
    ['Reply-To: r1@b.example, r2@b.example', /^Reply-To must hold one address/],
    ['List-Unsubscribe: ftp://b.example', /^List-Unsubscribe must be https:/],
    ['List-Unsubscribe-Post: List-Unsubscribe=One-Click', /^List-Unsubscribe-Post needs an https: address/],
    ['X-One: 1\r\nX-One: 2', /^X-One is there twice/],
    ['X-One: 1\r\nx-one: 2', /^x-one is there twice/],
    [`References: ${'<0@b.example>\r\n '.repeat(80)}<1@b.example>`, /^References must have at most 995 char/],
    [Array.from({ length: 31 }, (_, at) => `X-${at}: 1`).join('\r\n'), /^the headers must hold at most 30/],
    [`${'X'.repeat(127)}: 1`, /^a header has a name of more than 126 characters/],
  ])('is refused with what would be lost: %s', (fields, reason) => {
    expect(read(template, ...fields.split('\r\n'))).toMatch(reason);
  });
});

test('a message that goes out as it came has as many fields and reply addresses as it had', () => {
  const fields = ['X-One: 1', 'X-One: 2', ...Array.from({ length: 31 }, (_, at) => `X-${at}: 1`)];
  const sent = read('Reply-To: r1@b.example, r2@b.example', ...fields, 'Message-ID: <1@b.example>');
  const mime = { replyTo: [{ email: 'r1@b.example' }, { email: 'r2@b.example' }] };
  expect(sent).toMatchObject({ reply_to: { email: 'r1@b.example' }, mime });
  expect(Object(sent).mime.content.toString()).toBe([...fields, '', 'Hello'].join('\r\n'));
});

test('a message that goes out as it came says where its recipient may leave, in at most 50 places', () => {
  const urls = ['<https://b.example/a?u=1>', '<mailto:a@b.example>', '<https://b.example/\r\n b>', '<<', '<'];
  const kept = ['https://b.example/a?u=1', 'mailto:a@b.example', 'https://b.example/b'];
  const sent = read(`List-Unsubscribe: ${urls.join(', ')}`);
  expect(sent).toMatchObject({ mime: { unsubscribeUrls: kept } });
  const many = Array.from({ length: 51 }, (_, at) => `<https://b.example/${at}>`).join(',\r\n ');
  expect(Object(read(`List-Unsubscribe: ${many}`)).mime.unsubscribeUrls).toHaveLength(50);
});

test('what a message says of itself to machines is kept, wherever its line was folded', () => {
  expect(read('Auto-Submitted: auto-notified;\r\n\towner=x')).toMatchObject({
    headers: [{ name: 'Auto-Submitted', value: 'auto-notified; owner=x' }],
  });
});

describe('an option may be written as', () => {
  const q = (text: string) =>
    `=?utf-8?q?${[...Buffer.from(text)].map((byte) => `=${byte.toString(16).toUpperCase()}`).join('')}?=`;
  const b = (text: string) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
  /** Two words, in the middle of a character where there is one. */
  const cut = (text: string) => {
    const bytes = Buffer.from(text);
    const half = [bytes.subarray(0, bytes.length / 2), bytes.subarray(bytes.length / 2)];
    return half.map((one) => `=?utf-8?b?${one.toString('base64')}?=`).join('\r\n\t');
  };
  const at = new Date(Date.now() + 86_400_000).toISOString();
  const data = { name: 'Jörg', text: 'ein langer Text' };

  test.each<[string, (text: string) => string]>([
    ['plain text', (text) => text],
    ['one word in Q', q],
    ['one word in B', b],
    ['words on several lines', cut],
  ])('%s', (_how, write) => {
    const ascii =
      write('x') === 'x'
        ? { tags: 'Maerz, a b', data: '{"name":"J\\u00f6rg","text":"ein langer Text"}' }
        : null;
    const options = {
      Tags: ascii?.tags ?? 'März, größe',
      Data: ascii?.data ?? JSON.stringify(data),
      Template: templateId,
      Group: templateId.toUpperCase(),
      Type: 'Marketing',
      'Scheduled-At': at,
      'Track-Clicks': 'true',
      'Track-Opens': 'no',
      'Track-Text': 'on',
    };
    const fields = Object.entries(options).map(([name, value]) => `X-Postroom-${name}: ${write(value)}`);
    expect(read(...fields)).toMatchObject({
      tags: ascii ? ['Maerz', 'a b'] : ['März', 'größe'],
      data,
      templateId,
      subscriptionGroupId: templateId,
      isMarketing: true,
      scheduledAt: new Date(at),
      tracking: { clicks: true, opens: false, text: true },
    });
  });

  test.each([
    [
      "Python's EmailMessage",
      '=?utf-8?b?TcOkcnosIGdyw7bDn2Us?= x',
      `{"name": =?utf-8?b?IkrDtnJnIE3DvGxsZXIiLCAiY2l0eSI6ICJLw7Zs?=\r\n =?utf-8?q?n?= am Rhein und noch viel mehr", "more": "ein langer Text mit\r\n Leerzeichen"}`,
    ],
    [
      'nodemailer',
      '=?UTF-8?Q?M=C3=A4rz=2C_gr=C3=B6=C3=9Fe=2C_x?=',
      '=?UTF-8?Q?=7B=22name=22=3A_=22J=C3=B6rg_M=C3=BClle?=\r\n =?UTF-8?Q?r=22=2C_=22city=22=3A_=22K=C3=B6ln_am_Rh?=\r\n =?UTF-8?Q?ein_und_noch_viel_mehr=22=2C_=22more=22?=\r\n =?UTF-8?Q?=3A_=22ein_langer_Text_mit_Leerzeichen?= =?UTF-8?Q?=22=7D?=',
    ],
  ])('%s writes it', (_who, tags, json) => {
    expect(read(template, `X-Postroom-Tags: ${tags}`, `X-Postroom-Data: ${json}`)).toMatchObject({
      tags: ['März', 'größe', 'x'],
      data: {
        name: 'Jörg Müller',
        city: 'Köln am Rhein und noch viel mehr',
        more: 'ein langer Text mit Leerzeichen',
      },
    });
  });
});
