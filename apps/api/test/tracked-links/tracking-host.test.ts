import { lookup } from 'node:dns';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLinkKeys, proveHost } from '@postroom/core';
import { LinkKeyStore } from '@postroom/db';
import {
  serverCertificate as cert,
  eventually,
  serverKey as key,
  certifiedName as name,
} from '@postroom/testkit';
import { isPublicAddress } from '@postroom/webhooks';
import { createAskHost } from '../../src/links/ask-host.ts';
import { PrivateAddressError, publicOnly } from '../../src/links/public-address.ts';
import { errorOf, startResources, type TestApi, type TestWorkspace } from '../resources/start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;
let server: Server;
let port: number;
/** What the host answers with; the real proof unless told. */
let answer: (
  challenge: string,
) => Promise<{ status?: number; body?: string; location?: string } | 'nothing' | 'another protocol'>;
const asked: string[] = [];

const proof = async (challenge: string) => {
  const store = new LinkKeyStore(api.prisma);
  const keys = createLinkKeys({
    load: () => store.load(),
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    onTrouble: () => undefined,
  });
  return { body: (await proveHost({ keys }, challenge)) ?? '' };
};

beforeAll(async () => {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    asked.push(request.url ?? '');
    const said = await answer(request.url?.split('/').at(-1) ?? '');
    if (said === 'nothing') return;
    if (said === 'another protocol') {
      response.writeHead(101, { connection: 'upgrade', upgrade: 'x' }).end();
      return;
    }
    response.writeHead(said.status ?? 200, said.location === undefined ? {} : { location: said.location });
    response.end(said.body);
  };
  server = createServer({ key, cert }, (request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  api = await startResources({
    trustSenders: true,
    // Whatever the name, it leads to the server of this test, which has the certificate of one.
    askHost: createAskHost({
      lookup: (_name, options, callback) => lookup('127.0.0.1', options, callback),
      ca: cert,
    }),
  });
  workspace = await api.makeWorkspace();
});
afterAll(async () => {
  server?.closeAllConnections();
  server?.close();
  await api?.close();
});

async function checked(host: string, of = workspace) {
  const input = { name: 'S', fromEmail: 's@acme.test', trackingHost: host };
  const made = Object(await of.call('POST', '/sender-profiles', input).then(({ body }) => body));
  expect(made).toMatchObject({ trackingHost: host, trackingHostVerified: false, trackingHostProblem: null });
  const { status, body } = await of.call('POST', `/sender-profiles/${made.id}/check-tracking-host`);
  expect(status).toBe(200);
  return Object(body);
}

test('hosts of one workspace that say nothing keep no other workspace’s waiting', async () => {
  const other = await api.makeWorkspace();
  let letGo = () => {};
  const silence = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  answer = async () => {
    await silence;
    return { status: 500 };
  };
  const input = { name: 'S', fromEmail: 's@silent.test', trackingHost: `https://${name}:${port}` };
  const { id } = Object((await workspace.call('POST', '/sender-profiles', input)).body);
  const before = asked.length;
  const statuses: number[] = [];
  const calls = Array.from({ length: 20 }, async () => {
    const { status } = await workspace.call('POST', `/sender-profiles/${id}/check-tracking-host`);
    statuses.push(status);
  });
  const countOf = (status: number) => statuses.filter((one) => one === status).length;
  await eventually(() => countOf(503) === 15 && asked.length > before);
  answer = async () => ({ status: 404 });
  expect(await checked(`https://${name}:${port}`, other)).toMatchObject({
    trackingHostProblem: 'It answers 404.',
  });
  letGo();
  await Promise.all(calls);
  expect([countOf(503), countOf(200)]).toEqual([15, 5]);
});

describe('a tracking host', () => {
  test('is verified by a proof, and is to be asked again once it is another', async () => {
    answer = proof;
    const sender = await checked(`https://${name}:${port}`);
    expect(sender).toMatchObject({ trackingHostVerified: true, trackingHostProblem: null });
    expect(asked.at(-1)).toMatch(/^\/t\/h\/[A-Za-z0-9_-]{43}$/);
    const change = (trackingHost: string | null) =>
      workspace.call('PATCH', `/sender-profiles/${sender.id}`, { trackingHost });
    expect((await change(`https://${name.toUpperCase()}:${port}/`)).body).toMatchObject({
      trackingHostVerified: true,
    });
    expect((await change('https://other.acme.test')).body).toMatchObject({ trackingHostVerified: false });
    expect((await change(null)).body).toMatchObject({ trackingHost: null, trackingHostVerified: false });
    const without = await workspace.call('POST', `/sender-profiles/${sender.id}/check-tracking-host`);
    expect(errorOf(without)).toMatchObject({ status: 409, code: 'state_conflict' });
  });

  test('belongs to the workspace that has it, and to no other until it is given up', async () => {
    answer = proof;
    const [one, other] = [await api.makeWorkspace(), await api.makeWorkspace()];
    const host = `https://${name}:${port}`;
    const held = await checked(host, one);
    expect(held).toMatchObject({ trackingHostVerified: true });
    const refused = await checked(host, other);
    expect(refused).toMatchObject({
      trackingHostVerified: false,
      trackingHostProblem: 'Another workspace has it.',
    });
    expect(await checked(host, one)).toMatchObject({ trackingHostVerified: true });
    await api.prisma.senderProfile.updateMany({
      where: { workspaceId: one.id },
      data: { trackingHost: null, trackingHostCheckedAt: null },
    });
    const again = await other.call('POST', `/sender-profiles/${refused.id}/check-tracking-host`);
    expect(again.body).toMatchObject({ trackingHostVerified: true, trackingHostProblem: null });
  });

  test.each([
    ['answers something else', { body: 'hello' }, 'It answers, and it does not lead to this installation.'],
    [
      'answers without an end',
      { body: 'x'.repeat(1_000_000) },
      'It answers, and it does not lead to this installation.',
    ],
    ['answers 404', { status: 404 }, 'It answers 404.'],
    [
      'redirects',
      { status: 302, location: 'http://169.254.169.254/' },
      'It redirects: it has to answer itself.',
    ],
  ])('that %s is not verified', async (_what, said, problem) => {
    answer = async () => said;
    const before = asked.length;
    expect(await checked(`https://${name}:${port}`)).toMatchObject({
      trackingHostVerified: false,
      trackingHostProblem: problem,
    });
    expect(asked).toHaveLength(before + 1);
  });

  test('that asks for another protocol is not waited for', async () => {
    answer = async () => 'another protocol';
    expect(await checked(`https://${name}:${port}`)).toMatchObject({
      trackingHostProblem: 'It cannot be connected to over https.',
    });
  });

  test('with the certificate of another is not verified', async () => {
    answer = proof;
    expect(await checked(`https://other.acme.test:${port}`)).toMatchObject({
      trackingHostProblem: 'Its TLS certificate is not valid for it.',
    });
  });

  test.each([
    'http://links.example.com',
    'https://links.example.com/path',
    'https://links.example.com/?x',
    'https://user@links.example.com',
    'https://127.0.0.1',
    'https://2130706433',
    'https://0x7f.1',
    'https://[::1]',
    'https://localhost',
    'links.example.com',
    '',
  ])('is refused as %s', async (trackingHost) => {
    const input = { name: 'S', fromEmail: 's@acme.test', trackingHost };
    expect(errorOf(await workspace.call('POST', '/sender-profiles', input))).toMatchObject({ status: 400 });
  });
});

test.each([
  ...['0.0.0.0', '10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.169.254', '172.16.0.1', '192.168.1.1'],
  ...['192.0.0.8', '198.18.0.1', '198.51.100.7', '224.0.0.1', '255.255.255.255'],
  ...[
    '::',
    '::1',
    'fe80::1',
    'fec0::1',
    'fc00::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
  ],
  ...['2001:db8::1', '2001::1', '::7f00:1', '::2', '100::1', '100:0:0:1::1', '4000::1'],
])('%s is no public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each(['8.8.8.8', '93.184.216.34', '2606:4700::1111'])('%s is one', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([true, false])(
  'a name that leads to a private address is not connected to (all: %s)',
  async (all) => {
    const error = await new Promise((resolve) => publicOnly(lookup)('localhost', { all }, resolve));
    expect(error).toBeInstanceOf(PrivateAddressError);
    const ask = createAskHost({ lookup: publicOnly(lookup) });
    expect(await ask('https://localhost:1/')).toEqual({
      kind: 'failed',
      problem: 'Its name leads to a private address.',
    });
    expect(await ask('https://127.0.0.1:1/')).toEqual({
      kind: 'failed',
      problem: 'It has to be named by its domain.',
    });
  },
);
