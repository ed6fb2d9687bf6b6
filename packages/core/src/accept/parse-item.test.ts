import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyOfRaw, mergeDefaults, parseItem } from './parse-item.ts';

const id = (digit: number) => `0189000${digit}-0000-7000-8000-000000000000`;
const base = {
  idempotencyKey: 'key',
  templateId: id(1),
  to: { email: 'jane@example.com' },
  subject: 'Subject',
  from: 'Acme <hello@acme.test>',
  cc: 'a@x.co, b@x.co',
  data: { a: 1, b: { c: [1, 2] } },
};

function fingerprint(item: object, defaults: object = {}, isSimulated = false): string {
  const parsed = parseItem(item, 0, { defaults, isSimulated });
  if (parsed.kind === 'rejected') throw new Error(parsed.message);
  return parsed.fingerprint;
}

test('a fingerprint is a SHA-256 in hex', () => {
  expect(fingerprint(base)).toMatch(/^[0-9a-f]{64}$/);
});

test('a fingerprint tells what a test key asks for from what a live key asks for', () => {
  expect(fingerprint(base, {}, true)).not.toBe(fingerprint(base, {}, false));
});

describe('fingerprints are equal whatever', () => {
  const { subject, from, ...rest } = base;
  test.each<[string, object, object]>([
    ['the key', { ...base, idempotencyKey: 'another' }, {}],
    ['the order of keys', Object.fromEntries(Object.entries(base).toReversed()), {}],
    ['the order of keys in data', { ...base, data: { b: { c: [1, 2] }, a: 1 } }, {}],
    ['the case of addresses', { ...base, to: { email: 'JANE@Example.com' } }, {}],
    ['quotes and white space in addresses', { ...base, from: ' "Acme"  < HELLO@acme.test > ' }, {}],
    ['string or array', { ...base, cc: ['a@x.co', 'B@X.CO'] }, {}],
    ['repeated copies', { ...base, cc: 'a@x.co, b@x.co, A@x.co, jane@example.com' }, {}],
    ['copies repeated in bcc', { ...base, bcc: 'b@x.co' }, {}],
    ['defaults or item', rest, { subject, from }],
    ['a default that the item overrides', base, { subject: 'Default', from: 'other@acme.test' }],
    ['omitted or null', { ...base, bcc: null, replyTo: null, tracking: null, profileId: null }, {}],
    ['omitted or empty copies', { ...base, bcc: [] }, {}],
    [
      'omitted or null within',
      { ...base, to: { ...base.to, externalId: null }, tracking: { opens: null } },
      {},
    ],
    ['the case of ids', { ...base, templateId: id(1).toUpperCase() }, {}],
  ])('%s', (_what, item, defaults) => {
    expect(fingerprint(item, defaults)).toBe(fingerprint(base));
  });

  test('the order of keys in any data', () => {
    const data = fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.jsonValue({ maxDepth: 3 }));
    fc.assert(
      fc.property(data, (given) => {
        fc.pre(!JSON.stringify(given).includes('__proto__'));
        const reversed = Object.fromEntries(Object.entries(given).toReversed());
        expect(fingerprint({ ...base, data: reversed })).toBe(fingerprint({ ...base, data: given }));
      }),
    );
  });
});

describe('fingerprints differ by', () => {
  const changes: readonly (readonly [string, object])[] = [
    ['templateId', { templateId: id(2) }],
    ['profileId', { profileId: id(3) }],
    ['senderProfileId', { senderProfileId: id(3) }],
    ['subscriptionGroupId', { subscriptionGroupId: id(3) }],
    ['to.email', { to: { email: 'john@example.com' } }],
    ['to.externalId', { to: { email: 'jane@example.com', externalId: 'jane' } }],
    ['from', { from: 'Acme <bye@acme.test>' }],
    ['the name in from', { from: 'ACME <hello@acme.test>' }],
    ['from without its name', { from: 'hello@acme.test' }],
    ['replyTo', { replyTo: 'r@x.co' }],
    ['subject', { subject: 'subject' }],
    ['subject unset', { subject: null }],
    ['cc', { cc: 'a@x.co' }],
    ['the name of a cc', { cc: 'A <a@x.co>, b@x.co' }],
    ['bcc', { bcc: 'c@x.co' }],
    ['cc as bcc', { cc: null, bcc: 'a@x.co, b@x.co' }],
    ['data', { data: { a: 2, b: { c: [1, 2] } } }],
    ['the order of a list in data', { data: { a: 1, b: { c: [2, 1] } } }],
    ['the type of a value in data', { data: { a: '1', b: { c: [1, 2] } } }],
    ['a null in data', { data: { a: 1, b: { c: [1, 2] }, d: null } }],
    ['no data', { data: null }],
    ['clicks', { tracking: { clicks: true } }],
    ['clicks turned off', { tracking: { clicks: false } }],
    ['opens', { tracking: { opens: true } }],
  ];

  test.each(changes)('%s', (_what, change) => {
    expect(fingerprint({ ...base, ...change })).not.toBe(fingerprint(base));
  });

  test('each of them in its own way', () => {
    const all = changes.map(([, change]) => fingerprint({ ...base, ...change }));
    expect(new Set(all).size).toBe(all.length);
  });

  test('any difference in data', () => {
    const data = fc.dictionary(fc.string({ unit: 'grapheme-ascii' }), fc.jsonValue({ maxDepth: 2 }));
    fc.assert(
      fc.property(data, data, (one, other) => {
        fc.pre(!JSON.stringify([one, other]).includes('__proto__'));
        const normal = (value: unknown) => JSON.parse(JSON.stringify(value));
        const isSame = fingerprint({ ...base, data: one }) === fingerprint({ ...base, data: other });
        if (isSame) expect(normal(one)).toEqual(normal(other));
      }),
    );
  });
});

describe('the key of what may be no item at all', () => {
  test.each([
    [{ idempotencyKey: 'k' }, 'k'],
    [{ idempotencyKey: 'k'.repeat(255) }, 'k'.repeat(255)],
    [{ idempotencyKey: '' }, null],
    [{ idempotencyKey: 'k'.repeat(256) }, null],
    [{ idempotencyKey: 7 }, null],
    [{}, null],
    [JSON.parse('{"__proto__": {"idempotencyKey": "k"}}'), null],
    [null, null],
    ['k', null],
    [['k'], null],
  ])('%j: %j', (raw, key) => {
    expect(keyOfRaw(raw)).toBe(key);
  });
});

test('whatever stands in an item, parsing it answers a rejection or an item, and never throws', () => {
  const names = [
    'idempotencyKey',
    'templateId',
    'profileId',
    'to',
    'from',
    'replyTo',
    'subject',
    'cc',
    'bcc',
    'data',
  ];
  const item = fc.dictionary(fc.constantFrom(...names, 'tracking', '__proto__', 'x'), fc.jsonValue());
  fc.assert(
    fc.property(fc.oneof(item, fc.jsonValue()), item, (raw, defaults) => {
      expect(['parsed', 'rejected']).toContain(parseItem(raw, 0, { defaults, isSimulated: false }).kind);
    }),
    { numRuns: 500 },
  );
});

describe('defaults', () => {
  test.each([
    ['fill what the item leaves out', { a: 1 }, { b: 2 }, { a: 1, b: 2 }],
    ['lose against the item', { a: 1 }, { a: 2 }, { a: 1 }],
    ['are unset by an explicit null', { a: null }, { a: 2 }, { a: null }],
    [
      'merge tracking per key',
      { tracking: { clicks: true } },
      { tracking: { clicks: false, opens: true } },
      { tracking: { clicks: true, opens: true } },
    ],
    [
      'let a null unset one key of tracking',
      { tracking: { opens: null } },
      { tracking: { clicks: true, opens: true } },
      { tracking: { clicks: true, opens: null } },
    ],
    ['let a null unset tracking', { tracking: null }, { tracking: { opens: true } }, { tracking: null }],
    ['leave a bad tracking to the validation', { tracking: 1 }, { tracking: {} }, { tracking: 1 }],
    [
      'leave a tracking list to the validation',
      { tracking: [] },
      { tracking: { opens: true } },
      { tracking: [] },
    ],
    [
      'may have a null tracking',
      { tracking: { opens: true } },
      { tracking: null },
      { tracking: { opens: true } },
    ],
    ['merge nothing but tracking', { to: { a: 1 } }, { to: { b: 2 } }, { to: { a: 1 } }],
  ])('%s', (_what, item, defaults, merged) => {
    expect(mergeDefaults(item, defaults)).toEqual(merged);
  });

  test.each([null, undefined, 1, 'text', true, [{}]])(
    'leave %j as it is, for the validation to refuse',
    (item) => {
      expect(mergeDefaults(item, { a: 1 })).toBe(item);
    },
  );

  test('a key __proto__ stays a key, and reaches no prototype', () => {
    const merged = mergeDefaults(JSON.parse('{"__proto__": {"polluted": 1}}'), {});
    expect(Object.keys(Object(merged))).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('neither the item nor the defaults are changed, and every own key is there', () => {
    const plain = fc.dictionary(fc.string(), fc.jsonValue(), { noNullPrototype: true });
    fc.assert(
      fc.property(plain, plain, (item, defaults) => {
        const before = JSON.stringify([item, defaults]);
        const merged = mergeDefaults(item, defaults);
        expect(JSON.stringify([item, defaults])).toBe(before);
        expect(new Set(Object.keys(Object(merged)))).toEqual(
          new Set([...Object.keys(defaults), ...Object.keys(item)]),
        );
      }),
    );
  });
});
