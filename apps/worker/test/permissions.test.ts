import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { parseIamPolicy } from '@postroom/servers';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;
/** What the workers of this test have written. */
const lines: string[] = [];

beforeAll(async () => {
  const workerEnv = { HOLD_MS: '300', SWEEP_INTERVAL_MS: '200', WORKER_CONCURRENCY: '5' };
  stack = await startTestStack({ workers: 0, workerEnv, onLine: (line) => lines.push(line) });
});

beforeEach(async () => {
  await stack.beginAnew({ events: { loseFraction: 1 } });
  lines.length = 0;
});

afterAll(() => stack?.stop());

const arn = 'arn:aws:ses:us-east-1:123456789012';

const allow = (actions: readonly string[], resources: readonly string[]) =>
  stack.ses.rights.set(
    parseIamPolicy(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: actions, Resource: resources },
          { Effect: 'Allow', Action: 'ses:Get*', Resource: '*' },
        ],
      }),
    ),
  );

async function templateOf(fromEmail: string, configurationSet: string | null = null): Promise<string> {
  const sender = { name: fromEmail, fromEmail, ...(configurationSet === null ? {} : { configurationSet }) };
  const senderProfileId = idOf(await stack.client.post('/sender-profiles', sender));
  const template = { name: fromEmail, subject: 'Hello', html: '<p>Hello</p>', senderProfileId };
  return idOf(await stack.client.post('/templates', template));
}

const statusesOf = async (pattern: string) =>
  Object.fromEntries(
    (
      await stack.database.rows(
        'SELECT status::text, count(*)::int AS count FROM email_sends WHERE to_email LIKE $1 GROUP BY 1',
        [`${pattern}-%`],
      )
    ).map(({ status, count }) => [status, count]),
  );

const untilStatuses = (pattern: string, wanted: Readonly<Record<string, number>>) =>
  eventually(async () => expect(await statusesOf(pattern)).toEqual(wanted), { timeoutMs: 90_000 });

const holds = async () => {
  const text = await (await fetch(`${stack.apiUrl}/metrics`)).text();
  return [...text.matchAll(/postroom_hold\{scope="([a-z_]+)[^"]*",reason="(\w+)"\} 1/g)].map(
    ([, scope, reason]) => `${scope} ${reason}`,
  );
};

/** A hold is over so soon that a look at those that stand may miss it. */
const isPlaced = (scope: string) =>
  eventually(
    () =>
      lines.some((line) => line.includes('"hold_placed","reason":"not_permitted"') && line.includes(scope)),
    { what: `a hold of ${scope}` },
  );

async function expectFailedInSesWords(pattern: string, words: string): Promise<void> {
  const rows = await stack.database.rows(
    'SELECT DISTINCT failure_class, failure_message, attempts_spent FROM email_sends WHERE to_email LIKE $1',
    [`${pattern}-%`],
  );
  expect(rows).toEqual([
    { failure_class: 'not_permitted', failure_message: expect.stringContaining(words), attempts_spent: 3 },
  ]);
}

describe('what the credentials may not do is the matter of what it is about, and others go on', () => {
  test('a sender that no policy allows', async () => {
    allow(['ses:SendEmail'], [`${arn}:identity/fine@acme.test`]);
    const [denied, fine] = [await templateOf('x@denied.example'), await templateOf('fine@acme.test')];
    await post(stack, denied, { count: 6, prefix: 'denied' });
    await isPlaced('sender_profile');
    await post(stack, fine, { count: 20, prefix: 'fine' });
    await untilStatuses('fine', { Sent: 20 });
    expect((await statusesOf('denied')).Queued).toBeGreaterThan(0);
    await untilStatuses('denied', { Failed: 6 });
    await expectFailedInSesWords('denied', 'is not authorized to perform');
    expect(await holds()).not.toContain('account credentials_refused');
  }, 150_000);

  test('a configuration set that no policy allows, of a sender whose other mail goes on', async () => {
    allow(['ses:SendEmail'], [`${arn}:identity/*`]);
    const denied = await templateOf('fine@acme.test', 'secret');
    await post(stack, denied, { count: 3, prefix: 'denied' });
    await isPlaced('configuration_set');
    await post(stack, await templateOf('fine@acme.test'), { count: 10, prefix: 'fine' });
    await untilStatuses('fine', { Sent: 10 });
    await untilStatuses('denied', { Failed: 3 });
    await expectFailedInSesWords('denied', 'configuration-set/secret');
  }, 150_000);

  test('raw content without its right, and a recipient that is an identity: the message alone', async () => {
    allow(['ses:SendEmail'], [`${arn}:identity/fine@acme.test`]);
    stack.ses.identities.create({ EmailIdentity: 'own.example' });
    const templateId = await templateOf('fine@acme.test');
    const inline = {
      filename: 'logo.png',
      content: 'iVBORw0KGgo=',
      content_type: 'image/png',
      content_id: 'logo',
    };
    await post(stack, templateId, { count: 2, prefix: 'raw', item: () => ({ attachments: [inline] }) });
    await post(stack, templateId, {
      count: 2,
      prefix: 'own',
      item: (at) => ({ to: { email: `own-${at}@own.example` } }),
    });
    await post(stack, templateId, { count: 20, prefix: 'fine' });
    await untilStatuses('fine', { Sent: 20 });
    expect(await holds()).toEqual([]);
    await untilStatuses('raw', { Failed: 2 });
    await untilStatuses('own', { Failed: 2 });
    await expectFailedInSesWords('raw', 'ses:SendRawEmail');
    await expectFailedInSesWords('own', 'identity/own.example');
  }, 150_000);

  test('a right that is given meanwhile lets the mail go that waited', async () => {
    allow(['ses:SendEmail'], [`${arn}:identity/fine@acme.test`]);
    const denied = await templateOf('x@denied.example');
    await post(stack, denied, { count: 10, prefix: 'denied' });
    // Before a send has been refused three times: SES is in this process, and asks us as often as it refuses.
    await eventually(() => (stack.ses.outcomes().SendEmail?.AccessDeniedException ?? 0) > 0, {
      intervalMs: 1,
    });
    allow(['ses:SendEmail'], [`${arn}:identity/*`]);
    await isPlaced('sender_profile');
    await untilStatuses('denied', { Sent: 10 });
    await eventually(async () => expect(await holds()).toEqual([]));
  }, 150_000);
});
