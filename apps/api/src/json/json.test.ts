import { describe, expect, test } from '@jest/globals';
import { isChangedNumber } from '@postroom/contracts';
import fc from 'fast-check';
import { countFields } from './count-fields.ts';
import { findFlaws } from './find-flaws.ts';
import { JsonScan, jsonLimits } from './json-scan.ts';
import { parseJson } from './parse-json.ts';

describe('a number that would be changed by being read:', () => {
  test.each([
    '9007199254740993',
    '-9007199254740993',
    '90071992547409930',
    '12345678901234567890',
    '18446744073709551615',
    '18446744073709551616',
    '9007199254740993.0',
    '9007199254740993e0',
    '900719925474099.3e1',
    '1e400',
    '-1e400',
    '9'.repeat(400),
    '3.14159265358979323846',
    '0.1234567890123456789',
    '1.00000000000000000001',
    `0.${'3'.repeat(30)}`,
    `1${'0'.repeat(2_000)}`,
    '123456789012345678e-10',
    '1000000000000000000000',
    '1000000000000000000000.0',
    '0.0000001',
    '-0.00000012',
    '0.000000000000000000000001',
    '1e-400',
    '-1e-999',
    `0.${'0'.repeat(400)}1`,
  ])('%s is', (literal) => {
    expect(isChangedNumber(literal)).toBe(true);
  });

  test.each([
    '0',
    '-0',
    '0.0',
    '1.10',
    '1e5',
    '1E5',
    '1e+22',
    '9007199254740992',
    '9007199254740991',
    '9007199254740994',
    '100000000000000000000',
    '123456789012345680000',
    '5e-324',
    '1e-7',
    '0.000001',
    '0.00000000',
    '0.0e-999',
    '999999999999999900000',
    '1.7976931348623157e308',
    '0.1',
    '0.30000000000000004',
    '3.141592653589793',
    '0.10000000000000001',
    '19.989999999999998',
    '1.0000000000000000000000000',
    '0e999999999',
    '1767225600000',
    '12345678901234.50',
  ])('%s is not', (literal) => {
    expect(isChangedNumber(literal)).toBe(false);
  });

  test('no number that this process writes is', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(isChangedNumber(String(value))).toBe(false);
      }),
    );
  });

  test('no fraction is that is written with the 17 digits of its double', () => {
    const fractions = fc.double({ min: -1e9, max: 1e9, noNaN: true }).filter((value) => value % 1 !== 0);
    fc.assert(
      fc.property(fractions, (value) => {
        expect(isChangedNumber(value.toPrecision(17))).toBe(false);
        expect(isChangedNumber(value.toExponential(16))).toBe(false);
      }),
    );
  });

  test('no whole number is that a double holds to the last digit, and each of its neighbours is that it does not', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (value) => {
        expect(isChangedNumber(String(value))).toBe(String(Number(value)) !== String(value));
      }),
    );
  });
});

/** What a scan says of a text that comes in pieces of this size. */
function scanned(text: string, size = text.length): JsonScan {
  const scan = new JsonScan();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) scan.feed(bytes.subarray(at, at + size));
  return scan;
}

const told = ({ values, fields, hasChangedNumber }: JsonScan) => ({ values, fields, hasChangedNumber });

describe('a scan', () => {
  test('counts the values and fields of any JSON, however it is cut into pieces', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.integer({ min: 1, max: 9 }), async (text, size) => {
        const scan = scanned(text, size);
        expect(told(scan)).toEqual(told(scanned(text)));
        expect(scan.fields).toBe(await countFields(JSON.parse(text)));
      }),
    );
  });

  test.each([
    ['in a string is none', '{"a":"9007199254740993"}', false],
    ['in a key is none', '{"9007199254740993":1}', false],
    ['behind an escaped quote is none', '{"a":"\\"9007199254740993"}', false],
    ['behind an escaped backslash is one', '{"a":"\\\\",  "b":9007199254740993}', true],
    ['in an array is one', '[1,[2,9007199254740993]]', true],
    ['at the end of an object is one', '{"a":1e400}', true],
    ['of four characters is one', '{"a":9e999}', true],
  ])('a number %s', (_what, text, isOne) => {
    for (const size of [1, 2, 3, 5, 100]) expect(scanned(text, size).hasChangedNumber).toBe(isOne);
  });

  test.each([
    ['values', `[${'0,'.repeat(jsonLimits.values)}0]`],
    ['values', `[${'[],'.repeat(jsonLimits.values)}0]`],
    ['values', `{"a":[${'"",'.repeat(jsonLimits.values)}0]}`],
    ['fields', `[${'{"a":0},'.repeat(jsonLimits.fields + 1)}0]`],
    ['fields', `{${'"a":0,'.repeat(jsonLimits.fields)}"b":0}`],
    ['levels', '['.repeat(jsonLimits.levels + 1)],
  ])('says that there are too many %s', (excess, text) => {
    expect(new JsonScan().feed(Buffer.from(text))).toBe(excess);
  });

  test('is content with a full batch of each dialect', () => {
    const addresses = Array.from({ length: 50 }, (_, at) => `person-${at}@example.com`);
    const headers = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [`X-${at}`, 'v']));
    const email = { from: 'a@b.co', to: addresses, cc: addresses, bcc: addresses, subject: 's', headers };
    const emails = Array.from({ length: 1_000 }, () => email);
    expect(new JsonScan().feed(Buffer.from(JSON.stringify({ emails })))).toBeNull();
  });
});

describe('what would not arrive as it was sent is found with its path:', () => {
  test.each([
    ['{"items":[{"data":{"id":9007199254740993}}]}', [['items', 0, 'data', 'id']]],
    ['{"a":[1,2,{"b":[1e400]}]}', [['a', 2, 'b', 0]]],
    ['[9007199254740993]', [[0]]],
    ['{"data":{"a":1,"a":2}}', [['data', 'a']]],
    ['{"data":{"a":1,"\\u0061":2}}', [['data', 'a']]],
    ['{"data":{"x":[{"__proto__":1,"__proto__":2}]}}', [['data', 'x', 0, '__proto__']]],
    ['{"items":[{"data":{"a":1}},{"data":{"a":1},"data":{"b":2}}]}', [['items', 1, 'data']]],
    ['{"headers":{"X-A":"1","X-A":"2"}}', [['headers', 'X-A']]],
    ['{"attributes":{"":1,"":2}}', [['attributes', '']]],
    ['{"sampleData":{"a":{"b":1,"c":2,"b":3}}}', [['sampleData', 'a', 'b']]],
    ['{"data":{"a":[{"k":1},{"k":2}],"k":3}}', []],
    ['{"data":{"a":"a","b":"a"}}', []],
    ['{"subject":"first","subject":"last"}', [['subject']]],
    ['{"items":[{"idempotencyKey":"a","to":{"email":"a","email":"b"}}]}', [['items', 0, 'to', 'email']]],
    ['{"items":[{"idempotencyKey":"a","idempotencyKey":"a"}]}', [['items', 0, 'idempotencyKey']]],
    ['{"items":[],"items":[]}', [['items']]],
    ['{"a":{"k":1},"b":{"k":1},"k":[{"k":1},{"k":1}]}', []],
    [' {\n"data" : { "a" : 1.10 , "b" : [ ] , "c" : { } } } ', []],
  ])('%s', async (text, paths) => {
    const { flaws } = await parseJson(Buffer.from(text), scanned(text));
    expect(flaws.map(({ path }) => path)).toEqual(paths);
  });

  test('at most fifty are told, of any depth, in short', async () => {
    const text = `{"data":${'['.repeat(5_000)}${'1e400,'.repeat(1_000)}0${']'.repeat(5_000)}}`;
    const flaws = await findFlaws(text);
    expect(flaws).toHaveLength(50);
    expect(JSON.stringify(flaws).length).toBeLessThan(40_000);
    const [long] = await findFlaws(`[${'9'.repeat(100_000)}]`);
    expect(long?.message.length).toBeLessThan(300);
  });

  test('behind fifty others each element of a list has one, and each field of an object in the text', async () => {
    const many = `[${'1e400,'.repeat(60)}0]`;
    const text = `{"items":[{"a":${many}},{"a":${many}},{"a":1},{"b":0,"b":1}],"defaults":{"c":${many},"d":{"e":${many}}}}`;
    const places = (await findFlaws(text)).slice(50).map(({ path }) => path);
    expect(places).toEqual([
      ['items', 1, 'a', 0],
      ['items', 3, 'b'],
      ['defaults', 'c', 0],
      ['defaults', 'd', 'e', 0],
    ]);
    expect(await findFlaws(`[${'[1e400],'.repeat(5_000)}0]`)).toHaveLength(250);
  });

  test('none in any JSON that this process writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const text = JSON.stringify({ data: value });
        const { flaws } = await parseJson(Buffer.from(text), scanned(text));
        expect(flaws).toEqual([]);
      }),
    );
  });
});
