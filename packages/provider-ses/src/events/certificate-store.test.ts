import { X509Certificate } from 'node:crypto';
import { afterEach, expect, test } from '@jest/globals';
import { type LocalServer, serveHttp } from '../../test/local-server.ts';
import { CERTIFICATE_URL } from '../../test/sns-signer.ts';
import { TEST_ONLY_CERTIFICATE_PEM } from '../../test/test-only-certificate.ts';
import { createCertificateStore } from './certificate-store.ts';

const EXPECTED = new X509Certificate(TEST_ONLY_CERTIFICATE_PEM).publicKey;
const servers: LocalServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

type Answer = Parameters<typeof serveHttp>[0];

/** The real fetch, led to a local server whatever the host. */
async function storeOver(answer: Answer, options: { max?: number; timeoutMs?: number } = {}) {
  const server = await serveHttp(answer);
  servers.push(server);
  const local: typeof fetch = (input, init) =>
    fetch(`http://127.0.0.1:${server.port}${new URL(String(input)).pathname}`, init);
  return { server, getCertificate: createCertificateStore({ fetch: local, max: 4, ...options }) };
}

const answerCertificate: Answer = (response) => response.end(TEST_ONLY_CERTIFICATE_PEM);

test('a certificate is fetched once, also when it is asked for twice at once', async () => {
  const { server, getCertificate } = await storeOver(answerCertificate);
  const keys = await Promise.all([getCertificate(CERTIFICATE_URL), getCertificate(CERTIFICATE_URL)]);
  keys.push(await getCertificate(CERTIFICATE_URL));
  for (const key of keys) expect(key.equals(EXPECTED)).toBe(true);
  expect(server.requests).toHaveLength(1);
});

test('a failure is not kept', async () => {
  let isUp = false;
  const { getCertificate } = await storeOver((response, request) =>
    isUp ? answerCertificate(response, request) : response.writeHead(503).end(),
  );
  await expect(getCertificate(CERTIFICATE_URL)).rejects.toThrow('503');
  isUp = true;
  expect((await getCertificate(CERTIFICATE_URL)).equals(EXPECTED)).toBe(true);
});

test('the oldest goes when there are too many', async () => {
  const { server, getCertificate } = await storeOver(answerCertificate, { max: 2 });
  for (const name of ['a', 'b', 'c', 'a']) await getCertificate(`https://x.example/${name}`);
  expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/b', '/c', '/a']);
});

test.each<[string, Answer]>([
  ['a redirect', (response) => response.writeHead(302, { location: '/other' }).end()],
  ['a page', (response) => response.end('<html></html>')],
  ['more than a certificate can be', (response) => response.end(TEST_ONLY_CERTIFICATE_PEM.padEnd(100_000))],
  ['nothing', (response) => response.end()],
])('%s is refused', async (_name, answer) => {
  const { server, getCertificate } = await storeOver(answer);
  await expect(getCertificate(CERTIFICATE_URL)).rejects.toThrow();
  expect(server.requests).toHaveLength(1);
});

test('a server that hangs is given up', async () => {
  const { getCertificate } = await storeOver(() => {}, { timeoutMs: 100 });
  await expect(getCertificate(CERTIFICATE_URL)).rejects.toThrow();
});

test('plain http is refused unasked', async () => {
  const { server, getCertificate } = await storeOver(answerCertificate);
  await expect(getCertificate(CERTIFICATE_URL.replace('https:', 'http:'))).rejects.toThrow('https only');
  expect(server.requests).toHaveLength(0);
});

test('with a pinned certificate nothing is fetched', async () => {
  const never: typeof fetch = () => Promise.reject(new Error('fetched'));
  const getCertificate = createCertificateStore({
    fetch: never,
    pinnedPem: TEST_ONLY_CERTIFICATE_PEM,
    max: 1,
  });
  expect((await getCertificate(CERTIFICATE_URL)).equals(EXPECTED)).toBe(true);
});
