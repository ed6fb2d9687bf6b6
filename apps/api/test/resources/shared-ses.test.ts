import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { maxDomains, maxSenderProfiles } from '@postroom/contracts';
import { openSendQueue } from '@postroom/redis';
import { freePort } from '@postroom/servers';
import { eventually, idOf, testRedisUrl } from '@postroom/testkit';
import { openIdentityTurns } from '../../src/open-senders.ts';
import type { TestWorkspace } from '../start-api.ts';
import { atOnce, errorOf } from './start-resources.ts';
import { type ApiWithSes, callAs, startWithSes } from './start-with-ses.ts';

let stack: ApiWithSes;
let one: TestWorkspace;
let other: TestWorkspace;

beforeAll(async () => {
  stack = await startWithSes('ses', '10');
  one = await stack.api.makeWorkspace();
  other = await stack.api.makeWorkspace();
});
afterAll(() => stack.stop());

const makeSender = ({ post }: TestWorkspace, configurationSet: string | null = null) =>
  post('/sender-profiles', { name: 'Shop', fromEmail: 'shop@example.com', configurationSet });

const change = (workspace: TestWorkspace, id: string, body: object) =>
  callAs(stack.api, workspace, ['PATCH', `/sender-profiles/${id}`, body]);

describe('a workspace has a bounded number', () => {
  const fillDomains = ({ id }: TestWorkspace, count: number) => stack.api.prisma.$executeRaw`
    INSERT INTO domains (id, workspace_id, domain, status)
    SELECT gen_random_uuid(), ${id}::uuid, 'd' || i || '.' || ${id}::text || '.example', 'pending'
    FROM generate_series(1, ${count}::int) AS i`;
  const fillSenders = ({ id }: TestWorkspace, count: number) => stack.api.prisma.$executeRaw`
    INSERT INTO sender_profiles (id, workspace_id, name, from_email, from_key)
    SELECT gen_random_uuid(), ${id}::uuid, 'Shop', 'a@b.example', 'a@b.example'
    FROM generate_series(1, ${count}::int)`;

  test('of domains: SES is not asked about one more, and one that is given up makes room', async () => {
    const full = await stack.api.makeWorkspace();
    await fillDomains(full, maxDomains - 1);
    const last = await full.post('/domains', { domain: 'last.example' });
    expect(last.status).toBe(201);
    const asked = stack.creationsAtSes();
    expect(errorOf(await full.post('/domains', { domain: 'more.example' }))).toEqual({
      status: 422,
      code: 'unprocessable',
      details: { max: maxDomains },
    });
    expect(stack.creationsAtSes()).toBe(asked);
    // What it has already is told as ever.
    expect(errorOf(await full.post('/domains', { domain: 'LAST.example' })).code).toBe('state_conflict');
    await callAs(stack.api, full, ['DELETE', `/domains/${idOf(last)}`]);
    expect((await full.post('/domains', { domain: 'more.example' })).status).toBe(201);
  });

  test('of sender profiles, and others are not counted', async () => {
    const full = await stack.api.makeWorkspace();
    await fillSenders(full, maxSenderProfiles);
    expect(errorOf(await makeSender(full))).toEqual({
      status: 422,
      code: 'unprocessable',
      details: { max: maxSenderProfiles },
    });
    expect((await makeSender(one)).status).toBe(201);
  });

  test('also when the last places are asked for at once', async () => {
    const full = await stack.api.makeWorkspace();
    await Promise.all([fillDomains(full, maxDomains - 2), fillSenders(full, maxSenderProfiles - 2)]);
    const domains = await atOnce(5, (at) => full.post('/domains', { domain: `place${at}.example` }));
    const senders = await atOnce(5, (at) =>
      full.post('/sender-profiles', { name: 'Shop', fromEmail: `shop@at${at}.example` }),
    );
    for (const answers of [domains, senders]) {
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 422, 422, 422]);
    }
  });
});

describe('a configuration set', () => {
  test('belongs to the workspace that names it first, whatever the case of its letters', async () => {
    const profile = idOf(await makeSender(one, 'news'));
    expect((await makeSender(one, 'news')).status).toBe(201);
    const own = idOf(await makeSender(other));
    for (const name of ['news', 'News', 'NEWS']) {
      expect(errorOf(await makeSender(other, name))).toMatchObject({ status: 409, code: 'state_conflict' });
      const changed = await change(other, own, { configurationSet: name, fromName: 'X' });
      expect(errorOf(changed)).toMatchObject({ status: 409, code: 'state_conflict' });
    }
    expect((await change(other, own, { configurationSet: 'news_2', fromName: 'X' })).status).toBe(200);
    expect((await change(one, profile, { configurationSet: 'news', name: 'News' })).status).toBe(200);
  });

  test('is free again once no profile of the workspace names it', async () => {
    const profile = idOf(await makeSender(one, 'passing'));
    expect((await makeSender(other, 'passing')).status).toBe(409);
    expect((await change(one, profile, { configurationSet: null })).status).toBe(200);
    expect((await makeSender(other, 'passing')).status).toBe(201);
  });

  test('that two workspaces had before stays with both', async () => {
    const ids = [idOf(await makeSender(one)), idOf(await makeSender(other))];
    await stack.api.prisma.senderProfile.updateMany({
      where: { id: { in: ids } },
      data: { configurationSet: 'both' },
    });
    expect((await makeSender(other, 'both')).status).toBe(201);
    expect((await change(one, ids[0] ?? '', { configurationSet: 'both' })).status).toBe(200);
    expect((await makeSender(await stack.api.makeWorkspace(), 'both')).status).toBe(409);
  });

  test('that several ask for at once goes to one of them', async () => {
    const workspaces = await atOnce(4, () => stack.api.makeWorkspace());
    const answers = await Promise.all(workspaces.map((workspace) => makeSender(workspace, 'race')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  test('of a profile that is not there is not found, whoever has it', async () => {
    const foreign = idOf(await makeSender(one, 'secret'));
    for (const configurationSet of ['secret', 'nobody_has_it']) {
      expect((await change(other, foreign, { configurationSet })).status).toBe(404);
    }
  });
});

describe('SES is asked in turn', () => {
  test('what comes much too soon is told when to come again, and others are not kept waiting', async () => {
    const asked = stack.creationsAtSes();
    const burst = atOnce(60, (at) => one.post('/domains', { domain: `burst${at}.example` }));
    const bystander = await other.post('/domains', { domain: 'bystander.example' });
    const answers = await burst;
    expect(bystander.status).toBe(201);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(60);
    for (const answer of refused) {
      expect(errorOf(answer)).toMatchObject({ status: 429, code: 'rate_limited' });
      const wait = answer.headers.get('retry-after');
      expect(Number(wait)).toBeGreaterThanOrEqual(1);
      expect(['ratelimit-remaining', 'ratelimit-reset'].map((name) => answer.headers.get(name))).toEqual([
        '0',
        wait,
      ]);
    }
    expect(stack.creationsAtSes() - asked).toBe(61 - refused.length);
  });

  const turnsAt = (url: string, keyPrefix: string, budgetMs?: number) => {
    const queue = openSendQueue({ url, prefix: keyPrefix, onError: () => {} });
    const settings = { QUEUE_PREFIX: keyPrefix, SES_IDENTITY_RATE: 4 };
    return { queue, takeTurn: openIdentityTurns(settings, queue, budgetMs) };
  };

  test('by all replicas together: two of them give no more turns than one', async () => {
    const prefix = randomUUID();
    // However late a busy Redis answers: whom it does not count is let through.
    const replicas = [1, 2].map(() => turnsAt(testRedisUrl(), prefix, 60_000));
    await eventually(async () => {
      for (const { queue } of replicas) expect(queue.redis.status).toBe('ready');
    });
    const startedAt = performance.now();
    const turns = await Promise.allSettled(
      replicas.flatMap(({ takeTurn }) => Array.from({ length: 40 }, () => takeTurn('one'))),
    );
    // Windows of a second that began meanwhile, and the one before them, with half of the turns for one workspace.
    const windows = 1 + Math.ceil((performance.now() - startedAt) / 1_000);
    expect(turns.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(2 * windows);
    await Promise.all(replicas.map(({ queue }) => queue.close()));
  });

  test('and goes on being asked while Redis is away', async () => {
    const { queue, takeTurn } = turnsAt(`redis://127.0.0.1:${await freePort()}`, randomUUID());
    await Promise.all(Array.from({ length: 40 }, () => takeTurn('one')));
    queue.redis.disconnect();
  });
});
