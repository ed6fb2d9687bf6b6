import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { ProviderUnavailableError } from '@postroom/core';
import { aMessage, aProvider } from '../test/builders.ts';
import { answerJson, type LocalServer, type SeenRequest, serveHttp } from '../test/local-server.ts';
import { createSesClient, createSesProvider, type SesProvider } from './index.ts';

const open: { close: () => void | Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

type Answer = { status: number; body: unknown; errorType?: string };

async function providerThatGets(
  answer: (request: SeenRequest) => Answer,
): Promise<{ provider: SesProvider; server: LocalServer }> {
  const server = await serveHttp((response, request) => {
    const { status, body, errorType } = answer(request);
    answerJson(status, body, errorType)(response, request);
  });
  const provider = aProvider(`http://127.0.0.1:${server.port}`);
  open.push(server, provider);
  return { provider, server };
}

const anAccount = {
  SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 120.5 },
  SendingEnabled: true,
  EnforcementStatus: 'HEALTHY',
};

test('the quota is what GetAccount tells', async () => {
  const { provider, server } = await providerThatGets(() => ({ status: 200, body: anAccount }));
  expect(await provider.quota()).toEqual({
    maxSendRatePerSecond: 14,
    max24HourSend: 50_000,
    sentLast24Hours: 120.5,
    isSendingEnabled: true,
  });
  expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/v2/email/account' });
});

test.each([{ SendingEnabled: false }, { EnforcementStatus: 'SHUTDOWN' }])(
  'an account with %j may not send',
  async (overrides) => {
    const { provider } = await providerThatGets(() => ({
      status: 200,
      body: { ...anAccount, ...overrides },
    }));
    expect(await provider.quota()).toMatchObject({ isSendingEnabled: false });
  },
);

test('a quota that cannot be read says why, with the class of the failure', async () => {
  const refused = await providerThatGets(() => ({
    status: 403,
    body: { message: 'No for me@private.example' },
    errorType: 'AccessDeniedException',
  }));
  const error = await refused.provider.quota().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ProviderUnavailableError);
  expect(error).toMatchObject({ kind: 'credentials_refused', message: 'GetAccount: No for <address>' });
  const empty = await providerThatGets(() => ({ status: 200, body: {} }));
  await expect(empty.provider.quota()).rejects.toMatchObject({ kind: 'in_doubt' });
});

test('a call of the SDK that fails is not repeated by it', async () => {
  const { provider, server } = await providerThatGets(() => ({ status: 503, body: { message: 'Busy' } }));
  await expect(provider.createIdentity('shop.example')).rejects.toMatchObject({ kind: 'in_doubt' });
  expect(server.requests).toHaveLength(1);
});

const pendingIdentity = {
  IdentityType: 'DOMAIN',
  VerifiedForSendingStatus: false,
  DkimAttributes: { Status: 'PENDING', Tokens: ['aaa', 'bbb', 'ccc'] },
};
const dkim = (token: string, zone = 'dkim.amazonses.com') => ({
  type: 'CNAME',
  name: `${token}._domainkey.shop.example`,
  value: `${token}.${zone}`,
  purpose: 'dkim',
  isRequired: true,
});
const dmarcRecord = {
  type: 'TXT',
  name: '_dmarc.shop.example',
  value: 'v=DMARC1; p=none;',
  purpose: 'dmarc',
  isRequired: false,
};

test('a new domain is pending and comes with the records to publish', async () => {
  const { provider, server } = await providerThatGets(() => ({ status: 200, body: pendingIdentity }));
  expect(await provider.createIdentity('shop.example')).toEqual({
    identity: 'shop.example',
    status: 'pending',
    dnsRecords: [dkim('aaa'), dkim('bbb'), dkim('ccc'), dmarcRecord],
  });
  expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/v2/email/identities' });
  expect(JSON.parse(server.requests[0]?.body ?? '')).toEqual({ EmailIdentity: 'shop.example' });
});

test('a domain that SES knows already is null', async () => {
  const { provider, server } = await providerThatGets(() => ({
    status: 400,
    body: { message: 'Exists' },
    errorType: 'AlreadyExistsException',
  }));
  expect(await provider.createIdentity('shop.example')).toBeNull();
  expect(server.requests).toHaveLength(1);
});

test('the hosted zone that SES names is used', async () => {
  const attributes = {
    ...pendingIdentity.DkimAttributes,
    Tokens: ['aaa'],
    SigningHostedZone: 'x1.dkim.eu.example',
  };
  const { provider } = await providerThatGets(() => ({
    status: 200,
    body: { ...pendingIdentity, DkimAttributes: attributes },
  }));
  expect(await provider.getIdentity('shop.example')).toMatchObject({
    dnsRecords: [dkim('aaa', 'x1.dkim.eu.example'), dmarcRecord],
  });
});

test('an identity whose records were not found in time has failed', async () => {
  const { provider } = await providerThatGets(() => ({
    status: 200,
    body: { ...pendingIdentity, VerificationStatus: 'FAILED' },
  }));
  expect(await provider.getIdentity('shop.example')).toMatchObject({ status: 'failed' });
});

test('an address has no records, and its path is escaped', async () => {
  const { provider, server } = await providerThatGets(() => ({
    status: 200,
    body: { VerifiedForSendingStatus: true },
  }));
  expect(await provider.getIdentity('me+x@shop.example')).toEqual({
    identity: 'me+x@shop.example',
    status: 'verified',
    dnsRecords: [],
  });
  expect(server.requests[0]?.path).toBe('/v2/email/identities/me%2Bx%40shop.example');
});

test('an identity that SES does not know is null', async () => {
  const { provider } = await providerThatGets(() => ({
    status: 404,
    body: { message: 'Not found' },
    errorType: 'NotFoundException',
  }));
  expect(await provider.getIdentity('shop.example')).toBeNull();
});

test('the credentials are those of the profile that is named, whatever the environment has', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'aws-'));
  const before = { ...process.env };
  try {
    const file = join(dir, 'credentials');
    await writeFile(file, '[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = secret\n');
    Object.assign(process.env, {
      AWS_SHARED_CREDENTIALS_FILE: file,
      AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENT',
      AWS_SECRET_ACCESS_KEY: 'secret',
    });
    const server = await serveHttp(answerJson(200, { ...anAccount, MessageId: 'm' }));
    const client = createSesClient({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${server.port}`,
      profile: 'other',
      maxSockets: 1,
      requestTimeoutMs: 5_000,
      connectTimeoutMs: 1_000,
    });
    const provider = createSesProvider(client);
    open.push(server, provider);
    await provider.quota();
    expect(await provider.send(aMessage())).toMatchObject({ kind: 'accepted' });
    const keys = server.requests.map(
      ({ headers }) => /Credential=(\w+)\//.exec(String(headers.authorization))?.[1],
    );
    expect(keys).toEqual(['AKIAOTHER', 'AKIAOTHER']);
  } finally {
    process.env = before;
    await rm(dir, { recursive: true });
  }
});
