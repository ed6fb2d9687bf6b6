import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { itemsBatchResponseSchema } from '@postroom/contracts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem, codeOf, issuePathsOf, rejectedOf, single } from './batch-items.ts';
import { envelopeOf, type RawRequest, sendRaw } from './raw-request.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const json = { 'content-type': 'application/json' };
const send = ({ headers, ...request }: RawRequest) =>
  sendRaw(api.origin, { ...request, headers: { 'x-api-key': workspace.key, ...headers } });
const good = () => JSON.stringify({ items: [anItem({ templateId })] });
const limit = 25 * 1024 * 1024;
const bytes = (...values: number[]) => Uint8Array.from(values);
const join = (...parts: (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const encoded = (encoding: string, body: Uint8Array) => ({
  headers: { ...json, 'content-encoding': encoding },
  body,
});
const broken = '400 validation_failed';
const wrongType = '415 unsupported_media_type';
const tooLarge = '413 payload_too_large';

type Case = readonly [name: string, outcome: string, request: () => RawRequest];

const text = (name: string, body: string): Case => [name, broken, () => ({ headers: json, body })];

const cases: readonly Case[] = [
  text('malformed JSON', '{"items": ['),
  text('a trailing comma', '{"items": [],}'),
  text('single quotes', "{'items': []}"),
  text('a comment', '{"items": [] /* none */}'),
  text('NaN', '{"items": NaN}'),
  text('two documents', '{"items": []}{"items": []}'),
  text('a bare string', '"items"'),
  text('a bare word', 'items'),
  text('a bare number', '7'),
  text('null', 'null'),
  text('true', 'true'),
  text('an empty object', '{}'),
  text('an array', '[]'),
  text('an array of items', '[{"idempotencyKey":"k"}]'),
  text('white space', ' \n '),
  ['no body', broken, () => ({ headers: json })],
  ['an empty body', broken, () => ({ headers: { ...json, 'content-length': '0' } })],
  ['an empty chunked body', broken, () => ({ headers: { ...json, 'transfer-encoding': 'chunked' } })],
  ['text/plain', wrongType, () => ({ headers: { 'content-type': 'text/plain' }, body: good() })],
  ['no content-type', wrongType, () => ({ headers: {}, body: good() })],
  ['an empty content-type', wrongType, () => ({ headers: { 'content-type': '' }, body: good() })],
  [
    'a form',
    wrongType,
    () => ({ headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'items=1' }),
  ],
  [
    'a multipart form',
    wrongType,
    () => ({ headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: '--x--' }),
  ],
  [
    'application/jsonp',
    wrongType,
    () => ({ headers: { 'content-type': 'application/jsonp' }, body: good() }),
  ],
  ...['latin1', 'utf-99', 'x'.repeat(500), 'utf-8, latin1'].map(
    (charset): Case => [
      `the charset ${charset.slice(0, 20)}`,
      wrongType,
      () => ({ headers: { 'content-type': `application/json; charset="${charset}"` }, body: good() }),
    ],
  ),
  [
    'bytes that are not UTF-8',
    broken,
    () => ({ headers: json, body: join('{"items":["', bytes(0xff, 0xfe), '"]}') }),
  ],
  ['half a UTF-8 sequence', broken, () => ({ headers: json, body: join('{"items":["', bytes(0xc3), '"]}') })],
  [
    'a surrogate as UTF-8',
    broken,
    () => ({ headers: json, body: join('{"items":["', bytes(0xed, 0xa0, 0x80), '"]}') }),
  ],
  ['broken gzip', broken, () => encoded('gzip', Buffer.from(good()))],
  ['gzip cut short', broken, () => encoded('gzip', gzipSync(good()).subarray(0, -12))],
  ['gzip of nothing', broken, () => encoded('gzip', gzipSync(''))],
  ['gzip of broken JSON', broken, () => encoded('gzip', gzipSync('{"items"'))],
  ['broken deflate', broken, () => encoded('deflate', Buffer.from(good()))],
  ['broken brotli', broken, () => encoded('br', Buffer.from(good()))],
  ['an unknown content-encoding', wrongType, () => encoded('compress', Buffer.from(good()))],
  ['two content-encodings', wrongType, () => encoded('gzip, gzip', gzipSync(gzipSync(good())))],
  ['a body over 25 MiB', tooLarge, () => ({ headers: json, body: ' '.repeat(limit + 1) })],
  ['gzip of more than 25 MiB', tooLarge, () => encoded('gzip', gzipSync(Buffer.alloc(limit + 1, ' ')))],
  text('a raw U+0000', '{"items": "\u0000"}'),
  text('a key with U+0000', '{"items": [null], "a\\u0000": 1}'),
  text('a key that is half a surrogate pair', '{"items": [null], "\\ud800": 1}'),
  text('an escape that is no escape', '{"items": "\\x41"}'),
  text('arrays nested a million deep', '['.repeat(1e6) + ']'.repeat(1e6)),
  text('a million opening brackets', '['.repeat(1e6)),
  text('objects nested a million deep', `${'{"a":'.repeat(1e6)}1${'}'.repeat(1e6)}`),
  text('items nested a million deep', `{"items":{"a":${'['.repeat(1e6)}${']'.repeat(1e6)}}}`),
  text('defaults nested a million deep', `{"items":[1],"defaults":${'['.repeat(1e6)}${']'.repeat(1e6)}}`),
  text('ten million items', `{"items":[${'0,'.repeat(1e7)}0]}`),
  text('a huge number as items', '{"items": 1e999}'),
  text('a huge number as defaults', '{"items": [null], "defaults": -1e999}'),
];

test.each(cases)('%s is answered exactly so: %s', async (_name, outcome, request) => {
  const answer = await send(request());
  expect(`${answer.status} ${envelopeOf(answer).error}`).toBe(outcome);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
});

describe('__proto__ is refused by name', () => {
  const own = '"__proto__": {"subject": "polluted"}';
  test.each([
    ['in the request', `{"items": [null], ${own}}`, '__proto__'],
    ['in defaults', `{"items": [null], "defaults": {${own}}}`, 'defaults.__proto__'],
    [
      'in the tracking of defaults',
      `{"items": [null], "defaults": {"tracking": {${own}}}}`,
      'defaults.tracking.__proto__',
    ],
  ])('%s: the whole request', async (_name, body, path) => {
    const answer = await send({ headers: json, body });
    expect(answer.status).toBe(400);
    expect(issuePathsOf(envelopeOf(answer).details)).toEqual([path]);
  });

  test.each([
    ['in an item', own, '__proto__'],
    ['in to', `"to": {"email": "a@b.co", ${own}}`, 'to.__proto__'],
    ['in tracking', `"tracking": {${own}}`, 'tracking.__proto__'],
    ['in data', `"data": {${own}}`, 'data'],
    ['deep in data', `"data": {"a": [{${own}}]}`, 'data'],
    ['as an item’s constructor', '"constructor": {"prototype": {"subject": "polluted"}}', 'constructor'],
  ])('%s: that item', async (_name, fields, path) => {
    const result = await sendItem(fields);
    expect(issuePathsOf(rejectedOf(result).details)).toEqual([path]);
  });
});

/** Sends one good item with more fields, written as JSON text, or with another `to`, and answers its result. */
async function sendItem(fields: string) {
  const { to, ...others } = anItem({ templateId });
  const item = JSON.stringify(fields.startsWith('"to"') ? others : { to, ...others }).slice(0, -1);
  const answer = await send({ headers: json, body: `{"items": [${item}, ${fields}}]}` });
  expect(answer.status).toBe(200);
  return single(itemsBatchResponseSchema.parse(JSON.parse(answer.text)).items);
}

describe('an item is rejected, and nothing else, for', () => {
  test.each([
    ['a huge number in data', '"data": {"n": 1e999}'],
    ['a huge negative number in data', '"data": {"n": [-1e999]}'],
    ['a number of 400 digits in data', `"data": {"n": ${'9'.repeat(400)}}`],
    ['data nested 100,000 deep', `"data": ${'{"a":'.repeat(1e5)}1${'}'.repeat(1e5)}`],
    ['arrays nested 100,000 deep in data', `"data": {"a": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
    ['tracking nested 100,000 deep', `"tracking": ${'['.repeat(1e5)}${']'.repeat(1e5)}`],
    ['an unknown key nested 100,000 deep', `"x": ${'['.repeat(1e5)}${']'.repeat(1e5)}`],
    ['cc of a million numbers', `"cc": [${'0,'.repeat(1e6)}0]`],
    ['half a surrogate pair in data', '"data": {"a": "\\ud800"}'],
    ['U+0000 in data', '"data": {"\\u0000": 1}'],
  ])('%s', async (_name, fields) => {
    expect(codeOf(await sendItem(fields))).toBe('validation_failed');
  });
});

describe('what is unusual and right is accepted:', () => {
  test.each([
    ['gzip', () => encoded('gzip', gzipSync(good()))],
    ['deflate', () => encoded('deflate', deflateSync(good()))],
    ['brotli', () => encoded('br', brotliCompressSync(good()))],
    ['a byte order mark', () => ({ headers: json, body: `\ufeff${good()}` })],
    [
      'UTF-8 by name',
      () => ({ headers: { 'content-type': 'Application/JSON ; charset=UTF-8' }, body: good() }),
    ],
    ['a JSON subtype', () => ({ headers: { 'content-type': 'application/vnd.api+json' }, body: good() })],
    ['a body in chunks', () => ({ headers: { ...json, 'transfer-encoding': 'chunked' }, body: good() })],
    ['white space around it', () => ({ headers: json, body: ` \n${good()}\n ` })],
  ])('%s', async (_name, request) => {
    expect((await send(request())).status).toBe(200);
  });

  test('numbers at the limits of a double', async () => {
    expect(codeOf(await sendItem('"data": {"n": [1e308, -1e308, 5e-324, -0]}'))).toBe('accepted');
  });

  test('100 items of 200 KiB of data each', async () => {
    const data = { text: 'x'.repeat(200 * 1024) };
    const items = Array.from({ length: 100 }, () => anItem({ templateId, data }));
    expect((await workspace.batch(items)).accepted).toBe(100);
  });
});

test('after all that, the API is alive and has answered no 500', async () => {
  expect((await api.call('/healthz')).status).toBe(200);
  expect((await send({ headers: json, body: good() })).status).toBe(200);
});
