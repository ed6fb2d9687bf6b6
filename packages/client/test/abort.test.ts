import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { systemRuntime } from '../src/transport/runtime.ts';
import { aClient, anEmail, manyEmails, takeEmails } from './a-client.ts';
import { refusal, type ScriptedServer, silence, startScriptedServer } from './scripted-server.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server.close());

test('a signal that was aborted before sends nothing', async () => {
  server.script(takeEmails);
  const { error, partial } = await aClient(server.url).client.emails.batch([anEmail()], {
    signal: AbortSignal.abort(),
  });
  expect(error).toMatchObject({ code: 'aborted', inDoubt: false });
  expect(partial?.emails).toMatchObject([{ status: 'not_sent' }]);
  expect(server.received).toEqual([]);
});

test('an abort during a request ends it, and the batch is in doubt', async () => {
  server.script(silence);
  const controller = new AbortController();
  const running = aClient(server.url).client.emails.batch([anEmail()], { signal: controller.signal });
  await server.arrived(1);
  controller.abort();
  const { error, partial } = await running;
  expect(error).toMatchObject({ code: 'aborted', inDoubt: true, status: null });
  expect(partial?.emails).toMatchObject([{ status: 'in_doubt' }]);
});

test('an abort ends a wait at once', async () => {
  server.script(refusal(503, 'unavailable', { 'retry-after': '59' }));
  const controller = new AbortController();
  let begin = () => {};
  const hasBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const sleep: typeof systemRuntime.sleep = (ms, signal) => {
    begin();
    return systemRuntime.sleep(ms, signal);
  };
  const { client } = aClient(server.url, { runtime: { sleep } });
  const running = client.emails.list({}, { signal: controller.signal });
  await hasBegun;
  controller.abort();
  expect((await running).error).toMatchObject({ code: 'aborted', inDoubt: false });
});

test('an abort between requests keeps the answers so far', async () => {
  server.script(takeEmails);
  const controller = new AbortController();
  const result = await aClient(server.url).client.emails.batch(manyEmails(3_000), {
    concurrency: 1,
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done === 1_000) controller.abort();
    },
  });
  expect(result.error?.code).toBe('aborted');
  expect(result.partial).toMatchObject({ count: 3_000, unanswered: 2_000 });
  expect(server.received).toHaveLength(1);
});

test('a request that takes too long is a timeout, and its connection is closed', async () => {
  const answered: Promise<boolean>[] = [];
  server.script((_request, response) => {
    answered.push(new Promise((resolve) => response.once('close', () => resolve(response.writableFinished))));
  });
  // On a busy machine the time may be over before the request has arrived.
  for (let timeoutMs = 50; answered.length === 0; timeoutMs *= 2) {
    const { error } = await aClient(server.url, { maxRetries: 0 }).client.emails.batch([anEmail()], {
      timeoutMs,
    });
    expect(error).toMatchObject({ code: 'timeout', inDoubt: true });
  }
  expect(await answered[0]).toBe(false);
});

test('an answer that begins in time and does not end is a timeout too', async () => {
  server.script((_request, response) => void response.writeHead(200).write('{"emails":['));
  const { client } = aClient(server.url, { maxRetries: 0, timeoutMs: 100 });
  expect((await client.emails.list()).error).toMatchObject({ code: 'timeout' });
});
