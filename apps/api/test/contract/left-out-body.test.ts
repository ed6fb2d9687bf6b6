import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { errorOf } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const post = (path: string, body?: string) =>
  api.call(`/api/v1${path}`, { method: 'POST', body, headers: { 'x-api-key': workspace.key } });

test.each([
  ['rates are resumed', () => '/rates/resume', 200],
  ['a webhook is tested', (ids: { webhook: string }) => `/webhooks/${ids.webhook}/test`, 202],
  ['a template is previewed', (ids: { template: string }) => `/templates/${ids.template}/preview`, 200],
])('%s without a body as with an empty object', async (_what, pathOf, status) => {
  const webhook = await workspace.post('/webhooks', {
    url: 'https://example.com/hook',
    events: ['email.sent'],
  });
  const ids = {
    webhook: String(Reflect.get(Object(webhook.body), 'id')),
    template: await workspace.aTemplate(),
  };
  const answers = [await post(pathOf(ids)), await post(pathOf(ids), '{}')];
  expect(answers.map((answer) => answer.status)).toEqual([status, status]);
  expect(answers.map(({ body }) => Object.keys(Object(body)))).toEqual([
    Object.keys(Object(answers[1]?.body)),
    Object.keys(Object(answers[1]?.body)),
  ]);
});

test('where a field is needed, no body is refused as one that lacks it', async () => {
  const { status, error, message } = errorOf(await post('/erasures'));
  expect([status, error, message]).toEqual([
    400,
    'validation_failed',
    'The request has no body: send a JSON object.',
  ]);
});
