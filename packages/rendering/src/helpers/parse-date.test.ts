import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDate } from './parse-date.ts';

const iso = (ms: number) => new Date(ms).toISOString();

describe('what ISO 8601 calls a date is one', () => {
  test.each([
    ['2026-03-01T23:30:00Z', 'instant', '2026-03-01T23:30:00.000Z'],
    ['2026-03-01T23:30Z', 'instant', '2026-03-01T23:30:00.000Z'],
    ['2026-03-01T23:30:00.123456789Z', 'instant', '2026-03-01T23:30:00.123Z'],
    ['2026-03-01T23:30:00,5+05:45', 'instant', '2026-03-01T17:45:00.500Z'],
    ['2026-03-01T23:30:00-0330', 'instant', '2026-03-02T03:00:00.000Z'],
    ['2026-03-01T00:30:00+01', 'instant', '2026-02-28T23:30:00.000Z'],
    ['2026-12-31T24:00:00Z', 'instant', '2027-01-01T00:00:00.000Z'],
    ['2026-03-01T23:30:00', 'local', '2026-03-01T23:30:00.000Z'],
    ['2026-03-01T23:30', 'local', '2026-03-01T23:30:00.000Z'],
    ['2024-02-29', 'day', '2024-02-29T00:00:00.000Z'],
    ['0001-01-01', 'day', '0001-01-01T00:00:00.000Z'],
    ['0099-12-31', 'day', '0099-12-31T00:00:00.000Z'],
    ['2026-03', 'month', '2026-03-01T00:00:00.000Z'],
    ['2026', 'year', '2026-01-01T00:00:00.000Z'],
  ])('%s', (text, kind, at) => {
    const date = parseDate(text);
    expect([date?.kind, date && iso(date.atMs)]).toEqual([kind, at]);
  });

  test('milliseconds are a moment', () => {
    expect(parseDate(1_767_225_600_000)).toEqual({ kind: 'instant', atMs: 1_767_225_600_000 });
    expect(parseDate(-1)).toEqual({ kind: 'instant', atMs: -1 });
    expect(parseDate(8.64e15 + 1)).toBeNull();
  });

  test('whatever a clock can say comes back as it was written', () => {
    const valid = fc.date({
      min: new Date('0001-01-01Z'),
      max: new Date('9999-12-31Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(valid, (date) => {
        expect(parseDate(date.toISOString())).toEqual({ kind: 'instant', atMs: date.getTime() });
      }),
    );
  });
});

test.each([
  'Order 12',
  '5',
  '12',
  '123',
  '12345',
  'Spring 2026',
  '24 Dec',
  '03/04/2026',
  '3.4.2026',
  '2026/03/01',
  'next week',
  'May 1, 2026',
  'Sun Mar 01 2026',
  'Tue, 01 Mar 2026 10:00:00 GMT',
  '1767225600000',
  '1767225600',
  '20260301',
  '2026-3-1',
  '2026-03-1',
  '26-03-01',
  '2026-02-29',
  '2026-02-30',
  '2026-04-31',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '0000-00-00',
  '0000',
  '2026-13',
  '2026-03-01 10:00',
  '2026-03-01T10',
  '2026-03-01T25:00',
  '2026-03-01T24:00:01Z',
  '2026-03-01T10:60Z',
  '2026-03-01T23:59:60Z',
  '2026-03-01T10:00z',
  '2026-03-01t10:00Z',
  '2026-03-01T10:00+24:00',
  '2026-03-01T10:00+01:60',
  '2026-03-01T10:00:00.Z',
  '2026-03-01Z',
  '2026-03-01T',
  '2026-W10-7',
  '2026-060',
  '+002026-03-01',
  '-2026',
  ' 2026-03-01',
  '2026-03-01 ',
  '2026-03-01\n',
  '２０２６',
  '2026-03-01T10:00:00Z trailing',
  '',
  'Invalid Date',
  'now',
])('what only a lenient parser takes for a date is none: %j', (text) => {
  expect(parseDate(text)).toBeNull();
});

test.each([
  [null],
  [undefined],
  [true],
  [[]],
  [{}],
  [['2026-03-01']],
  [Number.NaN],
  [Number.POSITIVE_INFINITY],
])('what is no text and no number is no date: %j', (value) => {
  expect(parseDate(value)).toBeNull();
});
