import { describe, expect, test } from '@jest/globals';
import { batchItemSchema, emailRequestSchema, readSmtpMessage } from '@postroom/contracts';
import fc from 'fast-check';
import {
  anEmail,
  anItem,
  attachments,
  changesOf,
  emailChanges,
  id,
  itemChanges,
} from '../../test/field-changes.ts';
import { parseEmail } from './parse-email.ts';
import { askedItem, parseItem } from './parse-item.ts';

function ofItem(item: object, defaults: object = {}, isSimulated = false): string {
  const parsed = parseItem(item, 0, { defaults, isSimulated });
  if (parsed.kind === 'rejected') throw new Error(parsed.message);
  return parsed.fingerprint;
}

const ofEmail = (email: object, isSimulated = false): string =>
  parseEmail(emailRequestSchema.parse(email), 0, { idempotencyHeader: null, isSimulated }).fingerprint;

/** What is stored beside sends that exist: a request that is repeated after an upgrade has to be known again. */
describe('a fingerprint stays what it was', () => {
  const oddSubject = ' a\t\u2028b ';
  const awkwardData =
    '{"z":1,"a":{"c":[1,2.50,{"y":null,"x":true}],"B":-0,"b":1e21},"10":"ten","9":"nine","é":"\\u00e9\\ud83d\\ude00",' +
    '"":"\\u0001\\"\\\\/\\u2028","n":1E-7,"big":12345678901234567890}';
  const full = {
    idempotencyKey: 'k',
    to: { email: 'jane@example.com', externalId: 'Jane' },
    profileId: id(2),
    senderProfileId: id(3).toUpperCase(),
    from: '"Acme, Inc." <Hello@Acme.test>',
    replyTo: 'r@x.co',
    subject: 'Sübject 😀',
    subscriptionGroupId: id(4),
    cc: 'B <b@x.co>, a@x.co, B@x.co',
    bcc: ['c@x.co', 'a@x.co'],
    data: { b: 1, a: [] },
    tracking: { clicks: true },
    tags: ['z', 'a', 'z'],
    headers: { 'X-B': '2', 'x-a': '1' },
    scheduledAt: '2026-01-02T03:04:05.678+01:00',
    attachments: [
      ...attachments,
      { filename: 'b.bin', content: '', content_type: 'Application/PDF', content_id: 'logo' },
    ],
  };
  const fullDefaults = { templateId: id(1), tracking: { opens: false, clicks: false } };

  test.each<[string, string, string]>([
    [
      'the least',
      ofItem({ ...anItem, to: { email: 'Jane@Example.com' } }),
      '496a33200fabe82383aaae5d81d7a183f0356fdf0ac30fa848ae7bd67bf98484',
    ],
    [
      'a profile and empty data',
      ofItem({ idempotencyKey: 'k', templateId: id(1), profileId: id(2), data: {} }),
      '320f1fc3dbe858353d193d677c37c85a9fbeb5fd881ec14dafef47912561fe24',
    ],
    [
      'that of a test key',
      ofItem({ ...anItem, to: { externalId: 'jane' } }, {}, true),
      'dc891b4d92009586be3e9661aa89014b898a6590c2e2b8a86fc155ef463d55f7',
    ],
    [
      'awkward data',
      ofItem({ ...anItem, data: JSON.parse(awkwardData) }),
      'a98ff690402e90ce73f1ce2a6aacb202b7a840c18c907c236a3ee56850043aa2',
    ],
    [
      'a subject that is mailed otherwise',
      ofItem({ ...anItem, to: { email: 'Jane@Example.com' }, subject: oddSubject }),
      'e68ba9e3073fd60944b070323b83e9e4c89e43d574239da73f02209590af7cc9',
    ],
    ['all', ofItem(full, fullDefaults), '12e53e8efbc67dacf18f93c1b04fc742a51a32ee83345c586f5134ebc68b4dc0'],
  ])('of an item with %s', (_what, fingerprint, stored) => {
    expect(fingerprint).toBe(stored);
  });

  const fullEmail = {
    from: 'Acme <A@acme.test>',
    to: ['Jane <jane@example.com>', 'b@x.co', 'B@X.co'],
    subject: 'Sübject',
    html: '<p>\u2028"\\</p>',
    text: 't',
    cc: ['b@x.co', 'c@x.co'],
    bcc: ['d@x.co'],
    reply_to: 'R <r@x.co>',
    tags: ['z', 'a'],
    type: 'marketing',
    headers: { 'X-B': '2', 'x-a': '1' },
    attachments: [{ filename: 'a.txt', content: 'aGVsbG8=', content_type: 'text/plain' }],
    scheduled_at: '2026-01-02T03:04:05Z',
    idempotency_key: 'k',
    tracking: { clicks: false, opens: true },
  };

  test.each<[string, string, string]>([
    [
      'the least',
      ofEmail({ from: 'a@acme.test', to: ['Jane@Example.com'], subject: 's', text: 't' }),
      'f509447a3b5edd96c97d38a9b4cab735bf2bbd157b1d89765184b1b26abe3e10',
    ],
    [
      'that of a test key',
      ofEmail(
        {
          from: 'a@acme.test',
          to: ['jane@example.com'],
          subject: 's',
          html: '<p>h</p>',
          type: 'transactional',
        },
        true,
      ),
      'fced1199bf29f283829c97508fb63a9f710a8134b742668f8a8d37cd292c62b4',
    ],
    [
      'a subject that is mailed otherwise',
      ofEmail({ from: 'a@acme.test', to: ['Jane@Example.com'], subject: oddSubject, text: 't' }),
      '8b7b91a0a352e75005dc3513412028ced4b6e026996584a06134ac4b1c3cb389',
    ],
    ['all', ofEmail(fullEmail), 'e57e42223ad05a597563417326376e1169c9e5184f89fc3951f346b6e7432106'],
  ])('of an email with %s', (_what, fingerprint, stored) => {
    expect(fingerprint).toBe(stored);
  });
});

test('of a message by SMTP that comes again, in whatever order its envelope names the recipients, it is the same', () => {
  const everybody = ['ann@b.test', 'Bob@b.test', 'carl@b.test', 'dora@b.test'];
  const shownSets = fc.tuple(fc.subarray(everybody), fc.subarray(everybody));
  const ofMessage = (recipients: readonly string[], head: readonly string[]) => {
    const message = ['From: a@acme.test', 'Message-ID: <1@acme.test>', ...head, '', 'Hi'].join('\r\n');
    const read = readSmtpMessage(Buffer.from(message), { from: '', recipients });
    if (read.kind === 'bad') throw new Error(read.reason);
    const { send, identity } = read;
    const asked =
      send.kind === 'email'
        ? parseEmail(send.email, 0, { idempotencyHeader: null, isSimulated: false, mime: send.mime })
        : askedItem({ ...send.item, idempotencyKey: 'k' }, { ...send, index: 0, isSimulated: false });
    return { identity, fingerprint: asked.fingerprint };
  };
  const orders = fc
    .subarray(everybody, { minLength: 1 })
    .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })));
  fc.assert(
    fc.property(orders, shownSets, fc.boolean(), ([one, other], [to, cc], isTemplate) => {
      const head = [`To: ${to.join()}`, `Cc: ${cc.join()}`];
      if (isTemplate) head.push(`X-Postroom-Template: ${id(1)}`);
      expect(ofMessage(other, head)).toEqual(ofMessage(one, head));
    }),
  );
});

describe.each([
  ['item', batchItemSchema.shape, itemChanges, (change: object) => ofItem({ ...anItem, ...change })],
  ['email', emailRequestSchema.shape, emailChanges, (change: object) => ofEmail({ ...anEmail, ...change })],
] as const)('every field of an %s', (_what, shape, changes, fingerprint) => {
  test('is listed here', () => {
    expect(Object.keys(changes).sort()).toEqual(Object.keys(shape).sort());
  });

  test('changes its fingerprint, each in its own way, unless it is no part of what is asked for', () => {
    const all = [{}, ...changesOf(changes)].map((change) => fingerprint(change));
    expect(new Set(all).size).toBe(all.length);
  });
});
