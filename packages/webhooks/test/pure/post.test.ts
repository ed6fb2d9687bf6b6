import type { RequestListener } from 'node:http';
import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { serverCertificate, serverKey } from '@postroom/testkit';
import { createPoster } from '../../src/index.ts';
import { type Receiver, startReceiver, startSecureReceiver } from './receiver.ts';

const started: Receiver[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((receiver) => receiver.close()));
});

async function aReceiver(answer: RequestListener): Promise<Receiver> {
  const receiver = await startReceiver(answer);
  started.push(receiver);
  return receiver;
}

const headers = { 'webhook-id': 'msg_1' };
const body = '{"type":"email.sent"}';
/** Longer than any answer here takes, however busy the machine is. */
const timeoutMs = 60_000;
/** What has no end, or does not come, is not waited for that long; in that time an answer may begin. */
const impatient = createPoster({ timeoutMs: 1_500, privateAddresses: 'allow' });

const allowed = createPoster({ timeoutMs, privateAddresses: 'allow' });
const refused = createPoster({ timeoutMs, privateAddresses: 'refuse' });
const postTo = ({ port }: Receiver, post = allowed) =>
  post({ url: `http://127.0.0.1:${port}/hook?a=1`, headers, body });

/** Names lead to these addresses, one after another, and then to the last. */
function namesLeadTo(...addresses: readonly string[]): LookupFunction {
  let asked = 0;
  return (_hostname, options, callback) => {
    const address = addresses[Math.min(asked, addresses.length - 1)] ?? '';
    asked += 1;
    const family = address.includes(':') ? 6 : 4;
    if (options.all === true) callback(null, [{ address, family }]);
    else callback(null, address, family);
  };
}

test('posts the body with its headers, and answers what was answered', async () => {
  const seen: unknown[] = [];
  const receiver = await aReceiver((request, response) => {
    const { method, url, headers: got } = request;
    request.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
    request.on('end', () => {
      seen.push(method, url, got['content-type'], got['webhook-id']);
      response.writeHead(201, { 'retry-after': '7' }).end('thanks');
    });
  });
  expect(await postTo(receiver)).toEqual({
    kind: 'answered',
    statusCode: 201,
    retryAfter: '7',
    answer: 'thanks',
  });
  expect(seen).toEqual([body, 'POST', '/hook?a=1', 'application/json', 'msg_1']);
});

test('follows no redirect', async () => {
  const inside = await aReceiver((_request, response) => void response.end('secret'));
  const receiver = await aReceiver((_request, response) => {
    const { port } = inside;
    response.writeHead(307, { location: `http://127.0.0.1:${port}/latest/meta-data` }).end();
  });
  expect(await postTo(receiver)).toMatchObject({ kind: 'answered', statusCode: 307 });
  expect(inside.connections()).toBe(0);
});

test('a receiver that does not answer is given up', async () => {
  const receiver = await aReceiver(() => undefined);
  const post = createPoster({ timeoutMs: 50, privateAddresses: 'allow' });
  expect(await postTo(receiver, post)).toEqual({ kind: 'unanswered', error: 'timeout' });
});

test('an answer without an end counts by its status, and is cut', async () => {
  const receiver = await aReceiver((_request, response) => {
    response.writeHead(200).write('begun');
  });
  expect(await postTo(receiver, impatient)).toMatchObject({
    kind: 'answered',
    statusCode: 200,
    answer: 'begun',
  });
});

test('no more than 64 KiB of an answer are read', async () => {
  let written = 0;
  let isClosed = false;
  const receiver = await aReceiver((_request, response) => {
    const chunk = 'x'.repeat(16 * 1024);
    const write = () => {
      while (!isClosed && written < 1_000_000_000) {
        written += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', write).on('close', () => {
      isClosed = true;
    });
    write();
  });
  const outcome = await postTo(receiver);
  expect(outcome).toMatchObject({ kind: 'answered', statusCode: 200, answer: 'x'.repeat(64 * 1024) });
  // What the sockets hold on the way is more than was read, and far less than all.
  expect(written).toBeLessThan(100_000_000);
});

test('a connection that is cut, and an answer that is none', async () => {
  const cutting = await aReceiver((request) => void request.socket.destroy());
  expect(await postTo(cutting)).toEqual({ kind: 'unanswered', error: 'reset' });
  const babbling = await aReceiver((request) => void request.socket.end('hello?\r\n\r\n'));
  expect(await postTo(babbling)).toEqual({ kind: 'unanswered', error: 'bad_answer' });
});

test.each([
  [
    'asks for another protocol',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    101,
  ],
  ['says what comes first, and ends', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n', null],
])('an answer that %s has an end', async (_what, answer, statusCode) => {
  const receiver = await aReceiver(({ socket }) => void socket.end(answer));
  expect(await postTo(receiver)).toEqual(
    statusCode === null
      ? { kind: 'unanswered', error: 'reset' }
      : { kind: 'answered', statusCode, retryAfter: undefined, answer: '' },
  );
});

test('of an answer that is no UTF-8 no more is kept either', async () => {
  const receiver = await aReceiver((_request, response) => void response.end(Buffer.alloc(70_000, 0xff)));
  const outcome = await postTo(receiver);
  expect(outcome.kind === 'answered' && Buffer.byteLength(outcome.answer)).toBe(64 * 1024 - 1);
});

test('nobody is at home', async () => {
  // A port that was free a moment ago may be somebody's by now; this one is given to nobody.
  expect(await allowed({ url: 'http://127.0.0.1:1/', headers, body })).toEqual({
    kind: 'unanswered',
    error: 'refused',
  });
});

test('a certificate that nobody trusts', async () => {
  let asked = 0;
  const receiver = await startSecureReceiver(
    (_request, response) => {
      asked += 1;
      response.end();
    },
    { key: serverKey, cert: serverCertificate },
  );
  started.push(receiver);
  const outcome = await allowed({ url: `https://127.0.0.1:${receiver.port}/`, headers, body });
  expect([outcome, asked]).toEqual([{ kind: 'unanswered', error: 'tls' }, 0]);
});

test('a name that nobody knows', async () => {
  const lookup: LookupFunction = (_hostname, _options, callback) =>
    callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 0);
  const post = createPoster({ timeoutMs, privateAddresses: 'refuse', lookup });
  expect(await post({ url: 'http://receiver.example/', headers, body })).toEqual({
    kind: 'unanswered',
    error: 'dns',
  });
});

describe('a private address is never contacted:', () => {
  test.each([
    ['as it is', '127.0.0.1'],
    ['as one number', '2130706433'],
    ['in hexadecimal', '0x7f000001'],
    ['in octal', '0177.0.0.1'],
    ['shortened', '127.1'],
    ['mapped into IPv6', '[::ffff:127.0.0.1]'],
    ['mapped, in hexadecimal', '[::ffff:7f00:1]'],
    ['of IPv6', '[::1]'],
    ['nobody’s', '0.0.0.0'],
    ['of benchmarks', '198.18.0.1'],
    ['site-local', '[fec0::1]'],
    ['within IPv6, as it was once', '[::127.0.0.1]'],
    ['for tests, of IPv6', '[100:0:0:1::1]'],
  ])('%s', async (_what, host) => {
    const receiver = await aReceiver((_request, response) => void response.end());
    const outcome = await refused({ url: `http://${host}:${receiver.port}/`, headers, body });
    expect([outcome, receiver.connections()]).toEqual([{ kind: 'blocked' }, 0]);
  });

  test.each([
    ...[
      '10.0.0.1',
      '172.16.0.1',
      '192.168.1.1',
      '169.254.169.254',
      '100.64.0.1',
      '198.18.0.1',
      '198.19.255.255',
    ],
    ...[
      'fec0::1',
      'fd00::1',
      'fe80::1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:db8::1',
      '::',
      '::7f00:1',
      '100:0:0:1::1',
    ],
  ])('a name that leads to %s', async (address) => {
    const post = createPoster({ timeoutMs, privateAddresses: 'refuse', lookup: namesLeadTo(address) });
    expect(await post({ url: 'http://receiver.example/', headers, body })).toEqual({ kind: 'blocked' });
  });

  test('a name that leads to one the second time', async () => {
    const receiver = await aReceiver((_request, response) => void response.end('inside'));
    // Whether anybody answers at the first one is all the same.
    const lookup = namesLeadTo('93.184.215.14', '127.0.0.1');
    const post = createPoster({ timeoutMs: 50, privateAddresses: 'refuse', lookup });
    const url = `http://receiver.example:${receiver.port}/`;
    expect(await post({ url, headers, body })).not.toEqual({ kind: 'blocked' });
    expect(await post({ url, headers, body })).toEqual({ kind: 'blocked' });
    expect(receiver.connections()).toBe(0);
  });

  test('one of several addresses of a name is enough', async () => {
    const lookup: LookupFunction = (_hostname, _options, callback) =>
      callback(null, [
        { address: '93.184.215.14', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    const post = createPoster({ timeoutMs, privateAddresses: 'refuse', lookup });
    expect(await post({ url: 'http://receiver.example/', headers, body })).toEqual({ kind: 'blocked' });
  });
});
