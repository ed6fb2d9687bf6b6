import { expect, test } from '@jest/globals';
import { readImportLine } from './read-import-line.ts';

const read = (cells: Readonly<Record<string, string>>) =>
  readImportLine(new Map(Object.entries(cells)), 'Manual');

/** A line of each list, by the names that each product's documentation gives. */
test.each([
  ['Postmark', { EmailAddress: 'a@b.co', SuppressionReason: 'HardBounce', Origin: 'Recipient' }, 'Bounce'],
  [
    'Postmark',
    { EmailAddress: 'a@b.co', SuppressionReason: 'SpamComplaint', Origin: 'Recipient' },
    'Complaint',
  ],
  [
    'Postmark',
    { EmailAddress: 'a@b.co', SuppressionReason: 'ManualSuppression', Origin: 'Customer' },
    'Manual',
  ],
  ['Resend', { id: 'x', email: 'a@b.co', origin: 'bounce', source_id: '' }, 'Bounce'],
  ['Resend', { id: 'x', email: 'a@b.co', origin: 'complaint', source_id: 'y' }, 'Complaint'],
  ['Resend', { id: 'x', email: 'a@b.co', origin: 'manual', source_id: '' }, 'Manual'],
  [
    'SendGrid bounces',
    { created: '1443651125', email: 'a@b.co', reason: '550 5.1.1 unknown', status: '5.1.1' },
    'Bounce',
  ],
  [
    'SendGrid blocks',
    { email: 'a@b.co', reason: 'error dialing remote address: dial tcp', status: '4.0.0' },
    'Bounce',
  ],
  [
    'SendGrid invalid',
    { email: 'a@b.co', reason: 'Mail domain mentioned in email address is unknown' },
    'Bounce',
  ],
  ['SendGrid spam reports', { created: '1443651141', email: 'a@b.co', ip: '192.0.2.1' }, 'Complaint'],
  ['SendGrid unsubscribes', { email: 'a@b.co', created: '1443651141' }, 'Manual'],
  [
    'Mailgun bounces',
    { address: 'a@b.co', code: '550', error: 'No such mailbox', created_at: 'x' },
    'Bounce',
  ],
  ['Mailgun unsubscribes', { address: 'a@b.co', tags: '*', created_at: 'x' }, 'Manual'],
  [
    'SES',
    { EmailAddress: 'a@b.co', Reason: 'BOUNCE', LastUpdateTime: '2026-04-10T21:03:05+00:00' },
    'Bounce',
  ],
  ['SES', { EmailAddress: 'a@b.co', Reason: 'COMPLAINT', LastUpdateTime: '1586552585.077' }, 'Complaint'],
  ['ours', { email: 'a@b.co', reason: 'Complaint', origin: 'event', note: '' }, 'Complaint'],
])('%s: %j', (_product, cells, reason) => {
  expect(read(cells)).toMatchObject({ kind: 'ok', suppression: { email: 'a@b.co', reason } });
});

test.each([
  [
    [
      ['email', 'a@b.co'],
      ['Email', 'c@b.co'],
    ],
    'bad',
  ],
  [
    [
      ['email', 'a@b.co'],
      ['note', 'x'],
      ['note ', 'y'],
    ],
    'bad',
  ],
  [
    [
      ['email', 'a@b.co'],
      ['expires_at', '2030-01-01T00:00:00Z'],
      ['expiresAt', '2031-01-01T00:00:00Z'],
    ],
    'bad',
  ],
  [
    [
      ['email', 'a@b.co'],
      ['note', 'x'],
      ['Note', ' x'],
    ],
    'ok',
  ],
  [
    [
      ['email', ''],
      ['Email', 'a@b.co'],
      ['', 'x'],
      ['', 'y'],
      ['status', '1'],
      ['status', '2'],
    ],
    'ok',
  ],
] as const)(
  'two cells of one name that say different things are the problem of their line: %j',
  (cells, kind) => {
    expect(readImportLine(cells, 'Manual').kind).toBe(kind);
  },
);

test('the reason of a line that names none is the one that was asked for', () => {
  expect(readImportLine(new Map([['email', 'a@b.co']]), 'Bounce')).toMatchObject({
    suppression: { reason: 'Bounce' },
  });
});

test('an address may stand with its name, in any letter case, and the hash of one that was erased is one', () => {
  const hidden = `erased:${'0a'.repeat(32)}`;
  expect(read({ Email: 'Ada <Ada@EXAMPLE.com>' })).toMatchObject({
    suppression: { email: 'Ada@example.com' },
  });
  expect(read({ email: hidden, reason: 'Bounce' })).toMatchObject({ suppression: { email: hidden } });
});

test('our own note and end are kept', () => {
  const expiresAt = new Date(Date.now() + 3_600_000);
  expect(read({ email: 'a@b.co', note: 'n', expiresAt: expiresAt.toISOString() })).toMatchObject({
    suppression: { note: 'n', expiresAt },
  });
});

test.each([
  ['no address', { name: 'Ada' }, 'holds no address'],
  ['an address that is none', { email: 'not an address' }, 'email'],
  ['a reason in a word that nobody knows', { email: 'a@b.co', reason: 'Bored' }, 'reason must be one of'],
  ['an end that has passed', { email: 'a@b.co', expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt'],
  ['half of a hash', { email: 'erased:12' }, 'email'],
])('%s is told', (_what, cells, message) => {
  expect(read(cells)).toMatchObject({ kind: 'bad', message: expect.stringContaining(message) });
});
