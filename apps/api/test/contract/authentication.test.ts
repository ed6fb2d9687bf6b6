import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Caller, generateApiKey, keyCacheMs, newId, rememberCallers } from '@postroom/core';
import { ApiKeyStore } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import express from 'express';
import { listen } from '../../src/http/listen.ts';
import { authenticate, ownKeyOf } from '../../src/middleware/authenticate.ts';
import { handleErrors } from '../../src/middleware/handle-errors.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { anItem, errorOf } from './batch-items.ts';
import { envelopeOf, sendRaw } from './raw-request.ts';

let api: TestApi;
let workspace: TestWorkspace;
let templateId: string;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  templateId = await workspace.aTemplate();
});
afterAll(() => api.close());

const revoke = (key: string) =>
  api.prisma.apiKey.updateMany({
    where: { prefix: { startsWith: key.slice(0, 14) } },
    data: { revokedAt: new Date() },
  });
const post = (key: string | null, name = 'x-api-key') =>
  api.call('/api/v1/emails/batch', {
    headers: key === null ? {} : { [name]: key },
    body: { items: [anItem({ templateId })] },
  });

describe('401 unauthorized, the same answer, for', () => {
  const bodyWithoutId = ({ body }: { readonly body: unknown }) => ({ ...Object(body), requestId: '' });
  const bad: readonly (readonly [string, () => Promise<string | null>])[] = [
    ['no key', () => Promise.resolve(null)],
    ['an empty key', () => Promise.resolve('')],
    ['a key of another shape', () => Promise.resolve('Bearer abc')],
    ['a key that is too short', () => Promise.resolve('sk_live_abc')],
    ['a key of 10,000 characters', () => Promise.resolve(`sk_live_${'a'.repeat(10_000)}`)],
    ['a key with other characters', () => Promise.resolve(`sk_live_${"' OR 1=1 --".repeat(4)}`)],
    ['an unknown key', () => Promise.resolve(generateApiKey('live'))],
    ['an unknown test key', () => Promise.resolve(generateApiKey('test'))],
    ['a key in other letters', () => Promise.resolve(workspace.key.toUpperCase())],
    ['two keys', () => Promise.resolve(`${workspace.key}, ${workspace.key}`)],
    [
      'a revoked key',
      async () => {
        const key = await workspace.makeKey(['full']);
        await revoke(key);
        return key;
      },
    ],
  ];
  test.each(bad)('%s', async (_name, makeKey) => {
    const answer = await post(await makeKey());
    expect(answer.status).toBe(401);
    expect(bodyWithoutId(answer)).toEqual({
      error: 'unauthorized',
      message: 'The x-api-key header is missing, or it holds no valid key.',
      requestId: '',
    });
  });

  test('every route below /api/v1, also one that does not exist', async () => {
    for (const path of ['/emails/x', '/templates', '/nothing', '/', '/api-keys']) {
      expect((await api.call(`/api/v1${path}`)).status).toBe(401);
    }
  });
});

describe('authentication happens before the body is read:', () => {
  const bad = { 'x-api-key': generateApiKey('live'), 'content-type': 'application/json' };
  const huge = { 'content-length': String(1024 ** 4) };

  test('a huge body that never comes, with a bad key', async () => {
    const answer = await sendRaw(api.origin, { headers: { ...bad, ...huge }, body: '{', isEnded: false });
    expect([answer.status, envelopeOf(answer).error]).toEqual([401, 'unauthorized']);
  });

  test.each(['{"items"', '"text"', ''])('a broken body (%j) with a bad key', async (body) => {
    expect((await sendRaw(api.origin, { headers: bad, body })).status).toBe(401);
  });

  test('a body of the wrong type with no key', async () => {
    const headers = { 'content-type': 'text/plain', 'content-encoding': 'x' };
    expect((await sendRaw(api.origin, { headers, body: 'x' })).status).toBe(401);
  });

  test('a huge body that never comes, with a key that lacks the scope', async () => {
    const headers = { ...bad, ...huge, 'x-api-key': await workspace.makeKey(['emails:read']) };
    const answer = await sendRaw(api.origin, { headers, body: '{', isEnded: false });
    expect([answer.status, envelopeOf(answer).error]).toEqual([403, 'insufficient_scope']);
  });
});

describe('scopes', () => {
  test.each([['emails:read', 'templates:write', 'profiles:write', 'admin'], ['emails:read'], []])(
    'a key without emails:write is answered 403 with what is required',
    async (...scopes) => {
      const answer = errorOf(
        await post(await workspace.makeKey(scopes.filter((scope) => scope !== undefined))),
      );
      expect(answer).toMatchObject({
        status: 403,
        error: 'insufficient_scope',
        details: { required: 'emails:write' },
      });
    },
  );

  test('emails:write may post a batch and not read a send; emails:read the other way round', async () => {
    const [writer, reader] = [
      await workspace.makeKey(['emails:write']),
      await workspace.makeKey(['emails:read']),
    ];
    expect((await post(writer)).status).toBe(200);
    const { items } = await workspace.batch([anItem({ templateId })]);
    const id = items[0]?.status === 'accepted' ? items[0].send.id : '';
    const read = (key: string) => api.call(`/api/v1/emails/${id}`, { headers: { 'x-api-key': key } });
    expect((await read(reader)).status).toBe(200);
    expect(errorOf(await read(writer))).toMatchObject({ status: 403, details: { required: 'emails:read' } });
  });

  test('full is all of them', async () => {
    expect((await post(await workspace.makeKey(['full']))).status).toBe(200);
  });
});

describe('keys', () => {
  test('the header’s name may be written in any case', async () => {
    for (const name of ['X-API-KEY', 'X-Api-Key', 'x-api-key']) {
      const headers = { [name]: workspace.key };
      expect((await sendRaw(api.origin, { method: 'GET', path: '/api/v1/templates', headers })).status).toBe(
        200,
      );
    }
  });

  test('hold at least 160 random bits behind their prefix, and no two are equal', () => {
    const keys = Array.from({ length: 1_000 }, () => generateApiKey('live'));
    for (const key of keys) expect(key).toMatch(/^sk_live_[A-Za-z0-9_-]{32}$/);
    expect(new Set(keys).size).toBe(1_000);
  });

  test('are stored as a SHA-256 hash and a display prefix only', async () => {
    const key = await workspace.makeKey(['full']);
    const rows = await api.prisma.apiKey.findMany({ where: { workspaceId: workspace.id } });
    expect(rows.some(({ prefix }) => key.startsWith(prefix))).toBe(true);
    for (const row of rows) {
      expect(row.hash).toHaveLength(32);
      expect(JSON.stringify(row)).not.toContain(key.slice(14));
    }
  });
});

describe('a revoked key stops working within 10 s on every replica:', () => {
  test('a key that was found is asked for again after less than 10 s', () => {
    expect(keyCacheMs).toBeLessThan(10_000);
  });

  test('once that time has passed, a revoked key is refused', async () => {
    const whose = { keyId: newId(), workspaceId: newId(), senderProfileIds: null };
    const caller: Caller = { ...whose, scopes: ['full'], mode: 'live' };
    let isRevoked = false;
    const app = express();
    const findCallers = () => Promise.resolve([isRevoked ? null : caller]);
    const find = rememberCallers({ findCallers, cacheMs: 200 });
    app.use(
      authenticate({ findCaller: find, keyOf: ownKeyOf }),
      (_request, response) => void response.json({}),
    );
    app.use(handleErrors(() => undefined));
    const server = await listen(app, { host: '127.0.0.1', port: 0 });
    try {
      const headers = { 'x-api-key': generateApiKey('live') };
      const statusNow = async () => (await fetch(`http://127.0.0.1:${server.port}/`, { headers })).status;
      expect(await statusNow()).toBe(200);
      isRevoked = true;
      await eventually(async () => (await statusNow()) === 401, { what: 'The key being refused' });
      expect(await statusNow()).toBe(401);
    } finally {
      await server.close();
    }
  });

  test('an unknown key is not remembered as unknown: it works as soon as it is made', async () => {
    const key = generateApiKey('live');
    expect((await post(key)).status).toBe(401);
    await new ApiKeyStore(api.prisma).keep(workspace.id, { name: 'late', key, scopes: ['full'] });
    expect((await post(key)).status).toBe(200);
  });
});
