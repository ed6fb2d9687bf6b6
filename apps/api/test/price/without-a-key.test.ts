import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Caller,
  createGate,
  generateApiKey,
  newId,
  PostroomError,
  rememberCallers,
} from '@postroom/core';
import { createLogger, createScrape } from '@postroom/process';
import { routePatternOf } from '@postroom/reference';
import { eventually } from '@postroom/testkit';
import express from 'express';
import { listen } from '../../src/http/listen.ts';
import { authenticate, ownKeyOf } from '../../src/middleware/authenticate.ts';
import { handleErrors } from '../../src/middleware/handle-errors.ts';
import { healthRoutes } from '../../src/routes/health.ts';
import { sendRaw } from '../contract/raw-request.ts';
import { startApi, type TestApi } from '../start-api.ts';

const _silent = createLogger({ service: 'test', level: 'silent' });

async function served<Outcome>(app: express.Express, use: (origin: string) => Promise<Outcome>) {
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  try {
    return await use(`http://127.0.0.1:${server.port}`);
  } finally {
    await server.close();
  }
}

/** Longer than the tests run. */
const keptMs = 120 * 1_000;

describe('what many ask for at once is made once:', () => {
  /** Asks so often at once, and lets nothing end before all of it has come. */
  async function askedFor(path: string, count: number) {
    const asked = { postgres: 0, redis: 0, metrics: 0 };
    let arrived = 0;
    let letGo = () => {};
    const allCame = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const source = (name: keyof typeof asked) => async () => {
      asked[name] += 1;
      await allCame;
      return true;
    };
    const app = express().use((_request, _response, next) => {
      arrived += 1;
      if (arrived === count) letGo();
      next();
    });
    app.use(
      healthRoutes({
        probes: { postgres: source('postgres'), redis: source('redis') },
        // As long as all of it takes to come.
        probeBudgetMs: keptMs,
        metrics: createScrape({
          contentType: 'text/plain',
          metrics: async () => String(await source('metrics')()),
        }),
      }),
    );
    const answers = await served(app, (origin) =>
      Promise.all(Array.from({ length: count }, () => sendRaw(origin, { method: 'GET', path, headers: {} }))),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    return asked;
  }

  test('a scrape of the metrics', async () => {
    expect(await askedFor('/metrics', 100)).toEqual({ postgres: 0, redis: 0, metrics: 1 });
  });

  test('a look at what the process depends on', async () => {
    expect(await askedFor('/readyz', 100)).toEqual({ postgres: 1, redis: 1, metrics: 0 });
  });
});

describe('keys that nobody has', () => {
  test('are looked up together, whoever asks, and counted', async () => {
    const caller: Caller = {
      keyId: newId(),
      workspaceId: newId(),
      senderProfileIds: null,
      scopes: ['full'],
      mode: 'live',
    };
    const key = generateApiKey('live');
    const lookUps: { readonly keys: readonly string[]; readonly release: () => void }[] = [];
    const count = { came: 0, refused: 0 };
    const app = express().use(
      (_request, _response, next) => {
        count.came += 1;
        next();
      },
      authenticate({
        findCaller: rememberCallers({
          findCallers: (keys) =>
            new Promise((resolve) => {
              const release = () => resolve(keys.map((one) => (one === key ? caller : null)));
              lookUps.push({ keys, release });
            }),
          cacheMs: keptMs,
        }),
        keyOf: ownKeyOf,
        onRefused: () => {
          count.refused += 1;
        },
      }),
      (_request, response) => void response.json({}),
    );
    app.use(handleErrors(() => undefined));
    await served(app, async (origin) => {
      const ask = (of: string) => sendRaw(origin, { method: 'GET', path: '/', headers: { 'x-api-key': of } });
      const unknown = Array.from({ length: 40 }, () => ask(generateApiKey('live')));
      const known = ask(key);
      await eventually(() => count.came === 41 && lookUps.length > 0);
      await eventually(() => {
        for (const { release } of lookUps) release();
        return lookUps.flatMap(({ keys }) => keys).length === 41;
      });
      for (const { release } of lookUps) release();
      // As many at once, where the first took too long, and one more with the rest.
      expect(lookUps.length).toBeLessThanOrEqual(4);
      expect((await known).status).toBe(200);
      expect(new Set((await Promise.all(unknown)).map(({ status }) => status))).toEqual(new Set([401]));
      expect(count.refused).toBe(40);
    });
  });
});

describe('what anybody may ask for', () => {
  test('is refused at once beyond its line', async () => {
    const gate = createGate({ atOnce: 1, waiting: 2 });
    const ends: (() => void)[] = [];
    const runs = [1, 2, 3].map(() => gate(() => new Promise<void>((resolve) => ends.push(resolve))));
    await expect(gate(async () => undefined)).rejects.toThrow(PostroomError);
    for (let done = 0; done < 3; done += 1) {
      while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
      ends.pop()?.();
    }
    await Promise.all(runs);
    expect(await gate(async () => 'room again')).toBe('room again');
  });
});

describe('the log of a failed request', () => {
  test.each([
    ['GET', '/u/AaIiHftG', '/u/{token}'],
    ['GET', '/U/AaIiHftG', '/u/{token}'],
    ['POST', '/U/AaIiHftG/Resubscribe/', '/u/{token}/resubscribe'],
    ['GET', '/%75/AaIiHftG', '(none)'],
    ['GET', '/api/v1/suppressions/JANE%2540x.com', '/api/v1/suppressions/{email}'],
    ['DELETE', '/API/v1/Suppressions/jane@x.com', '/api/v1/suppressions/{email}'],
    ['POST', '/api/v1/suppressions/import', '/api/v1/suppressions/import'],
    ['GET', '/api/v1/suppressions/import', '/api/v1/suppressions/{email}'],
    ['PUT', '/nowhere/jane@x.com', '(none)'],
    ['GET', '/', '(none)'],
  ])('%s %s says %s', (method, path, pattern) => {
    expect(routePatternOf(method, path)).toBe(pattern);
  });

  test('names the route and not the path', async () => {
    const lines: unknown[] = [];
    const app = express();
    app.use(() => {
      throw new Error('broken');
    });
    app.use(handleErrors(({ cause, ...failed }) => lines.push(failed)));
    await served(app, (origin) => sendRaw(origin, { method: 'GET', path: '/U/secret-token', headers: {} }));
    expect(lines).toMatchObject([{ code: 'internal_error', route: '/u/{token}' }]);
    expect(JSON.stringify(lines)).not.toContain('secret');
  });
});

describe('every answer', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
  });
  afterAll(() => api.close());

  test.each([
    '/healthz',
    '/readyz',
    '/metrics',
    '/docs',
    '/openapi.json',
    '/nowhere',
    '/api/v1/emails',
    '/u/x',
  ])('%s says that its type is not to be guessed', async (path) => {
    expect((await api.call(path)).headers.get('x-content-type-options')).toBe('nosniff');
  });

  test('is short, however long the path', async () => {
    const { body } = await api.call(`/${'x'.repeat(8_000)}`);
    expect(JSON.stringify(body).length).toBeLessThan(500);
  });

  test('of a refused key is counted', async () => {
    await api.call('/api/v1/emails');
    const { body } = await api.call('/metrics');
    expect(String(body)).toMatch(/^postroom_unauthorized_total [1-9]/m);
  });
});
