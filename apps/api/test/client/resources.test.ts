import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Postroom, Result } from '@postroom/client';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { clientOf, dataOf, losing } from './a-client.ts';

let api: TestApi;
let workspace: TestWorkspace;
let client: Postroom;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  client = clientOf(api, workspace);
});
afterAll(() => api.close());

async function idsOf(walk: AsyncIterable<Result<{ readonly id: string }>>): Promise<string[]> {
  const ids: string[] = [];
  for await (const step of walk) ids.push(dataOf(step).id);
  return ids;
}

test('templates are made, changed, previewed, copied, archived and walked', async () => {
  const { templates } = client;
  const made = dataOf(
    await templates.create({ name: 'Hi', subject: 'Hi {{name}}', html: '<p>{{name}}</p>' }),
  );
  expect(made.variables.required).toEqual(['name']);
  expect(dataOf(await templates.update(made.id, { text: 'Hi {{name}}' })).text).toBe('Hi {{name}}');
  expect(dataOf(await templates.preview(made.id, { name: 'Ada' }))).toMatchObject({
    subject: 'Hi Ada',
    missing: [],
  });
  const copy = dataOf(await templates.duplicate(made.id));
  expect(dataOf(await templates.archive(copy.id)).status).toBe('Archived');
  expect(await idsOf(templates.listAll({ limit: 1, status: 'Archived' }))).toEqual([copy.id]);
  expect(dataOf(await templates.unarchive(copy.id)).status).toBe('Active');
  expect((await idsOf(templates.listAll({ limit: 1 }))).sort()).toEqual([made.id, copy.id].sort());
  expect(dataOf(await templates.get(copy.id)).status).toBe('Active');
});

test('a template that cannot work says where', async () => {
  const { error } = await client.templates.create({ name: 'Bad', subject: 'Hi', html: '{{#if}}' });
  expect(error).toMatchObject({ code: 'template_invalid', status: 422, details: { part: 'html', line: 1 } });
});

test('sender profiles are made, changed and checked again', async () => {
  const { senderProfiles } = client;
  const made = dataOf(await senderProfiles.create({ name: 'Acme', fromEmail: 'hello@acme.test' }));
  const replyTo = 'Support <support@acme.test>';
  expect(dataOf(await senderProfiles.update(made.id, { replyTo })).replyTo).toEqual({
    email: 'support@acme.test',
    name: 'Support',
  });
  expect(dataOf(await senderProfiles.refresh(made.id)).verified).toBe(true);
  expect(await idsOf(senderProfiles.listAll())).toEqual([made.id]);
  expect(dataOf(await client.domains.list()).data).toEqual([]);
});

test('profiles, groups and what the ones say of the others', async () => {
  const profile = dataOf(await client.profiles.create({ externalId: 'c-1', email: 'ada@example.com' }));
  const group = dataOf(await client.subscriptionGroups.create({ name: 'News', type: 'OptOut' }));
  const said = { profileId: profile.id, subscribed: false };
  expect(dataOf(await client.subscriptionGroups.setSubscription(group.id, said))).toMatchObject(said);
  expect(dataOf(await client.profiles.get(profile.id)).subscriptions).toMatchObject([
    { groupId: group.id, subscribed: false },
  ]);
  expect(dataOf(await client.profiles.list({ externalId: 'c-1' })).data).toHaveLength(1);
  expect(dataOf(await client.profiles.update(profile.id, { attributes: { vip: true } })).attributes).toEqual({
    vip: true,
  });
});

test('suppressions are made, found by their address, imported and removed, also when an answer is lost', async () => {
  const { suppressions } = client;
  const made = dataOf(await suppressions.create({ email: "o'hara+x@example.com", note: 'asked' }));
  expect(made.reason).toBe('Manual');
  expect(dataOf(await suppressions.get(made.email))).toEqual(made);
  const import_ = await suppressions.import([{ email: made.email }, { email: 'bob@example.com' }]);
  expect(dataOf(import_)).toMatchObject({ total: 2, added: 1, unchanged: 1, invalid: 0 });
  const file = 'Email,Reason\r\ncleo@example.com,hard bounce\r\nnobody\r\n';
  expect(dataOf(await suppressions.importCsv(file))).toMatchObject({ added: 1, errors: [{ line: 3 }] });
  const csv = dataOf(await suppressions.exportCsv());
  expect(csv.split('\r\n').map((line) => line.split(',').slice(0, 3).join())).toEqual([
    'email,reason,origin',
    'bob@example.com,Manual,import',
    'cleo@example.com,Bounce,import',
    "o'hara+x@example.com,Manual,client",
    '',
  ]);
  let text = '';
  for await (const piece of suppressions.exportCsvPieces()) text += dataOf(piece);
  expect(text).toBe(csv);
  expect(dataOf(await suppressions.importCsv(csv))).toMatchObject({ total: 3, added: 0, unchanged: 3 });
  expect(dataOf(await suppressions.list({ reason: 'Manual' })).data).toHaveLength(2);
  expect(dataOf(await client.rates.get())).toMatchObject({ workspace: { state: 'ok' } });
  expect(dataOf(await client.rates.resume())).toMatchObject({ resumed: 0 });
  const unlucky = clientOf(api, workspace, { fetch: losing(1) });
  expect(dataOf(await unlucky.suppressions.remove(made.email))).toEqual({ id: made.email, removed: true });
  expect((await suppressions.get(made.email)).error?.code).toBe('not_found');
});

test('API keys are made, shown once, listed and revoked', async () => {
  const made = dataOf(await client.apiKeys.create({ name: 'CI', scopes: ['emails:write'], mode: 'test' }));
  expect(made.key).toMatch(/^sk_test_/);
  const limited = clientOf(api, { ...workspace, key: made.key });
  expect((await limited.templates.list()).error).toMatchObject({
    code: 'insufficient_scope',
    status: 403,
    details: { required: 'templates:read' },
  });
  expect(dataOf(await client.apiKeys.revoke(made.id))).toEqual({ id: made.id, removed: true });
  const listed = dataOf(await client.apiKeys.list()).data.find(({ id }) => id === made.id);
  expect(listed?.revokedAt).toBeTruthy();
});
