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
async function storeOver(answer: Answer, options: { max?: number; timeoutMs?: number } = {}) {
  const server = await serveHttp(answer);
  servers.push(server);
  const local: typeof fetch = (input, init) =>
    fetch(`http://127.0.0.1:${server.port}${new URL(String(input)).pathname}`, init);
  return { server, getCertificate: createCertificateStore({ fetch: local, max: 4, ...options }) };
}

const answerCertificate: Answer = (response) => response.end(testOnlyCertificatePem);

test('a certificate is fetched once, also when it is asked for twice at once', async () => {
  const { server, getCertificate } = await storeOver(answerCertificate);
  const keys = await Promise.all([getCertificate(certificateUrl), getCertificate(certificateUrl)]);
  keys.push(await getCertificate(certificateUrl));
  for (const key of keys) expect(key.equals(expectedKey)).toBe(true);
  expect(server.requests).toHaveLength(1);
});

test('a failure is not kept', async () => {
  let isUp = false;
  const { getCertificate } = await storeOver((response, request) =>
    isUp ? answerCertificate(response, request) : response.writeHead(503).end(),
  );
  await expect(getCertificate(certificateUrl)).rejects.toThrow('503');
  isUp = true;
  expect((await getCertificate(certificateUrl)).equals(expectedKey)).toBe(true);
});

test('the oldest goes when there are too many', async () => {
  const { server, getCertificate } = await storeOver(answerCertificate, { max: 2 });
  for (const name of ['a', 'b', 'c', 'a']) await getCertificate(`https://x.example/${name}`);
  expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/b', '/c', '/a']);
});

test.each<[string, Answer]>([
  ['a redirect', (response) => response.writeHead(302, { location: '/other' }).end()],
  ['a page', (response) => response.end('<html></html>')],
  ['more than a certificate can be', (response) => response.end(testOnlyCertificatePem.padEnd(100_000))],
  ['nothing', (response) => response.end()],
])('%s is refused', async (_name, answer) => {
  const { server, getCertificate } = await storeOver(answer);
  await expect(getCertificate(certificateUrl)).rejects.toThrow();
  expect(server.requests).toHaveLength(1);
});

test('a server that hangs is given up', async () => {
  const { getCertificate } = await storeOver(() => {}, { timeoutMs: 100 });
  await expect(getCertificate(certificateUrl)).rejects.toThrow();
});

test('plain http is refused unasked', async () => {
  const { server, getCertificate } = await storeOver(answerCertificate);
  await expect(getCertificate(certificateUrl.replace('https:', 'http:'))).rejects.toThrow('https only');
  expect(server.requests).toHaveLength(0);
});

test('with a pinned certificate nothing is fetched', async () => {
  const never: typeof fetch = () => Promise.reject(new Error('fetched'));
  const getCertificate = createCertificateStore({
    fetch: never,
    pinnedPem: testOnlyCertificatePem,
    max: 1,
  });
  expect((await getCertificate(certificateUrl)).equals(expectedKey)).toBe(true);
});
