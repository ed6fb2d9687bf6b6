import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { itemsBatchResponseSchema, maxSubscriptionGroups } from '@postroom/contracts';
import { acceptedOf, anItem, atOnce, refusal } from '../contract/batch-items.ts';
import { callAs } from '../resources/start-with-ses.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { aLinkedSend, tokenOf } from '../unsubscribe/links.ts';

let api: TestApi;
let workspace: TestWorkspace;
let testKey: { readonly key: string };

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
  testKey = { key: await workspace.makeKey(['full'], 'test') };
});

const group = { name: 'Staging', type: 'OptOut' };
const idOf = ({ body }: { readonly body: unknown }) => String(Reflect.get(Object(body), 'id'));
const madeByTestKey = async (): Promise<string> => {
  const made = await callAs(api, testKey, ['POST', '/subscription-groups', group]);
  expect(made.status).toBe(201);
  return idOf(made);
};
const pageOf = async (token: string): Promise<string> =>
  String((await api.call(`/u/${token}`, { headers: { accept: 'text/html' } })).body);
/** Fills a workspace with groups of a mode, newer than all that it has. */
const fill = (count: number, isSimulated: boolean) => api.prisma.$executeRaw`
  INSERT INTO subscription_groups (id, workspace_id, name, type, simulated)
  SELECT ('ffff' || substr(gen_random_uuid()::text, 5))::uuid, ${workspace.id}::uuid, 'Filling', 'OptOut',
    ${isSimulated}::boolean
  FROM generate_series(1, ${count}::int)`;

describe('a group that a test key made', () => {
  test('is on no page of live mail, and its name cannot be chosen there', async () => {
    const { token } = await aLinkedSend({ api, workspace });
    await workspace.aGroup({ name: 'Offers' });
    const before = await pageOf(token);
    expect(before).toContain('Offers');
    const id = await madeByTestKey();
    expect(await pageOf(token)).toBe(before);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
    await api.call(`/u/${token}/preferences`, { method: 'POST', headers, body: `shown=on%3A${id}` });
    expect(await api.prisma.subscription.count({ where: { groupId: id } })).toBe(0);
  });

  test('hides no group of live mail, however many there are', async () => {
    const { token } = await aLinkedSend({ api, workspace });
    await workspace.aGroup({ name: 'Offers' });
    await fill(maxSubscriptionGroups, true);
    expect(await pageOf(token)).toContain('Offers');
    const { body } = await callAs(api, workspace, ['GET', '/subscription-groups?limit=2']);
    expect(body).toMatchObject({ data: [{ name: 'Offers' }, { name: 'News' }], nextCursor: null });
  });

  test('is unknown to live keys', async () => {
    const id = await madeByTestKey();
    const item = anItem({ templateId: await workspace.aTemplate(), subscriptionGroupId: id });
    expect(await refusal(workspace, item)).toMatchObject({
      error: 'not_found',
      details: { field: 'subscriptionGroupId' },
    });
    const path = `/subscription-groups/${id}`;
    const put = { email: 'ada@example.com', subscribed: false };
    for (const call of [
      ['GET', path],
      ['PATCH', path, { name: 'Live' }],
      ['PATCH', path, { marketingDefault: true }],
      ['PUT', `${path}/subscriptions`, put],
    ] as const) {
      expect([call, (await callAs(api, workspace, call)).status]).toEqual([call, 404]);
    }
    expect(await api.prisma.subscriptionGroup.findUnique({ where: { id } })).toMatchObject(group);
  });

  test('is there for test keys, beside those of live keys', async () => {
    const [live, own] = [await workspace.aGroup({ name: 'Live' }), await madeByTestKey()];
    const listed = await callAs(api, testKey, ['GET', '/subscription-groups']);
    expect(listed.body).toMatchObject({ data: [{ id: own }, { id: live }] });
    expect((await callAs(api, testKey, ['GET', `/subscription-groups/${own}`])).status).toBe(200);
    const templateId = await workspace.aTemplate();
    const items = [own, live].map((subscriptionGroupId) => anItem({ templateId, subscriptionGroupId }));
    const posted = await callAs(api, testKey, ['POST', '/emails/batch', { items }]);
    const [ofOwn, ofLive] = itemsBatchResponseSchema
      .parse(posted.body)
      .items.map((item) => acceptedOf(item).send.id);
    expect(await pageOf(await tokenOf(api, workspace.id, ofLive ?? ''))).toContain('Staging');
    expect(await pageOf(await tokenOf(api, workspace.id, ofOwn ?? ''))).toContain('Live');
  });
});

test('a test key makes no marketing default', async () => {
  const asked = { ...group, marketingDefault: true };
  expect((await callAs(api, testKey, ['POST', '/subscription-groups', asked])).status).toBe(403);
});

describe('a workspace has a bounded number of groups of each mode:', () => {
  const make = (by: { readonly key: string }, fields: object = {}) =>
    callAs(api, by, ['POST', '/subscription-groups', { ...group, ...fields }]);
  const full = { status: 422, body: { error: 'unprocessable', details: { max: maxSubscriptionGroups } } };

  test.each([true, false])('those of test keys (%s) take no place of the others', async (isSimulated) => {
    const [filler, other] = isSimulated ? [testKey, workspace] : [workspace, testKey];
    await fill(maxSubscriptionGroups, isSimulated);
    expect(await make(filler)).toMatchObject(full);
    expect((await make(other)).status).toBe(201);
  });

  test('the marketing default stays where another one has no place', async () => {
    const id = await workspace.aGroup({ marketingDefault: true });
    await fill(maxSubscriptionGroups - 1, false);
    expect(await make(workspace, { marketingDefault: true })).toMatchObject(full);
    const { body } = await callAs(api, workspace, ['GET', `/subscription-groups/${id}`]);
    expect(body).toMatchObject({ marketingDefault: true });
  });

  test('also when the last places are asked for at once', async () => {
    await fill(maxSubscriptionGroups - 2, false);
    const made = await atOnce(5, () => make(workspace));
    expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 422, 422, 422]);
  });

  test('marketing mail has its group all the same', async () => {
    await fill(maxSubscriptionGroups, false);
    await workspace.aSender({ fromEmail: 'news@acme.test' });
    const email = {
      from: 'news@acme.test',
      to: ['b@example.com'],
      subject: 'Hi',
      text: 'Hi',
      type: 'marketing',
    };
    expect((await callAs(api, workspace, ['POST', '/emails/batch', { emails: [email] }])).status).toBe(200);
    const where = { workspaceId: workspace.id, marketingDefault: true };
    expect(await api.prisma.subscriptionGroup.count({ where })).toBe(1);
  });
});
