import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Database, EventStore, openDatabase } from '@postroom/db';
import { openEventQueue, parseQueuedEvent } from '@postroom/provider-ses';
import { type FakeSes, startFakeSes } from '@postroom/servers';
import { createTestDatabase, eventually, type TestDatabase } from '@postroom/testkit';
import { checkSes } from '../src/ses/check-ses.ts';
import { readCheckOptions, readSetupOptions } from '../src/ses/ses-options.ts';
import { setUpSes } from '../src/ses/set-up.ts';
import { heardTerminal } from './heard-terminal.ts';
import { callAws } from './pure/aws-stand-in.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const topicArn = 'arn:aws:sns:us-east-1:123456789012:postroom-events';

let ses: FakeSes;
let lent: TestDatabase;
let database: Database;
let dir: string;
beforeAll(async () => {
  ses = await startFakeSes({ verifyIdentitiesAfterMs: null });
  ses.identities.create({ EmailIdentity: 'example.com' });
  ses.identities.verify('example.com');
  lent = await createTestDatabase();
  database = openDatabase({ url: lent.url, maxConnections: 1 });
  dir = mkdtempSync(join(tmpdir(), 'postroom-ses-'));
});
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true });
  await database.close();
  await lent.drop();
  await ses.stop();
});

/** Takes events off the queue and records them, as a worker does, until it is stopped. */
function startWorker() {
  const queueUrl = `${ses.url}/123456789012/postroom-events`;
  const queue = openEventQueue({
    queueUrl,
    region: 'us-east-1',
    endpoint: ses.url,
    credentials,
    waitSeconds: 1,
  });
  const events = new EventStore(database.sql);
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      const messages = await queue.receive(stopping.signal).catch(() => []);
      const parsed = messages.map(({ body }) => parseQueuedEvent(body, { allowedTopicArns: [topicArn] }));
      await events.record(parsed.flatMap((one) => (one.kind === 'event' ? one.events : [])));
      await queue.remove(messages);
    }
    queue.close();
  };
  const running = run();
  return async () => {
    stopping.abort();
    await running;
  };
}

test('what a worker that runs takes off the queue is found where it was recorded, and leaves nothing there', async () => {
  const { terminal, lines } = heardTerminal();
  const given = ['--domain', 'example.com', '--env', join(dir, '.env')];
  const setup = readSetupOptions([...given, '--region', 'us-east-1']);
  expect(await setUpSes(setup, { terminal, env: { AWS_ENDPOINT_URL: ses.url }, credentials })).toBe(0);
  // The worker has every event: the queue that is looked at gets none.
  await callAws(ses.url, { service: 'sqs', operation: 'create-queue', fields: { QueueName: 'empty' } });
  const SES_EVENTS_QUEUE_URL = `${ses.url}/123456789012/empty`;
  const env = { AWS_ENDPOINT_URL: ses.url, SES_EVENTS_QUEUE_URL, SNS_TOPIC_ARNS: topicArn };
  // What comes is waited for as long as the machine needs, and what never does no longer than it has to be.
  const check = (more: NodeJS.ProcessEnv, waitSeconds: number) =>
    checkSes(readCheckOptions([...given, '--wait', String(waitSeconds)]), {
      terminal,
      env: { ...env, ...more },
      credentials,
    });
  const stopWorker = startWorker();
  const isSeen = await check({ DATABASE_URL: lent.url }, 120);
  await stopWorker();
  expect(lines.filter((line) => /✓ Event .* recorded by a worker that runs/.test(line))).toHaveLength(3);
  expect(isSeen).toBe(0);
  // Where it can be looked, what is found nowhere did not come.
  expect(await check({ DATABASE_URL: lent.url }, 1)).toBe(1);
  expect(
    await database.prisma.unmatchedEvent.count({ where: { body: { path: ['type'], not: 'send' } } }),
  ).toBe(0);
  expect(await check({ DATABASE_URL: 'postgres://127.0.0.1:1/none' }, 1)).toBe(3);
  expect(lines.join('\n')).toContain(
    'What running workers take is not seen here: The database of DATABASE_URL',
  );
  // The events of that mail are other mail's to the next check, which gives them back long before the queue would.
  expect(await check({ SES_EVENTS_QUEUE_URL: `${ses.url}/123456789012/postroom-events` }, 120)).toBe(0);
  const told = lines.map((line) => /(\d+) event\(s\) of other mail were on the queue/.exec(line)?.[1]);
  const others = Number(told.find((count) => count !== undefined));
  expect(others).toBeGreaterThanOrEqual(3);
  const stopNext = startWorker();
  // What was handed out just when the first worker stopped is hidden for a minute.
  await eventually(() => ses.aws.queues.left('postroom-events').length === 0, { timeoutMs: 120_000 });
  await stopNext();
});
