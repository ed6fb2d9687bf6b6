import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';
import { accept, acceptedOf, anItem, atOnce, refusal, sendOne } from './batch-items.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const patch = (id: string, body: unknown) =>
  api.call(`/api/v1/templates/${id}`, { method: 'PATCH', headers: { 'x-api-key': workspace.key }, body });
const archive = (id: string) => workspace.post(`/templates/${id}/archive`, {});
const snapshotOf = (id: string) => api.prisma.templateSnapshot.findUniqueOrThrow({ where: { id } });

describe('templateId', () => {
  test('must be Active: an archived one is rejected, and taken again once it is unarchived', async () => {
    const templateId = await workspace.aTemplate();
    await archive(templateId);
    const item = anItem({ templateId });
    expect((await refusal(workspace, item)).error).toBe('template_not_active');
    await workspace.post(`/templates/${templateId}/unarchive`, {});
    expect((await accept(workspace, item)).templateId).toBe(templateId);
  });

  test('each item may have its own', async () => {
    const ids = await Promise.all([workspace.aTemplate(), workspace.aTemplate()]);
    const { items } = await workspace.batch(ids.map((templateId) => anItem({ templateId })));
    expect(items.map((item) => acceptedOf(item).send.templateId)).toEqual(ids);
  });
});

describe('snapshots', () => {
  test('a send keeps the snapshot taken when it was accepted, whatever happens to the template', async () => {
    const templateId = await workspace.aTemplate({ subject: 'Before', html: '<p>before</p>' });
    const item = anItem({ templateId });
    const { id, templateSnapshotId } = await accept(workspace, item);
    expect((await patch(templateId, { subject: 'After', html: '<p>after</p>' })).status).toBe(200);
    expect((await archive(templateId)).status).toBe(200);
    const { body } = await workspace.get(`/emails/${id}`);
    expect(body).toMatchObject({ templateSnapshotId, subject: 'Before', templateId });
    expect(await snapshotOf(templateSnapshotId)).toMatchObject({ subject: 'Before', html: '<p>before</p>' });
  });

  test('a send accepted after a change gets the new one', async () => {
    const templateId = await workspace.aTemplate({ subject: 'Before' });
    const first = await accept(workspace, anItem({ templateId }));
    await patch(templateId, { subject: 'After' });
    const second = await accept(workspace, anItem({ templateId }));
    expect(second.templateSnapshotId).not.toBe(first.templateSnapshotId);
    expect(second.subject).toBe('After');
  });

  test('they are shared by content hash: many sends, and templates of equal content, make one', async () => {
    const content = { subject: 'Shared', html: '<p>shared by all</p>' };
    const templates = await Promise.all([workspace.aTemplate(content), workspace.aTemplate(content)]);
    const before = await api.prisma.templateSnapshot.count();
    const answers = await atOnce(10, (at) =>
      workspace.batch(Array.from({ length: 20 }, () => anItem({ templateId: templates[at % 2] }))),
    );
    const used = answers.flatMap(({ items }) =>
      items.map((item) => acceptedOf(item).send.templateSnapshotId),
    );
    expect(used).toHaveLength(200);
    expect(new Set(used).size).toBe(1);
    expect(await api.prisma.templateSnapshot.count()).toBe(before);
  });

  test('a change back to earlier content is the earlier snapshot', async () => {
    const templateId = await workspace.aTemplate({ subject: 'One' });
    const one = await accept(workspace, anItem({ templateId }));
    await patch(templateId, { subject: 'Two' });
    await patch(templateId, { subject: 'One' });
    expect((await accept(workspace, anItem({ templateId }))).templateSnapshotId).toBe(one.templateSnapshotId);
  });

  test('they are not shared across workspaces', async () => {
    const other = await api.makeWorkspace();
    const content = { subject: 'Ours and theirs', html: '<p>same</p>' };
    const ours = await accept(workspace, anItem({ templateId: await workspace.aTemplate(content) }));
    const theirs = await accept(other, anItem({ templateId: await other.aTemplate(content) }));
    expect(theirs.templateSnapshotId).not.toBe(ours.templateSnapshotId);
  });
});

describe('variables that the template always uses', () => {
  const content = {
    subject: 'Order {{order.id}}',
    html: '<p>{{name}} {{#if team}}{{team.name}}{{/if}}</p>',
    text: '{{name}} {{messageId}}',
  };
  let templateId: string;
  beforeAll(async () => {
    templateId = await workspace.aTemplate(content);
  });
  const rejected = async (data: unknown) => {
    const { error, details, message } = await refusal(workspace, anItem({ templateId, data }));
    expect(error).toBe('missing_variables');
    for (const name of missingOf(details)) expect(message).toContain(String(name));
    return missingOf(details).toSorted();
  };
  const missingOf = (details: unknown): unknown[] =>
    typeof details === 'object' && details !== null && 'missing' in details && Array.isArray(details.missing)
      ? details.missing
      : [];

  test('have to be there: an item that lacks one is rejected missing_variables, naming them', async () => {
    expect(await rejected(undefined)).toEqual(['name', 'order.id']);
    expect(await rejected({})).toEqual(['name', 'order.id']);
    expect(await rejected({ name: 'Jane' })).toEqual(['order.id']);
    expect(await rejected({ name: null, order: { id: 1 } })).toEqual(['name']);
    expect(await rejected({ name: 'Jane', order: 'x' })).toEqual(['order.id']);
  });

  test('do not come from a prototype', async () => {
    const template = await workspace.aTemplate({ html: '<p>{{toString}}</p>' });
    const { error } = await refusal(workspace, anItem({ templateId: template, data: {} }));
    expect(error).toBe('missing_variables');
  });

  test('may have brackets in their names', async () => {
    const html = String.raw`{{"price [EUR]"}} {{lookup prices "EUR [net]"}} {{[a\]b]}}`;
    const template = await workspace.aTemplate({ html });
    const data = { 'price [EUR]': '5', prices: { 'EUR [net]': '4' }, 'a]b': '3' };
    const send = await accept(workspace, anItem({ templateId: template, data }));
    expect(send.status).toBe('Queued');
    const lacking = anItem({ templateId: template, data: { ...data, 'price [EUR]': null } });
    expect(missingOf((await refusal(workspace, lacking)).details)).toEqual(['[price [EUR]]]']);
  });

  test.each(['', 0, false])('may be %j: that is a value', async (name) => {
    const send = await accept(workspace, anItem({ templateId, data: { name, order: { id: 7 } } }));
    expect(send.status).toBe('Queued');
  });

  test('are those of the snapshot that the send gets', async () => {
    const template = await workspace.aTemplate({ subject: 'Hello' });
    expect((await sendOne(workspace, anItem({ templateId: template }))).status).toBe('accepted');
    await patch(template, { subject: 'Hello {{late}}' });
    expect((await refusal(workspace, anItem({ templateId: template }))).details).toEqual({
      missing: ['late'],
    });
  });

  test('what the pipeline provides is never missing', async () => {
    const html = '<p>{{profile.email}} {{sender.email}} {{messageId}} {{unsubscribeUrl}}</p>';
    const template = await workspace.aTemplate({ html });
    expect((await accept(workspace, anItem({ templateId: template }))).status).toBe('Queued');
  });
});
