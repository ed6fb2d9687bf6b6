import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { profileSchema, subscriptionGroupSchema, subscriptionSchema } from '@postroom/contracts';
import {
  atOnce,
  errorOf,
  isoTime,
  issuePathsOf,
  startResources,
  type TestApi,
  type TestWorkspace,
  unknownId,
  uuidV7,
} from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
});
afterAll(() => api.close());

async function makeGroup(input: Readonly<Record<string, unknown>> = {}) {
  const group = { name: 'News', type: 'OptOut', ...input };
  const { status, body } = await workspace.call('POST', '/subscription-groups', group);
  expect(status).toBe(201);
  return subscriptionGroupSchema.parse(body);
}

async function makeProfile(input: Readonly<Record<string, unknown>>) {
  const { body } = await workspace.call('POST', '/profiles', input);
  return profileSchema.parse(body);
}

describe('groups', () => {
  beforeAll(async () => {
    workspace = await api.makeWorkspace();
  });

  const defaults = async () => {
    const where = { workspaceId: workspace.id, marketingDefault: true };
    return (await api.prisma.subscriptionGroup.findMany({ where })).map(({ id }) => id);
  };

  test('a new group is answered with every field, and read back the same', async () => {
    const input = { name: 'News', type: 'OptIn' };
    const { status, body } = await workspace.call('POST', '/subscription-groups', input);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...input,
      id: expect.stringMatching(uuidV7),
      marketingDefault: false,
      confirmation: null,
      createdAt: expect.stringMatching(isoTime),
      updatedAt: expect.stringMatching(isoTime),
    });
    const { id } = subscriptionGroupSchema.parse(body);
    const read = await workspace.call('GET', `/subscription-groups/${id}`);
    expect([read.status, read.body]).toEqual([200, body]);
  });

  test('an update changes what it names', async () => {
    const { id } = await makeGroup();
    const { status, body } = await workspace.call('PATCH', `/subscription-groups/${id}`, { type: 'OptIn' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ id, name: 'News', type: 'OptIn', marketingDefault: false });
  });

  test('the group that becomes the marketing default takes that from the one before', async () => {
    const first = await makeGroup({ marketingDefault: true });
    expect(await defaults()).toEqual([first.id]);
    const second = await makeGroup({ marketingDefault: true });
    expect(await defaults()).toEqual([second.id]);
    await workspace.call('PATCH', `/subscription-groups/${first.id}`, { marketingDefault: true });
    expect(await defaults()).toEqual([first.id]);
    await workspace.call('PATCH', `/subscription-groups/${first.id}`, {
      marketingDefault: true,
      name: 'Same',
    });
    expect(await defaults()).toEqual([first.id]);
    await workspace.call('PATCH', `/subscription-groups/${first.id}`, { marketingDefault: false });
    expect(await defaults()).toEqual([]);
  });

  test('a marketing default that cannot be set leaves the present one alone', async () => {
    const { id } = await makeGroup({ marketingDefault: true });
    const other = await api.makeWorkspace();
    const made = await other.call('POST', '/subscription-groups', { name: 'Theirs', type: 'OptIn' });
    const foreignId = subscriptionGroupSchema.parse(made.body).id;
    for (const missing of [unknownId, foreignId]) {
      const path = `/subscription-groups/${missing}`;
      const answer = await workspace.call('PATCH', path, { marketingDefault: true });
      expect(errorOf(answer)).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(await defaults()).toEqual([id]);
  });

  test('twenty groups that become the marketing default at once leave exactly one', async () => {
    const groups = await atOnce(10, () => makeGroup());
    const answers = await Promise.all([
      ...groups.map(({ id }) =>
        workspace.call('PATCH', `/subscription-groups/${id}`, { marketingDefault: true }),
      ),
      ...groups.map(() =>
        workspace.call('POST', '/subscription-groups', { name: 'N', type: 'OptIn', marketingDefault: true }),
      ),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
    expect(await defaults()).toHaveLength(1);
  });
});

describe('subscriptions', () => {
  let groupId: string;

  beforeAll(async () => {
    workspace = await api.makeWorkspace();
    groupId = (await makeGroup()).id;
  });

  const put = (body: unknown) => workspace.call('PUT', `/subscription-groups/${groupId}/subscriptions`, body);
  const saidBy = (profileIds: readonly string[]) =>
    api.prisma.subscription.findMany({
      where: { groupId, profileId: { in: [...profileIds] } },
      orderBy: { profileId: 'asc' },
      select: { profileId: true, subscribed: true },
    });

  test('a subscription by profile holds for that profile, and a later one replaces it', async () => {
    const email = 'by-profile@example.com';
    const profile = await makeProfile({ email });
    const namesake = await makeProfile({ email, externalId: 'namesake' });
    const first = await put({ profileId: profile.id, subscribed: true });
    expect([first.status, first.body]).toEqual([
      200,
      {
        groupId,
        profileId: profile.id,
        subscribed: true,
        status: 'subscribed',
        updatedAt: expect.stringMatching(isoTime),
      },
    ]);
    expect((await put({ profileId: profile.id, subscribed: false })).body).toMatchObject({
      subscribed: false,
    });
    expect(await saidBy([profile.id, namesake.id])).toEqual([{ profileId: profile.id, subscribed: false }]);
  });

  test('a subscription by address holds for every profile that shares it, in any letter case', async () => {
    const email = 'shared@example.com';
    const named = await makeProfile({ email, externalId: 'shared-1' });
    const plain = await makeProfile({ email: 'Shared@Example.com' });
    const other = await makeProfile({ email: 'not-shared@example.com' });
    const { status, body } = await put({ email: 'SHARED@example.com', subscribed: false });
    expect([status, body]).toMatchObject([200, { profileId: plain.id, subscribed: false }]);
    expect(await saidBy([named.id, plain.id, other.id])).toEqual([
      { profileId: named.id, subscribed: false },
      { profileId: plain.id, subscribed: false },
    ]);
  });

  test('an address that only profiles with an external id have makes no further profile', async () => {
    const older = await makeProfile({ email: 'ext@example.com', externalId: 'ext-1' });
    await makeProfile({ email: 'ext@example.com', externalId: 'ext-2' });
    const { body } = await put({ email: 'ext@example.com', subscribed: true });
    expect(body).toMatchObject({ profileId: older.id });
    expect(await api.prisma.profile.count({ where: { emailKey: 'ext@example.com' } })).toBe(2);
  });

  test('an address that nobody has becomes a profile, one however many ask at once', async () => {
    const answers = await atOnce(20, (at) => put({ email: 'New@example.com', subscribed: at % 2 === 0 }));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const ids = new Set(answers.map(({ body }) => subscriptionSchema.parse(body).profileId));
    expect(ids.size).toBe(1);
    const { body } = await workspace.call('GET', '/profiles?email=new@example.com');
    expect(body).toMatchObject({ data: [{ id: [...ids][0], email: 'New@example.com', externalId: null }] });
  });

  test('a profile of another workspace is refused like one that is missing, and nothing is written', async () => {
    const other = await api.makeWorkspace();
    const made = await other.call('POST', '/profiles', { email: 'theirs@example.com' });
    const foreignId = profileSchema.parse(made.body).id;
    const [foreign, missing] = [
      await put({ profileId: foreignId, subscribed: true }),
      await put({ profileId: unknownId, subscribed: true }),
    ];
    expect([foreign.status, issuePathsOf(foreign)]).toEqual([400, ['profileId']]);
    expect(errorOf(foreign)).toEqual(errorOf(missing));
    expect(await saidBy([foreignId])).toEqual([]);
  });

  test('an address that another workspace knows is somebody new here', async () => {
    const other = await api.makeWorkspace();
    const made = await other.call('POST', '/profiles', { email: 'known@example.com' });
    const foreignId = profileSchema.parse(made.body).id;
    const { body } = await put({ email: 'known@example.com', subscribed: true });
    expect(subscriptionSchema.parse(body).profileId).not.toBe(foreignId);
    expect(await saidBy([foreignId])).toEqual([]);
  });

  test('a missing group makes no profile', async () => {
    const path = `/subscription-groups/${unknownId}/subscriptions`;
    const answer = await workspace.call('PUT', path, { email: 'no-group@example.com', subscribed: true });
    expect(errorOf(answer)).toMatchObject({ status: 404, code: 'not_found' });
    expect(await api.prisma.profile.count({ where: { emailKey: 'no-group@example.com' } })).toBe(0);
  });

  test.each([
    ['neither profileId nor email', { subscribed: true }, ['']],
    ['both of them', { profileId: unknownId, email: 'a@example.com', subscribed: true }, ['']],
    ['no decision', { email: 'a@example.com' }, ['subscribed']],
    ['a decision in words', { email: 'a@example.com', subscribed: 'yes' }, ['subscribed']],
    ['a profileId that is no UUID', { profileId: '1', subscribed: true }, ['profileId']],
    ['an unknown field', { email: 'a@example.com', subscribed: true, reason: 'x' }, ['reason']],
  ])('%s is refused', async (_what, body, paths) => {
    const answer = await put(body);
    expect([answer.status, issuePathsOf(answer)]).toEqual([400, paths]);
  });
});
