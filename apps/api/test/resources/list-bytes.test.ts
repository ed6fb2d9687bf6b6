import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { pageSchema, profileSchema, templateSchema, templateSummarySchema } from '@postroom/contracts';
import { errorOf, startResources, type TestApi, type TestWorkspace } from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
});
afterAll(() => api.close());
beforeEach(async () => {
  workspace = await api.makeWorkspace();
});

const maxAnswerBytes = 5 * 1024 * 1024;

/** Walks a list of profiles and answers the number of entries of each page, having looked at the bytes of each. */
async function walk(path: string) {
  const counts: number[] = [];
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await workspace.call('GET', `${path}${cursor && `&cursor=${cursor}`}`);
    expect(status).toBe(200);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(maxAnswerBytes);
    const { data, nextCursor } = pageSchema(profileSchema).parse(body);
    counts.push(data.length);
    ids.push(...data.map(({ id }) => id));
    cursor = nextCursor;
  }
  expect(ids).toEqual(ids.toSorted().toReversed());
  expect(new Set(ids).size).toBe(ids.length);
  return counts;
}

/** `count` profiles whose attributes are what this SQL makes of `n`. */
const insertProfiles = (count: number, attributes: string) =>
  api.prisma.$executeRawUnsafe(
    `INSERT INTO profiles (id, workspace_id, external_id, attributes)
     SELECT gen_random_uuid(), $1::uuid, 'p' || n, ${attributes} FROM generate_series(1, $2::int) n`,
    workspace.id,
    count,
  );

const words = (bytes: number) =>
  `json_build_object('text', (SELECT string_agg(md5(n || '/' || m), '') FROM generate_series(1, ${bytes / 32}) m))`;

describe('a page of profiles is bounded by bytes', () => {
  test.each([
    ['what cannot be compressed', 60, words(256 * 1024)],
    ['what stores as next to nothing', 60, `json_build_object('text', repeat('a', 250000))`],
    [
      'a few large ones among many small',
      99,
      `CASE WHEN n % 3 = 0 THEN ${words(128 * 1024)} ELSE '{}'::json END`,
    ],
    ['characters of six bytes each', 30, `json_build_object('text', repeat(E'\\u0001', 40000))`],
  ])('%s', async (_what, count, attributes) => {
    await insertProfiles(count, attributes);
    const counts = await walk('/profiles?limit=100');
    expect(counts.reduce((sum, entries) => sum + entries, 0)).toBe(count);
    expect(counts.length).toBeGreaterThan(1);
  });

  const subscribeToMany = async () => {
    await api.prisma.$executeRawUnsafe(
      `INSERT INTO subscription_groups (id, workspace_id, name, type)
       SELECT gen_random_uuid(), $1::uuid, 'g' || n, 'OptOut' FROM generate_series(1, 3000) n`,
      workspace.id,
    );
    await api.prisma.$executeRawUnsafe(
      `INSERT INTO subscriptions (group_id, profile_id, subscribed, updated_at)
       SELECT g.id, p.id, true, now() FROM subscription_groups g JOIN profiles p USING (workspace_id)
       WHERE workspace_id = $1::uuid`,
      workspace.id,
    );
  };

  test('with what a profile said of very many groups', async () => {
    await insertProfiles(60, `'{}'::json`);
    await subscribeToMany();
    expect((await walk('/profiles?limit=100')).length).toBeGreaterThan(1);
  });

  test('and so is one profile: it tells what it said of the newest groups, the oldest of them first', async () => {
    await insertProfiles(1, `'{}'::json`);
    await subscribeToMany();
    const { id } = await api.prisma.profile.findFirstOrThrow({ where: { workspaceId: workspace.id } });
    const groups = await api.prisma.subscriptionGroup.findMany({
      where: { workspaceId: workspace.id },
      orderBy: { id: 'asc' },
    });
    const newest = groups.slice(-1_000).map((group) => group.id);
    for (const answer of [
      await workspace.call('GET', `/profiles/${id}`),
      await workspace.call('PATCH', `/profiles/${id}`, { attributes: { a: 1 } }),
    ]) {
      const { subscriptions } = profileSchema.parse(answer.body);
      expect(subscriptions.map(({ groupId }) => groupId)).toEqual(newest);
    }
  });

  test('small ones come as many as were asked for, and large ones at least one at a time', async () => {
    await insertProfiles(70, `'{"plan": "pro"}'::json`);
    expect(await walk('/profiles?limit=30')).toEqual([30, 30, 10]);
    expect(await walk('/profiles?limit=70')).toEqual([70]);
    workspace = await api.makeWorkspace();
    await insertProfiles(3, words(256 * 1024));
    expect(await walk('/profiles?limit=1')).toEqual([1, 1, 1]);
    expect(await walk('/profiles?limit=2')).toEqual([2, 1]);
    await insertOversized();
    expect(await walk('/profiles?limit=100&externalId=p2')).toEqual([1]);
  });

  /** Larger than any that the API takes. */
  const insertOversized = () =>
    api.prisma.$executeRawUnsafe(
      `UPDATE profiles SET attributes = ${words(4 * 1024 * 1024).replaceAll("n || '/'", 'external_id')}
       WHERE workspace_id = $1::uuid AND external_id = 'p2'`,
      workspace.id,
    );
});

describe('a template is never larger than one request could make it', () => {
  // Each quote is two bytes of an answer.
  const [html, text] = ['"'.repeat(400_000), 't'.repeat(200_000)];
  const sampleData = { a: 's'.repeat(200_000) };
  const make = async (content: object) =>
    templateSchema.parse(
      (await workspace.call('POST', '/templates', { name: 'T', subject: 'S', html: 'H', ...content })).body,
    );

  test.each([
    ['two parts and then sample data', { html, text }, { sampleData }],
    ['sample data and one part, and then the other', { html, sampleData }, { text }],
    ['one part and then the other, of longer characters', { html }, { text: '漢'.repeat(85_000) }],
  ])('%s', async (_what, first, second) => {
    const { id } = await make(first);
    const path = `/templates/${id}`;
    expect(errorOf(await workspace.call('PATCH', path, second))).toMatchObject({
      status: 400,
      code: 'validation_failed',
      details: { issues: [{ path: '', message: expect.stringContaining('1 MiB') }] },
    });
    const { body } = await workspace.call('GET', path);
    expect(body).toMatchObject(first);
    expect(Buffer.byteLength(JSON.stringify(body))).toBeLessThan(1024 * 1024 + 1_000);
  });

  test('content and sample data that come at once, and fit each alone: one of them is refused', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await make({ html });
      const answers = await Promise.all([
        workspace.call('PATCH', `/templates/${id}`, { text }),
        workspace.call('PATCH', `/templates/${id}`, { sampleData }),
      ]);
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400]);
    }
  });

  test('one of before that is may be renamed, and comes down in steps', async () => {
    const { id } = await make({ html, text });
    await api.prisma.template.update({ where: { id }, data: { sampleData } });
    const change = async (body: object) => (await workspace.call('PATCH', `/templates/${id}`, body)).status;
    expect(await change({ name: 'Renamed' })).toBe(200);
    expect(await change({ html: `${html}more` })).toBe(400);
    expect(await change({ html: html.slice(1) })).toBe(200);
    expect(await change({ sampleData: null })).toBe(200);
  });
});

describe('a page of templates leaves out their content', () => {
  const large = { name: 'Large', subject: 'S', html: 'x'.repeat(480_000), text: 'y'.repeat(250_000) };

  test('so that a hundred of the largest are a short answer, and each is read alone', async () => {
    const saved = await workspace.call('POST', '/templates', {
      ...large,
      sampleData: { a: 'z'.repeat(200_000) },
    });
    const { id } = templateSchema.parse(saved.body);
    for (let copies = 0; copies < 19; copies += 1) await workspace.call('POST', `/templates/${id}/duplicate`);
    const { body } = await workspace.call('GET', '/templates?limit=100');
    const { data } = pageSchema(templateSummarySchema.strict()).parse(body);
    expect(data).toHaveLength(20);
    expect(JSON.stringify(body).length).toBeLessThan(20_000);
    expect((await workspace.call('GET', `/templates/${id}`)).body).toMatchObject(large);
  });

  test('also of those that were saved before names of variables were bounded', async () => {
    const saved = await workspace.call('POST', '/templates', { name: 'Old', subject: 'S', html: '{{a}}' });
    expect(saved.status).toBe(201);
    await api.prisma.$executeRawUnsafe(
      `UPDATE template_snapshots SET optional_variables =
         (SELECT array_agg('v' || n || repeat('a', 20000)) FROM generate_series(1, 1000) n)
       WHERE workspace_id = $1::uuid`,
      workspace.id,
    );
    const { status, body } = await workspace.call('GET', '/templates');
    expect([status, JSON.stringify(body).length < 2_000]).toEqual([200, true]);
  });
});
