import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, redisPrefix, startTcpProxy, type TcpProxy, testRedisUrl } from '@postroom/testkit';
import { type Answer, startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { errorOf } from './batch-items.ts';
import { envelopeOf, sendRaw } from './raw-request.ts';

const names = ['ratelimit-policy', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'];
const fieldsOf = ({ headers }: Answer) => names.map((name) => headers.get(name));
const get = (api: TestApi, key: string, path = '/templates') =>
  api.call(`/api/v1${path}`, { headers: { 'x-api-key': key } });

async function statusesOf(times: number, run: () => Promise<Answer>): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let at = 0; at < times; at += 1) statuses.push((await run()).status);
  return statuses;
}

describe('without a limit', () => {
  test('no answer speaks of one', async () => {
    const api = await startApi();
    try {
      const { key } = await api.makeWorkspace();
      expect(fieldsOf(await get(api, key))).toEqual([null, null, null, null]);
    } finally {
      await api.close();
    }
  });
});

describe('with a limit of five an hour', () => {
  const env = {
    RATE_LIMIT_REQUESTS: '5',
    RATE_LIMIT_WINDOW_SECONDS: '3600',
    QUEUE_PREFIX: redisPrefix(),
  };
  let replicas: readonly [TestApi, TestApi];
  let one: TestApi;
  let workspace: TestWorkspace;

  beforeAll(async () => {
    let shared: URL | undefined;
    const reachDatabase = (url: URL) => {
      shared ??= url;
      return shared;
    };
    one = await startApi({ env, reachDatabase });
    replicas = [one, await startApi({ env, reachDatabase })];
    workspace = await one.makeWorkspace();
  });
  afterAll(async () => {
    for (const api of replicas.toReversed()) await api.close();
  });

  const newKey = () => workspace.makeKey(['full']);

  test('two replicas share it', async () => {
    const key = await newKey();
    const [first, second] = replicas;
    expect(await statusesOf(3, () => get(first, key))).toEqual([200, 200, 200]);
    expect(await statusesOf(3, () => get(second, key))).toEqual([200, 200, 429]);
    expect(await statusesOf(1, () => get(first, key))).toEqual([429]);
  });

  test('requests at the same moment are counted one by one', async () => {
    const key = await newKey();
    const answers = await Promise.all(
      replicas.flatMap((api) => Array.from({ length: 10 }, () => get(api, key))),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
  });

  test('another key of the same workspace is not touched', async () => {
    const [spent, fresh] = [await newKey(), await newKey()];
    expect((await statusesOf(6, () => get(one, spent))).at(-1)).toBe(429);
    expect((await get(one, fresh)).headers.get('ratelimit-remaining')).toBe('4');
  });

  test('every answer to a known key says where it stands, whatever the outcome', async () => {
    const key = await workspace.makeKey(['emails:write']);
    const headers = { 'x-api-key': key };
    const batch = '/api/v1/emails/batch';
    const answers = [
      await one.call(batch, { headers, body: { items: [null] } }),
      await one.call(batch, { headers, body: '{' }),
      await one.call(batch, { headers: { ...headers, 'content-type': 'text/plain' }, body: 'x' }),
      await get(one, key),
      await get(one, key, '/nothing'),
      await get(one, key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 415, 403, 404, 429]);
    expect(answers.map((answer) => fieldsOf(answer).slice(0, 3))).toEqual(
      ['4', '3', '2', '1', '0', '0'].map((remaining) => ['5;w=3600', '5', remaining]),
    );
    for (const answer of answers) {
      const reset = answer.headers.get('ratelimit-reset') ?? '';
      expect(reset).toMatch(/^[1-9]\d*$/);
      expect(Number(reset)).toBeLessThanOrEqual(3_600);
    }
  });

  test('a refusal is 429 rate_limited in the envelope, with the seconds to wait', async () => {
    const key = await newKey();
    await statusesOf(5, () => get(one, key));
    const answer = await get(one, key);
    expect(errorOf(answer)).toMatchObject({ status: 429, error: 'rate_limited' });
    expect(errorOf(answer).message).toMatch(/5 requests in 3600 s: try again in \d+ s/);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(answer.headers.get('retry-after')).toBe(answer.headers.get('ratelimit-reset'));
  });

  test('a refused batch is answered before its body is read', async () => {
    const key = await newKey();
    await statusesOf(5, () => get(one, key));
    const headers = { 'x-api-key': key, 'content-type': 'application/json', 'content-length': '1000000' };
    const answer = await sendRaw(one.origin, { headers, isEnded: false });
    expect([answer.status, envelopeOf(answer).error]).toEqual([429, 'rate_limited']);
  });

  test('a batch of a hundred counts as one request', async () => {
    const headers = { 'x-api-key': await newKey() };
    const body = { items: Array.from({ length: 100 }, () => null) };
    const answer = await one.call('/api/v1/emails/batch', { headers, body });
    expect([answer.status, answer.headers.get('ratelimit-remaining')]).toEqual([200, '4']);
  });

  test('what asks for no key is not counted, and a wrong key is only unauthorized', async () => {
    const answers = [
      await one.call('/healthz'),
      await get(one, 'sk_live_unknown'),
      await one.call('/api/v1/templates'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 401]);
    for (const answer of answers) expect(fieldsOf(answer)).toEqual([null, null, null, null]);
  });

  test('refusals are counted in the metrics', async () => {
    const countIn = async () => {
      const { body } = await one.call('/metrics');
      return Number(/^postroom_rate_limited_total (\d+)$/m.exec(String(body))?.[1]);
    };
    const key = await newKey();
    const before = await countIn();
    await statusesOf(8, () => get(one, key));
    expect(await countIn()).toBe(before + 3);
  });
});

test('a key that was refused may go on in the next window', async () => {
  const api = await startApi({ env: { RATE_LIMIT_REQUESTS: '1' } });
  try {
    const { key } = await api.makeWorkspace();
    const refused = await eventually(async () => {
      const answer = await get(api, key);
      return answer.status === 429 && answer;
    });
    expect(fieldsOf(refused)).toEqual(['1;w=1', '1', '0', '1']);
    expect(refused.headers.get('retry-after')).toBe('1');
    await eventually(async () => (await get(api, key)).status === 200);
  } finally {
    await api.close();
  }
});

describe('when Redis is out, requests pass uncounted,', () => {
  test.each([
    ['a black hole', async (proxy: TcpProxy) => proxy.pause()],
    ['refusing connections', (proxy: TcpProxy) => proxy.refuse()],
  ])('%s; and the limit holds again when it is back', async (_name, breakIt) => {
    const url = new URL(testRedisUrl());
    const proxy = await startTcpProxy({ target: { port: Number(url.port) } });
    url.port = String(proxy.port);
    const env = { RATE_LIMIT_REQUESTS: '3', RATE_LIMIT_WINDOW_SECONDS: '3600' };
    const api = await startApi({ redisUrl: url.href, env });
    try {
      const { key } = await api.makeWorkspace();
      await api.redisIsConnected();
      expect((await get(api, key)).status).toBe(200);
      await breakIt(proxy);
      const answers = await Promise.all(Array.from({ length: 20 }, () => get(api, key)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      const afterwards = await get(api, key);
      expect(fieldsOf(afterwards)).toEqual(['3;w=3600', '3', '3', '3600']);
      await proxy.resume();
      await eventually(async () => (await get(api, key)).status === 429);
    } finally {
      await proxy.resume();
      await api.close();
      await proxy.stop();
    }
  });
});
