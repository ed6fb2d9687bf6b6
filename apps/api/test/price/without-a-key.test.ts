import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  type Caller,
  createGate,
  generateApiKey,
  newId,
  PostroomError,
  rememberCallers,
} from '@postroom/core';
import { createLogger } from '@postroom/process';
import { routePatternOf } from '@postroom/reference';
import express from 'express';
import { listen } from '../../src/http/listen.ts';
import { authenticate, ownKeyOf } from '../../src/middleware/authenticate.ts';
import { handleErrors } from '../../src/middleware/handle-errors.ts';
import { healthRoutes } from '../../src/routes/health.ts';
import { seldom, shared } from '../../src/shared.ts';
import { sendRaw } from '../contract/raw-request.ts';
import { startApi, type TestApi } from '../start-api.ts';

const silent = createLogger({ service: 'test', level: 'silent' });

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
        metrics: async () => ({ contentType: 'text/plain', text: String(await source('metrics')()) }),
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

  test('a scrape by one who asks for one after the other, once the first few have been made', async () => {
    let made = 0;
    const ask = seldom(
      async () => {
        made += 1;
        return made;
      },
      { burst: 10, everyMs: keptMs },
    );
    const told = [];
    for (let at = 0; at < 50; at += 1) told.push(await ask());
    expect(told.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    expect(made).toBe(10);
  });

  test('a failed scrape is told once', async () => {
    let made = 0;
    const ask = seldom(
      async () => {
        made += 1;
        if (made === 1) throw new Error('away');
        return made;
      },
      { burst: 1, everyMs: keptMs },
    );
    await expect(ask()).rejects.toThrow('away');
    await new Promise((resolve) => setImmediate(resolve));
    expect([await ask(), await ask()]).toEqual([2, 2]);
  });

  test('what a scrape asks others for, once in a while', async () => {
    let asked = 0;
    const ask = shared(async () => {
      asked += 1;
      return asked;
    }, keptMs);
    expect([await ask(), await ask(), asked]).toEqual([1, 1, 1]);
  });

  test('a failure is nobody else’s: the next one asks again', async () => {
    let asked = 0;
    const ask = shared(async () => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return asked;
    }, keptMs);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });
});

describe('keys that nobody has', () => {
  type Release = (caller: Caller | null) => void;
  const whose = { keyId: newId(), workspaceId: newId(), senderProfileIds: null };
  const caller: Caller = { ...whose, scopes: ['full'], mode: 'live' };

  function watched() {
    const open: { readonly key: string; readonly release: Release }[] = [];
    const app = express();
    const refused = { count: 0 };
    app.use(
      authenticate({
        findCaller: rememberCallers({
          findCaller: (key) => new Promise((release) => open.push({ key, release })),
          cacheMs: 1,
        }),
        keyOf: ownKeyOf,
        onRefused: () => {
          refused.count += 1;
        },
      }),
      (_request, response) => void response.json({}),
    );
    app.use(handleErrors(silent));
    return { app, open, refused };
  }
  const ask = (origin: string, key: string) =>
    sendRaw(origin, { method: 'GET', path: '/', headers: { 'x-api-key': key } });

  test('are looked up a few at a time, whoever asks, and counted', async () => {
    const { app, open, refused } = watched();
    await served(app, async (origin) => {
      const answers = Array.from({ length: 40 }, () => ask(origin, generateApiKey('live')));
      let answered = 0;
      while (answered < 40) {
        await new Promise((resolve) => setImmediate(resolve));
        expect(open.length).toBeLessThanOrEqual(3);
        for (const { release } of open.splice(0)) {
          release(null);
          answered += 1;
        }
      }
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect([...new Set(statuses)]).toEqual([401]);
      expect(refused.count).toBe(40);
    });
  });

  test('keep no key waiting that was one before', async () => {
    const { app, open } = watched();
    await served(app, async (origin) => {
      const key = generateApiKey('live');
      const opened = async (count: number) => {
        while (open.length < count) await new Promise((resolve) => setImmediate(resolve));
      };
      const first = ask(origin, key);
      await opened(1);
      open.pop()?.release(caller);
      expect((await first).status).toBe(200);
      const unknown = Array.from({ length: 20 }, () => ask(origin, generateApiKey('live')));
      await opened(3);
      const again = ask(origin, key);
      await opened(4);
      open.find((lookUp) => lookUp.key === key)?.release(caller);
      expect((await again).status).toBe(200);
      let left = 20;
      while (left > 0) {
        await new Promise((resolve) => setImmediate(resolve));
        for (const { key: of, release } of open.splice(0)) {
          release(null);
          if (of !== key) left -= 1;
        }
      }
      await Promise.all(unknown);
    });
  });

  test('beyond the line for them are refused at once', async () => {
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
    const logger = Object.assign(Object.create(silent), { error: (line: unknown) => lines.push(line) });
    const app = express();
    app.use(() => {
      throw new Error('broken');
    });
    app.use(handleErrors(logger));
    await served(app, (origin) => sendRaw(origin, { method: 'GET', path: '/U/secret-token', headers: {} }));
    expect(lines).toMatchObject([{ route: '/u/{token}' }]);
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
