import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@postroom/core';
import { freePort } from '@postroom/servers';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;
let workerPort: number;

beforeAll(async () => {
  workerPort = await freePort();
  stack = await startTestStack({
    workerEnv: {
      RETENTION_CONTENT_DAYS: '2',
      RETENTION_EVENTS_DAYS: '2',
      RETENTION_SENDS_DAYS: '30',
      RETENTION_WEBHOOK_DAYS: '2',
      SWEEP_INTERVAL_MS: '50',
      WORKER_PORT: String(workerPort),
      WORKER_HOST: '127.0.0.1',
    },
  });
});

afterAll(() => stack?.stop());

/** The same id as if it had been made long ago: ids say when. */
const agedId = (id: string) => `01900000-0000${id.slice(13)}`;

/** All of it as if it had been accepted long ago: the first ended two days ago, the second and its batch a month before. */
const age = (old: string, ancient: string) =>
  stack.database.rows(
    `WITH aged AS (
       UPDATE email_sends SET id = overlay(id::text placing '01900000-0000' from 1)::uuid,
         updated_at = now() - CASE WHEN id = $2 THEN interval '31 days' ELSE interval '49 hours' END
       WHERE id = ANY(ARRAY[$1, $2]::uuid[]) RETURNING workspace_id, batch_id, updated_at),
     batch AS (
       UPDATE batches SET id = $3, created_at = aged.updated_at FROM aged
       WHERE id = aged.batch_id AND aged.updated_at < now() - interval '30 days'),
     reported AS (
       INSERT INTO email_events (id, workspace_id, send_id, type, source_id, occurred_at, received_at)
       SELECT $3, workspace_id, $4, 'delivery', 'old', updated_at, updated_at FROM aged LIMIT 1),
     told AS (
       INSERT INTO webhook_notices (id, workspace_id, endpoint_id, type, state, created_at, next_attempt_at)
       SELECT $3, workspace_id, $3, 'email.sent', 'delivered', updated_at, updated_at FROM aged LIMIT 1)
     UPDATE retention_walks SET not_before = now()`,
    [old, ancient, agedId(newId()), agedId(old)],
  );

/** How much is counted of each kind. */
async function removed(): Promise<Record<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${workerPort}/metrics`)).text();
  const found = text.matchAll(/^postroom_retention_removed_total\{kind="(\w+)"\} (\d+)$/gm);
  return Object.fromEntries([...found].map(([, kind = '', count]) => [kind, Number(count)]));
}

test('a worker removes what is old enough and counts it by kind, and a send says that its content is gone', async () => {
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', { name: 'Acme', fromEmail: 'hello@acme.test' }),
  );
  const template = { name: 'News', subject: 'Hello {{name}}', html: '<p>Hello</p>', senderProfileId };
  const templateId = idOf(await stack.client.post('/templates', template));
  const [old = '', young = ''] = await post(stack, templateId, { count: 2 });
  const [ancient = ''] = await post(stack, templateId, { count: 1, prefix: 'the-oldest' });
  await eventually(async () => expect(await stack.database.statuses()).toEqual({ Sent: 3 }));
  await age(old, ancient);
  await eventually(async () =>
    expect(await removed()).toMatchObject({ content: 2, events: 1, sends: 1, batches: 1, notices: 1 }),
  );
  const left = await stack.database.rows(
    'SELECT id, data IS NULL AS bare FROM email_sends ORDER BY to_email',
  );
  expect(left).toEqual([
    { id: agedId(old), bare: true },
    { id: young, bare: false },
  ]);
  const shown = (await stack.client.get(`/emails/${agedId(old)}`)).body;
  expect(shown).toMatchObject({ status: 'Sent', contentRemovedAt: expect.any(String) });
  expect((await stack.client.get(`/emails/${young}`)).body).not.toHaveProperty('contentRemovedAt');
});
