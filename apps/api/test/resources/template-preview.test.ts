import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { templateSchema } from '@postroom/contracts';
import {
  errorOf,
  issuePathsOf,
  startResources,
  type TestApi,
  type TestWorkspace,
} from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

async function preview(template: Readonly<Record<string, unknown>>, body: unknown) {
  const saved = await workspace.call('POST', '/templates', { name: 'T', ...template });
  const { id } = templateSchema.parse(saved.body);
  return workspace.call('POST', `/templates/${id}/preview`, body);
}

const greeting = { subject: 'Hi {{name}}', html: '<p>{{name}} & {{order.id}}</p>', text: '{{name}}' };

test('a preview renders every part with the data given', async () => {
  const { status, body } = await preview(greeting, { data: { name: '<Ada>', order: { id: 7 } } });
  expect(status).toBe(200);
  expect(body).toEqual({ subject: 'Hi <Ada>', html: '<p>&lt;Ada&gt; & 7</p>', text: '<Ada>', missing: [] });
});

test('a preview without text has none', async () => {
  const { body } = await preview({ subject: 'S', html: 'H' }, {});
  expect(body).toEqual({ subject: 'S', html: 'H', text: null, missing: [] });
});

test('variables without a value are named, and the rest is rendered', async () => {
  const { status, body } = await preview(greeting, { data: { name: 'Ada' } });
  expect(status).toBe(200);
  expect(body).toEqual({ subject: 'Hi Ada', html: '<p>Ada & </p>', text: 'Ada', missing: ['order.id'] });
});

test('a subject of nothing but missing variables is shown as empty', async () => {
  const { status, body } = await preview({ subject: '{{title}}', html: '<p>{{title}}</p>' }, { data: {} });
  expect(status).toBe(200);
  expect(body).toEqual({ subject: '', html: '<p></p>', text: null, missing: ['title'] });
});

test('the sample data stands in when data is absent or null, but not when it is empty', async () => {
  const template = { ...greeting, sampleData: { name: 'Sample', order: { id: 1 } } };
  expect((await preview(template, {})).body).toMatchObject({ subject: 'Hi Sample', missing: [] });
  expect((await preview(template, { data: null })).body).toMatchObject({ subject: 'Hi Sample' });
  expect((await preview(template, { data: {} })).body).toMatchObject({ missing: ['name', 'order.id'] });
});

test('what the pipeline provides is there, with the address of the sender profile', async () => {
  const sender = { name: 'S', fromEmail: 'shop@example.com', fromName: 'Shop' };
  const made = await workspace.call('POST', '/sender-profiles', sender);
  const senderProfileId = templateSchema.pick({ id: true }).parse(made.body).id;
  const html = '{{sender.name}} {{sender.email}} {{profile.email}} {{unsubscribeUrl}}';
  const { body } = await preview({ subject: 'S', html, senderProfileId }, {});
  expect(body).toMatchObject({
    html: 'Shop shop@example.com recipient@example.com https://example.com/unsubscribe',
    missing: [],
  });
});

test('the data comes before what the pipeline provides, which has names of its own, and the preview tells', async () => {
  const template = {
    subject: '{{sender}} wrote',
    html: '<p>{{profile.plan}} | {{messageId}} | {{@sender.email}} | {{@profile.email}}</p>',
  };
  const data = { sender: 'Alice', profile: { plan: 'Pro' }, messageId: 'MSG-77' };
  const { body } = await preview(template, { data });
  expect(body).toEqual({
    subject: 'Alice wrote',
    html: '<p>Pro | MSG-77 | sender@example.com | recipient@example.com</p>',
    text: null,
    missing: [],
    warnings: ['profile', 'sender', 'messageId'].map((name) => ({
      path: `data.${name}`,
      message: `\`{{${name}}}\` is this value; what Postroom provides under the name is \`{{@${name}}}\``,
    })),
  });
  const sample = await preview({ ...template, sampleData: { sender: 'Bob' } }, {});
  expect(sample.body).toMatchObject({ subject: 'Bob wrote', warnings: [{ path: 'data.sender' }] });
});

test('an archived template can be previewed', async () => {
  const saved = await workspace.call('POST', '/templates', { name: 'T', subject: 'S', html: 'H' });
  const { id } = templateSchema.parse(saved.body);
  await workspace.call('POST', `/templates/${id}/archive`);
  expect((await workspace.call('POST', `/templates/${id}/preview`, {})).status).toBe(200);
});

test('data that the template cannot be rendered with is refused with the reason', async () => {
  const answer = await preview({ subject: '{{name}}', html: 'H' }, { data: { name: 'x'.repeat(2_000) } });
  expect(errorOf(answer)).toMatchObject({
    status: 422,
    code: 'unprocessable',
    details: { reason: expect.stringContaining('subject'), missing: [] },
  });
});

test.each([
  ['an unknown field', { values: {} }, ['values']],
  ['data that is no object', { data: [1] }, ['data']],
  ['a body that is no object', [], ['']],
])('%s is refused', async (_what, body, paths) => {
  const answer = await preview(greeting, body);
  expect([answer.status, issuePathsOf(answer)]).toEqual([400, paths]);
});
