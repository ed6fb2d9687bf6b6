import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createdApiKeySchema, type EmailSend, type ItemResult } from '@postroom/contracts';
import { type DoActionPieceDeps, doActionPiece } from '@postroom/core';
import { ActionStore, DirectoryStore, SendChangeStore, SendReadStore } from '@postroom/db';
import { routesOfLimitedKeys } from '../src/middleware/limited-keys.ts';
import { accept, anItem, errorOf } from './contract/batch-items.ts';
import { trySignIn } from './dashboard/a-page.ts';
import { documentedRoutes } from './openapi/documented-routes.ts';
import { callAsShown, makeExampleWorld } from './openapi/example-world.ts';
import { type Answer, type Json, startApi, type TestApi, type TestWorkspace } from './start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;
let ours: string;
let theirs: string;
let key: string;
let templateId: string;

const aKey = async (of: TestWorkspace, senderProfileIds: readonly string[]): Promise<string> => {
  const answer = await of.post('/api-keys', { name: 'limited', scopes: ['full'], senderProfileIds });
  return createdApiKeySchema.parse(answer.body).key;
};

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  ours = await workspace.aSender({ fromEmail: 'ours@acme.test' });
  theirs = await workspace.aSender({ fromEmail: 'theirs@acme.test' });
  templateId = await workspace.aTemplate({ senderProfileId: theirs });
  key = await aKey(workspace, [ours]);
});

const call = (method: string, path: string, body?: unknown): Promise<Answer> =>
  api.call(`/api/v1${path}`, {
    method,
    headers: { 'x-api-key': key },
    ...(body === undefined ? {} : { body }),
  });

const sent = (senderProfileId: string, more: Json = {}): Promise<EmailSend> =>
  accept(workspace, anItem({ templateId, senderProfileId, ...more }));

/** What becomes of items that the limited key posts, by the code of each. */
async function outcomes(items: readonly Json[]): Promise<string[]> {
  const { body } = await call('POST', '/emails/batch', { items });
  const { items: results } = body as { readonly items: readonly ItemResult[] };
  return results.map((item) => (item.status === 'accepted' ? item.send.senderProfileId : item.error) ?? '');
}

const refused = 'sender_not_allowed';

test('a limited key is refused by every route that cannot be held to its limit, and shown nothing of others by the rest', async () => {
  const world = await makeExampleWorld(api, 'queued');
  const limited = await aKey(world.workspace, [await world.workspace.aSender()]);
  const routes = documentedRoutes.filter(({ needsKey }) => needsKey);
  const passed: string[] = [];
  const shown: string[] = [];
  for (const route of routes) {
    const { status, body: answer } = await callAsShown(api, world, { route, key: limited });
    const text = JSON.stringify(answer);
    if (text.includes('this route cannot be held to those')) continue;
    const name = `${route.method} ${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    passed.push(name);
    // What is named is another's: it is missing, or not the key's to use, and no list has it.
    const isNothing =
      status >= 400 || /"data":\[\]|sender_not_allowed|"emails":\[\]|the API key is limited/i.test(text);
    if (!isNothing && !/api-keys|actions$/.test(name)) shown.push(`${name} ${text}`);
  }
  expect(shown).toEqual([]);
  expect(passed.toSorted()).toEqual(routesOfLimitedKeys.toSorted());
});

test('it signs in to no dashboard', async () => {
  expect((await trySignIn(api, key)).status).toBe(403);
});

describe('a limited key sends from its sender profiles alone:', () => {
  test('items, however they name their sender', async () => {
    const item = (more: Json) => anItem({ templateId, ...more });
    const items = [
      item({ senderProfileId: ours }),
      item({ from: 'Ours <ours@acme.test>' }),
      item({ senderProfileId: theirs }),
      item({ from: 'theirs@acme.test' }),
      item({ from: 'nobody@acme.test' }),
      item({}),
    ];
    expect(await outcomes(items)).toEqual([ours, ours, refused, refused, refused, refused]);
    const single = await api.call('/api/v1/emails', {
      headers: { 'x-api-key': key, 'idempotency-key': 'one' },
      body: { templateId, to: { email: 'a@example.com' } },
    });
    expect(errorOf(single)).toMatchObject({ status: 422, details: { reason: refused } });
  });

  test('of profiles that share an address the one that it has, also where the template names the other', async () => {
    const shared = await workspace.aSender({ fromEmail: 'theirs@acme.test' });
    key = await aKey(workspace, [shared]);
    expect(await outcomes([anItem({ templateId, from: 'theirs@acme.test' })])).toEqual([shared]);
  });

  test('emails, of which one that it may not send is a failed row of no sender, under no key, which nobody retries', async () => {
    const email = { to: ['a@example.com'], subject: 'Hello', text: 'Hello' };
    const emails = ['ours', 'theirs', 'nobody'].map((name) => ({ ...email, from: `${name}@acme.test` }));
    const { body } = await api.call('/api/v1/emails/batch', {
      headers: { 'x-api-key': key, 'idempotency-key': 'all' },
      body: { emails },
    });
    const answered = (
      body as { readonly emails: readonly { readonly id: string; readonly status: string }[] }
    ).emails;
    expect(answered.map(({ status }) => status)).toEqual(['queued', 'failed', 'failed']);
    const rows = await api.prisma.emailSend.findMany({
      where: { workspaceId: workspace.id },
      orderBy: { id: 'asc' },
    });
    expect(
      rows.map(({ senderProfileId, failureClass, idempotencyKey }) => [
        senderProfileId,
        failureClass,
        idempotencyKey,
      ]),
    ).toEqual([
      [ours, null, 'all/0'],
      [null, refused, null],
      [null, refused, null],
    ]);
    expect(errorOf(await workspace.post(`/emails/${answered[1]?.id}/retry`, undefined)).status).toBe(409);
    expect((await call('GET', `/emails/${answered[1]?.id}`)).status).toBe(404);
  });

  test('through the doors, which say so in their own words', async () => {
    const resend = await api.call('/resend/emails', {
      headers: { authorization: `Bearer ${key}` },
      body: { from: 'theirs@acme.test', to: 'a@example.com', subject: 'Hello', text: 'Hello' },
    });
    expect([resend.status, resend.body]).toEqual([
      403,
      expect.objectContaining({ name: 'validation_error' }),
    ]);
    const postmark = await api.call('/email', {
      headers: { 'x-postmark-server-token': key },
      body: { From: 'theirs@acme.test', To: 'a@example.com', Subject: 'Hello', TextBody: 'Hello' },
    });
    expect([postmark.status, postmark.body]).toEqual([422, expect.objectContaining({ ErrorCode: 400 })]);
  });

  test('and what repeats a send of another sender is not answered with it', async () => {
    const items = [anItem({ templateId })];
    await workspace.batch(items);
    await api.prisma.template.update({ where: { id: templateId }, data: { senderProfileId: ours } });
    expect(await outcomes(items)).toEqual([refused]);
  });

  test('a profile that is gone leaves it with none, and not with all', async () => {
    await api.prisma.senderProfile.delete({ where: { id: ours } });
    await api.sql
      .run`UPDATE api_keys SET sender_profile_ids = array_remove(sender_profile_ids, ${ours}::uuid) WHERE name = 'limited'`;
    expect(await outcomes([anItem({ templateId }), anItem({ templateId, from: 'ours@acme.test' })])).toEqual([
      refused,
      refused,
    ]);
    expect((await call('GET', '/emails')).body).toMatchObject({ emails: [], count: 0 });
  });
});

describe('a limited key sees and changes what was sent from its sender profiles alone:', () => {
  test('one, its history, lists, a batch of several senders, cancels and retries', async () => {
    const both = [ours, theirs].map((senderProfileId) => anItem({ templateId, senderProfileId }));
    const { batchId, items } = await workspace.batch(both);
    const [own, other] = items.map((item) => (item.status === 'accepted' ? item.send.id : ''));
    const { batchId: foreign } = await workspace.batch([anItem({ templateId })]);
    for (const path of ['', '/events']) {
      expect((await call('GET', `/emails/${own}${path}`)).status).toBe(200);
      expect((await call('GET', `/emails/${other}${path}`)).status).toBe(404);
    }
    const page = expect.objectContaining({
      count: 1,
      emails: [expect.objectContaining({ batch_id: batchId })],
    });
    for (const query of ['', '?status=queued', `?batch_id=${batchId}`, `?sender_profile_id=${ours}`]) {
      expect((await call('GET', `/emails${query}`)).body).toEqual(page);
    }
    const none = { emails: [], count: 0 };
    expect((await call('GET', `/emails?sender_profile_id=${theirs}`)).body).toMatchObject(none);
    expect((await call('GET', `/batches/${batchId}`)).body).toMatchObject({
      total: 2,
      counts: { Queued: 1 },
    });
    expect((await call('GET', `/batches/${foreign}`)).status).toBe(404);
    for (const path of [`/emails/${other}/cancel`, `/emails/${other}/retry`, `/batches/${foreign}/cancel`]) {
      expect({ path, status: (await call('POST', path)).status }).toEqual({ path, status: 404 });
    }
    expect((await call('POST', `/batches/${batchId}/cancel`)).body).toMatchObject({
      canceled: 1,
      counts: { Canceled: 1, Queued: 0 },
    });
    expect((await workspace.get(`/emails/${other}`)).body).toMatchObject({ status: 'Queued' });
  });

  const deps = (): DoActionPieceDeps => ({
    actions: new ActionStore(api.prisma),
    sends: new SendReadStore(api.prisma),
    changes: new SendChangeStore(api.prisma),
    directory: new DirectoryStore(api.sql),
    queue: { add: () => Promise.resolve() },
    onQueueTrouble: () => undefined,
  });

  test('many at once, as an action or as a file, which it finds again, and those of others it does not', async () => {
    await sent(ours);
    const { id: other } = await sent(theirs);
    await api.prisma.action.deleteMany();
    const asked = await call('POST', '/emails/actions', { action: 'cancel', filter: {} });
    expect(asked.body).toMatchObject({ matched: 1 });
    while ((await doActionPiece(deps())) !== null);
    const { id } = asked.body as { readonly id: string };
    expect((await call('GET', `/emails/actions/${id}`)).body).toMatchObject({ state: 'done', done: 1 });
    expect((await workspace.get(`/emails/${other}`)).body).toMatchObject({ status: 'Queued' });
    const exported = (await call('POST', '/emails/actions', { action: 'export', filter: {} })).body;
    const path = `/emails/actions/${(exported as { readonly id: string }).id}`;
    for (const file of [await call('GET', `${path}/export`), await workspace.get(`${path}/export`)]) {
      expect(String(file.body).trim().split('\n')).toHaveLength(2);
    }
    const whole = await workspace.make('/emails/actions', { action: 'cancel', filter: {} });
    for (const answer of [
      await call('GET', `/emails/actions/${whole}`),
      await call('POST', `/emails/actions/${whole}/stop`),
    ]) {
      expect(answer.status).toBe(404);
    }
    expect((await workspace.get(`/emails/actions/${whole}`)).body).toMatchObject({ state: 'running' });
  });
});

describe('a limited key makes, sees and revokes keys that may do no more:', () => {
  const make = (senderProfileIds?: readonly string[] | null) =>
    call('POST', '/api-keys', {
      name: 'more',
      scopes: ['full'],
      ...(senderProfileIds === undefined ? {} : { senderProfileIds }),
    });

  test('its own limit unless less is asked for', async () => {
    expect((await make()).body).toMatchObject({ senderProfileIds: [ours] });
    for (const wanted of [null, [theirs], [ours, theirs]]) {
      expect(errorOf(await make(wanted))).toMatchObject({ status: 403, error: 'insufficient_scope' });
    }
    expect(errorOf(await make([])).status).toBe(400);
  });

  test('and no other', async () => {
    const whole = await workspace.make('/api-keys', { name: 'whole', scopes: ['full'] });
    const { data } = (await call('GET', '/api-keys')).body as { readonly data: readonly Json[] };
    expect(data.map(({ senderProfileIds }) => senderProfileIds)).toEqual([[ours]]);
    expect((await call('DELETE', `/api-keys/${whole}`)).status).toBe(404);
    expect((await call('DELETE', `/api-keys/${data[0]?.id}`)).status).toBe(204);
  });

  test('a limit names sender profiles of the workspace', async () => {
    const foreign = await (await api.makeWorkspace()).aSender();
    const answer = await workspace.post('/api-keys', {
      name: 'x',
      scopes: ['full'],
      senderProfileIds: [foreign],
    });
    expect(errorOf(answer)).toMatchObject({
      status: 400,
      details: { issues: [{ path: 'senderProfileIds' }] },
    });
  });
});
