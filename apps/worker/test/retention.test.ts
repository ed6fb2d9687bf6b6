import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, idOf, type Stack, startTestStack } from '@postroom/testkit';
import { post } from './sending.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTestStack({ workerEnv: { RETENTION_CONTENT_DAYS: '2', SWEEP_INTERVAL_MS: '50' } });
});

afterAll(() => stack?.stop());

test('a worker removes the content of sends that are old enough, counts it, and the send says so', async () => {
  const senderProfileId = idOf(
    await stack.client.post('/sender-profiles', { name: 'Acme', fromEmail: 'hello@acme.test' }),
  );
  const template = { name: 'News', subject: 'Hello {{name}}', html: '<p>Hello</p>', senderProfileId };
  const templateId = idOf(await stack.client.post('/templates', template));
  const [old = '', young = ''] = await post(stack, templateId, { count: 2 });
  const state = async () =>
    stack.database.rows('SELECT status::text, data IS NULL AS bare FROM email_sends ORDER BY to_email');
  const sent = { status: 'Sent', bare: false };
  await eventually(async () => (await state()).every(({ status }) => status === 'Sent'), {
    what: 'both to be sent',
  });
  expect(await state()).toEqual([sent, sent]);
  // As if it had been accepted and sent long ago: its id says when.
  const id = `01900000-0000${old.slice(13)}`;
  await stack.database.rows(
    `UPDATE email_sends SET id = $2, updated_at = now() - interval '49 hours' WHERE id = $1`,
    [old, id],
  );
  await eventually(async () => (await state())[0]?.bare === true, { what: 'the content to be removed' });
  expect((await state())[1]).toEqual(sent);
  const shown = (await stack.client.get(`/emails/${id}`)).body;
  expect(shown).toMatchObject({ id, status: 'Sent', contentRemovedAt: expect.any(String) });
  expect((await stack.client.get(`/emails/${young}`)).body).not.toHaveProperty('contentRemovedAt');
});
