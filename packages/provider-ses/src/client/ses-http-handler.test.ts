import { mock } from 'node:test';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { aMessage, aProvider } from '../../test/builders.ts';
import { answerJson, type LocalServer, serveHttp } from '../../test/local-server.ts';

const start = Date.UTC(2026, 0, 31, 23, 59, 58);
const quota = { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 };
/** How long this process stands still between the moment of an answer and its reading. */
let standsStillMs = 0;
let server: LocalServer;
beforeEach(async () => {
  mock.timers.enable({ apis: ['Date'], now: start });
  server = await serveHttp((response, request) => {
    response.setHeader('date', new Date().toUTCString());
    mock.timers.setTime(Date.now() + standsStillMs);
    standsStillMs = 0;
    answerJson(200, { MessageId: 'm', SendQuota: quota })(response, request);
  });
});
afterEach(async () => {
  mock.timers.reset();
  await server.close();
});

test.each([
  ['mail', (provider: ReturnType<typeof aProvider>) => provider.send(aMessage())],
  ['the quota', (provider: ReturnType<typeof aProvider>) => provider.quota()],
])('an answer about %s that was read long after it was given sets no clock', async (_what, ask) => {
  const provider = aProvider(`http://127.0.0.1:${server.port}`);
  standsStillMs = 600_000;
  await ask(provider);
  await ask(provider);
  expect(server.requests.map(({ headers }) => headers['x-amz-date'])).toEqual([
    '20260131T235958Z',
    '20260201T000958Z',
  ]);
  provider.close();
});
