import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createApiClient, eventually, type Stack, startTestStack } from '@postroom/testkit';
import * as z from 'zod';
import { post } from './sending.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startTestStack({ workers: 1, workerEnv: { HOLD_MS: '600000', WORKER_CONCURRENCY: '5' } });
});

afterAll(() => stack?.stop());

test('mail of a test key is sent while SES refuses the account, whose hold it leaves as it is', async () => {
  const templateId = await stack.makeTemplate();
  stack.ses.faults.set({ faults: [{ kind: 'suspended' }] });
  await post(stack, templateId, { count: 2 });
  const isHeld = async () =>
    (await (await fetch(`${stack.apiUrl}/metrics`)).text()).includes('"account_suspended"} 1');
  await eventually(isHeld);
  const answer = await stack.client.post('/api-keys', { name: 'test', scopes: ['full'], mode: 'test' });
  const { key } = z.object({ key: z.string() }).parse(answer.body);
  const client = createApiClient(stack.apiUrl, key);
  await post({ client }, templateId, { count: 1 });
  await eventually(async () => expect(await stack.database.statuses()).toEqual({ Queued: 2, Sent: 1 }));
  expect(await isHeld()).toBe(true);
});
