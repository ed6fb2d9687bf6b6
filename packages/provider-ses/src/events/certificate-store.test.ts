import { X509Certificate } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { type LocalServer, serveHttp } from '../../test/local-server.ts';
import { certificateUrl } from '../../test/sns-signer.ts';
import { testOnlyCertificatePem } from '../../test/test-only-certificate.ts';
import { createCertificateStore } from './certificate-store.ts';

const expectedKey = new X509Certificate(testOnlyCertificatePem).publicKey;
const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

type Answer = Parameters<typeof serveHttp>[0];

/** The real fetch, led to a local server whatever the host. */
async function storeOver(
  answer: Answer,
  options: { max?: number; timeoutMs?: number; monotonicMs?: () => number } = {},
) {
  const server = await serveHttp(answer);
  servers.push(server);
  const atOnce = { now: 0, most: 0 };
  const local: typeof fetch = async (input, init) => {
    atOnce.now += 1;
    atOnce.most = Math.max(atOnce.most, atOnce.now);
    try {
      return await fetch(`http://127.0.0.1:${server.port}${new URL(String(input)).pathname}`, init);
    } finally {
      atOnce.now -= 1;
    }
  };
  const store = createCertificateStore({ fetch: local, max: 4, ...options });
  return { server, atOnce, ...store };
}

const answerCertificate: Answer = (response) => response.end(testOnlyCertificatePem);

test('a certificate is fetched once, also when it is asked for twice at once', async () => {
  const { server, keyOf } = await storeOver(answerCertificate);
  const keys = await Promise.all([keyOf(certificateUrl), keyOf(certificateUrl)]);
  keys.push(await keyOf(certificateUrl));
  for (const key of keys) expect(key.equals(expectedKey)).toBe(true);
  expect(server.requests).toHaveLength(1);
});

test('a failure is not kept', async () => {
  let isUp = false;
  const { keyOf } = await storeOver((response, request) =>
    isUp ? answerCertificate(response, request) : response.writeHead(503).end(),
  );
  await expect(keyOf(certificateUrl)).rejects.toThrow('503');
  isUp = true;
  expect((await keyOf(certificateUrl)).equals(expectedKey)).toBe(true);
});

test('the one least in use goes when there are too many', async () => {
  const { server, keyOf } = await storeOver(answerCertificate, { max: 2 });
  for (const name of ['a', 'b', 'a', 'c', 'a', 'b']) await keyOf(`https://x.example/${name}`);
  expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/b', '/c', '/b']);
});

test('what is not there is not asked for again for a minute', async () => {
  let nowMs = 0;
  const { server, keyOf } = await storeOver((response) => response.writeHead(403).end(), {
    monotonicMs: () => nowMs,
  });
  for (const atMs of [0, 59_999, 60_001]) {
    nowMs = atMs;
    await expect(keyOf(certificateUrl)).rejects.toThrow();
  }
  expect(server.requests).toHaveLength(2);
});

test('beside 100 names that are made up, the one that verified a message is fetched once, and at most four at once', async () => {
  const { server, atOnce, keyOf, believe } = await storeOver((response, request) =>
    request.path === new URL(certificateUrl).pathname
      ? answerCertificate(response, request)
      : response.writeHead(404).end(),
  );
  await keyOf(certificateUrl);
  believe(certificateUrl);
  const madeUp = Array.from({ length: 100 }, (_, at) => keyOf(certificateUrl.replace('0123', `fff${at}`)));
  const answers = await Promise.allSettled(madeUp);
  expect(answers.every(({ status }) => status === 'rejected')).toBe(true);
  expect((await keyOf(certificateUrl)).equals(expectedKey)).toBe(true);
  expect(server.requests).toHaveLength(101);
  expect(atOnce.most).toBe(4);
});

test('what has verified a message stays, whatever else is there', async () => {
  const { server, keyOf, believe } = await storeOver(answerCertificate, { max: 2 });
  await keyOf('https://x.example/real');
  believe('https://x.example/real');
  for (const name of ['a', 'b', 'c', 'real']) await keyOf(`https://x.example/${name}`);
  expect(server.requests.map(({ path }) => path)).toEqual(['/real', '/a', '/b', '/c']);
});

test.each<[string, Answer]>([
  ['a redirect', (response) => response.writeHead(302, { location: '/other' }).end()],
  ['a page', (response) => response.end('<html></html>')],
  ['more than a certificate can be', (response) => response.end(testOnlyCertificatePem.padEnd(100_000))],
  ['nothing', (response) => response.end()],
])('%s is refused', async (_name, answer) => {
  const { server, keyOf } = await storeOver(answer);
  await expect(keyOf(certificateUrl)).rejects.toThrow();
  expect(server.requests).toHaveLength(1);
});

test('a server that hangs is given up', async () => {
  const { keyOf } = await storeOver(() => {}, { timeoutMs: 100 });
  await expect(keyOf(certificateUrl)).rejects.toThrow();
});

test('plain http is refused unasked', async () => {
  const { server, keyOf } = await storeOver(answerCertificate);
  await expect(keyOf(certificateUrl.replace('https:', 'http:'))).rejects.toThrow('https only');
  expect(server.requests).toHaveLength(0);
});

test('with a pinned certificate nothing is fetched', async () => {
  const never: typeof fetch = () => Promise.reject(new Error('fetched'));
  const { keyOf } = createCertificateStore({
    fetch: never,
    pinnedPem: testOnlyCertificatePem,
    max: 1,
  });
  expect((await keyOf(certificateUrl)).equals(expectedKey)).toBe(true);
});
