import { expect, test } from '@jest/globals';
import { addressAt, recipientsIn } from './recipient-places.ts';

const address = (email: string) => ({ email, name: null });
const send = {
  to: address('ada@example.com'),
  toOthers: ['bob@example.com', 'ben@example.com'].map(address),
  cc: ['carol@example.com'].map(address),
};

test.each([
  ['to', 'ada@example.com'],
  ['to[1]', 'bob@example.com'],
  ['to[2]', 'ben@example.com'],
  ['cc[0]', 'carol@example.com'],
  ['to[0]', null],
  ['to[3]', null],
  ['cc[1]', null],
  ['cc', null],
  ['bcc', null],
  ['bcc[0]', null],
  ['other', null],
  ['toString', null],
  [undefined, null],
  [{}, null],
])('the place %j is that of %s', (place, email) => {
  expect(addressAt(place, send)).toBe(email);
});

test.each<readonly [string, unknown, readonly unknown[]]>([
  ['nothing is kept of whom', undefined, [{ email: 'ada@example.com' }]],
  ['it is about a copy', [{ recipient: 'cc[0]', status: '5.1.1' }], [{ email: 'carol@example.com' }]],
  [
    'each has an answer of its own',
    [
      { recipient: 'to', diagnostic: '550 a' },
      { recipient: 'to[1]', diagnostic: '550 b' },
    ],
    [
      { email: 'ada@example.com', diagnostic: '550 a' },
      { email: 'bob@example.com', diagnostic: '550 b' },
    ],
  ],
  [
    'nobody may hear of some',
    [{ recipient: 'other' }, { recipient: 'to[2]' }],
    [{ email: 'ben@example.com' }],
  ],
  ['nobody may hear of any', [{ recipient: 'other' }], []],
  ['it is of no known form', [null, 'to', {}], []],
])('whom an event is about where %s', (_what, recipients, told) => {
  expect(recipientsIn({ recipients, diagnostic: undefined }, { ...send, isToOne: false })).toEqual(told);
});

const alone = { ...send, toOthers: [], cc: [], isToOne: true };

test.each<readonly [string, unknown, readonly unknown[]]>([
  ['an address that is not theirs', [{ recipient: 'other' }], [{ email: 'ada@example.com' }]],
  [
    'what was said of it',
    [{ recipient: 'other', diagnostic: '550 b' }],
    [{ email: 'ada@example.com', diagnostic: '550 b' }],
  ],
  ['a place that there is not', [{ recipient: 'cc[0]' }], []],
])('of a send to one recipient alone, who is told of %s', (_what, recipients, told) => {
  expect(recipientsIn({ recipients, diagnostic: null }, alone)).toEqual(told);
});

test.each<readonly [string, unknown, readonly unknown[]]>([
  ['nothing is kept of whom', undefined, ['550 a']],
  ['nobody has words of their own', [{ recipient: 'to' }, { recipient: 'cc[0]' }], ['550 a', '550 a']],
  [
    'one has words of their own',
    [{ recipient: 'to', diagnostic: '550 a' }, { recipient: 'cc[0]' }],
    ['550 a', undefined],
  ],
  [
    'one of whom nobody may hear has words of their own',
    [{ recipient: 'other', diagnostic: '550 a' }, { recipient: 'to[1]' }],
    [undefined],
  ],
])('whose are the words of a server where %s', (_what, recipients, words) => {
  const told = recipientsIn({ recipients, diagnostic: '550 a' }, { ...send, isToOne: false });
  expect(told.map(({ diagnostic }) => diagnostic)).toEqual(words);
});
