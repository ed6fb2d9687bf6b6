import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  maxTemplateVersions,
  templateSchema,
  templateVersionSchema,
  templateVersionsSchema,
} from '@postroom/contracts';
import {
  atOnce,
  errorOf,
  isoTime,
  issuePathsOf,
  startResources,
  type TestApi,
  type TestWorkspace,
  unknownId,
  uuidV7,
} from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
});
afterAll(() => api.close());

const welcome = {
  name: 'Welcome',
  subject: 'Hello {{name}}',
  html: '<p>Hello {{name}}, {{#if team}}{{team}}{{/if}}</p>',
};

async function save(input: Readonly<Record<string, unknown>> = {}) {
  const answer = await workspace.call('POST', '/templates', { ...welcome, ...input });
  expect(answer.status).toBe(201);
  return templateSchema.parse(answer.body);
}

async function patch(id: string, change: Readonly<Record<string, unknown>>) {
  const answer = await workspace.call('PATCH', `/templates/${id}`, change);
  expect(answer.status).toBe(200);
  return templateSchema.parse(answer.body);
}

const countSnapshots = () => api.prisma.templateSnapshot.count({ where: { workspaceId: workspace.id } });
const countTemplates = () => api.prisma.template.count({ where: { workspaceId: workspace.id } });

describe('templates', () => {
  beforeAll(async () => {
    workspace = await api.makeWorkspace();
  });

  test('a new template is answered with every field, and read back the same', async () => {
    const sender = await workspace.call('POST', '/sender-profiles', {
      name: 'S',
      fromEmail: 's@example.com',
    });
    const senderProfileId = templateSchema.pick({ id: true }).parse(sender.body).id;
    const input = { ...welcome, text: 'Hi {{name}}', sampleData: { name: 'Ada' }, senderProfileId };
    const { status, body } = await workspace.call('POST', '/templates', input);
    expect(status).toBe(201);
    expect(body).toEqual({
      ...input,
      id: expect.stringMatching(uuidV7),
      format: 'html',
      source: null,
      status: 'Active',
      currentSnapshotId: expect.stringMatching(uuidV7),
      variables: { required: ['name'], optional: ['team'] },
      createdAt: expect.stringMatching(isoTime),
      updatedAt: expect.stringMatching(isoTime),
    });
    const { id } = templateSchema.parse(body);
    const read = await workspace.call('GET', `/templates/${id}`);
    expect([read.status, read.body]).toEqual([200, body]);
  });

  test('fields that were left out are null', async () => {
    expect(await save()).toMatchObject({ text: null, senderProfileId: null, sampleData: null });
  });

  test('a template that cannot work is refused with its place, and nothing is written', async () => {
    const before = [await countTemplates(), await countSnapshots()];
    const answer = await workspace.call('POST', '/templates', { ...welcome, html: '<p>\n{{#if a}}</p>' });
    expect(errorOf(answer)).toMatchObject({ status: 422, code: 'template_invalid' });
    expect(errorOf(answer).details).toEqual({
      part: 'html',
      line: expect.any(Number),
      column: expect.any(Number),
      reason: expect.any(String),
    });
    expect([await countTemplates(), await countSnapshots()]).toEqual(before);
  });

  test.each([
    ['an unknown helper', { html: '{{shout name}}' }, 'html'],
    ['a missing partial', { text: '{{> footer}}' }, 'text'],
    ['a subject that does not parse', { subject: 'Hi {{name' }, 'subject'],
  ])('an update with %s is refused and changes nothing', async (_what, change, part) => {
    const template = await save();
    const answer = await workspace.call('PATCH', `/templates/${template.id}`, { ...change, name: 'New' });
    expect(errorOf(answer)).toMatchObject({ status: 422, code: 'template_invalid', details: { part } });
    expect((await workspace.call('GET', `/templates/${template.id}`)).body).toEqual(template);
  });

  test.each([
    ['is missing', async () => unknownId],
    [
      'belongs to another workspace',
      async () => {
        const other = await api.makeWorkspace();
        const made = await other.call('POST', '/sender-profiles', { name: 'S', fromEmail: 's@example.com' });
        return templateSchema.pick({ id: true }).parse(made.body).id;
      },
    ],
  ])('a sender profile that %s is refused at its path, and nothing is written', async (_what, makeId) => {
    const senderProfileId = await makeId();
    const template = await save();
    const before = await countTemplates();
    const created = await workspace.call('POST', '/templates', { ...welcome, senderProfileId });
    expect([created.status, issuePathsOf(created)]).toEqual([400, ['senderProfileId']]);
    const updated = await workspace.call('PATCH', `/templates/${template.id}`, { senderProfileId });
    expect([updated.status, issuePathsOf(updated)]).toEqual([400, ['senderProfileId']]);
    expect(await countTemplates()).toBe(before);
  });

  test('archive and unarchive change the status, again and again with the same answer', async () => {
    const { id } = await save();
    for (const [action, status] of [
      ['archive', 'Archived'],
      ['archive', 'Archived'],
      ['unarchive', 'Active'],
      ['unarchive', 'Active'],
    ]) {
      const answer = await workspace.call('POST', `/templates/${id}/${action}`);
      expect([answer.status, templateSchema.parse(answer.body).status]).toEqual([200, status]);
    }
  });

  test('a duplicate of an archived template is active, has its own id and shares the snapshot', async () => {
    const template = await save({ sampleData: { name: 'Ada' }, text: 'Hi' });
    await workspace.call('POST', `/templates/${template.id}/archive`);
    const { status, body } = await workspace.call('POST', `/templates/${template.id}/duplicate`);
    expect(status).toBe(201);
    const { id, createdAt, updatedAt, ...rest } = template;
    expect(body).toMatchObject({ ...rest, name: 'Welcome (copy)', status: 'Active' });
    expect(templateSchema.parse(body).id).not.toBe(id);
  });

  test('a duplicate of the longest name has a name that can be saved', async () => {
    const { id } = await save({ name: 'n'.repeat(200) });
    const copy = templateSchema.parse((await workspace.call('POST', `/templates/${id}/duplicate`)).body);
    expect(copy.name).toBe(`${'n'.repeat(193)} (copy)`);
    expect(await patch(copy.id, { name: copy.name })).toMatchObject({ name: copy.name });
  });

  test('the list is newest first and can be narrowed to a status', async () => {
    const own = await api.makeWorkspace();
    const ids: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      const { body } = await own.call('POST', '/templates', { ...welcome, name });
      ids.unshift(templateSchema.parse(body).id);
    }
    await own.call('POST', `/templates/${ids[1]}/archive`);
    const list = async (query: string) => {
      const { body } = await own.call('GET', `/templates${query}`);
      return body;
    };
    expect(await list('')).toMatchObject({ data: ids.map((id) => ({ id })), nextCursor: null });
    expect(await list('?status=Archived')).toMatchObject({ data: [{ id: ids[1] }] });
    expect(await list('?status=Active')).toMatchObject({ data: [{ id: ids[0] }, { id: ids[2] }] });
    expect(issuePathsOf(await own.call('GET', '/templates?status=Deleted'))).toEqual(['status']);
  });
});

describe('versions', () => {
  beforeAll(async () => {
    workspace = await api.makeWorkspace();
  });

  const versionsOf = async (id: string) => {
    const { body } = await workspace.call('GET', `/templates/${id}/versions`);
    return templateVersionsSchema.parse(body).data;
  };

  test('each change of the content is one, and what changes nothing of it is none', async () => {
    const { id } = await save();
    await patch(id, { name: 'Renamed', sampleData: { name: 'Ada' } });
    await patch(id, { html: '<p>new</p>' });
    await patch(id, { html: '<p>new</p>' });
    await workspace.call('POST', `/templates/${id}/archive`);
    expect(await versionsOf(id)).toMatchObject([
      { version: 2, format: 'html', createdAt: expect.stringMatching(isoTime) },
      { version: 1, subject: welcome.subject },
    ]);
    const { body } = await workspace.call('GET', `/templates/${id}/versions/1`);
    expect(body).toMatchObject({ version: 1, html: welcome.html, source: null, text: null });
  });

  test('has one number in a path, and no other form of it', async () => {
    const { id } = await save();
    for (const other of ['0x1', '1e0', '%201', '1.0', '+1', '01', '0', '-1', '4294967297', '99999999999']) {
      const { status } = await workspace.call('GET', `/templates/${id}/versions/${other}`);
      expect([other, status]).toEqual([other, 404]);
    }
  });

  test('the content of an earlier one makes another, with the snapshot of before', async () => {
    const { id, currentSnapshotId } = await save();
    await patch(id, { html: '<p>new</p>' });
    const earlier = templateVersionSchema.parse(
      (await workspace.call('GET', `/templates/${id}/versions/1`)).body,
    );
    const { subject, html, text } = earlier;
    expect(await patch(id, { subject, html, text })).toMatchObject({ currentSnapshotId });
    expect((await versionsOf(id)).map(({ version }) => version)).toEqual([3, 2, 1]);
  });

  test('what was made of MJML is kept with its source, and comes back as what it was', async () => {
    const source =
      '<mjml><mj-body><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>';
    const made = await workspace.call('POST', '/templates', {
      name: 'M',
      subject: 's',
      format: 'mjml',
      source,
    });
    const { id, html } = templateSchema.parse(made.body);
    await patch(id, { format: 'html', html });
    const { body } = await workspace.call('GET', `/templates/${id}/versions/1`);
    expect(body).toMatchObject({ format: 'mjml', source, html });
    const { format, subject, text } = templateVersionSchema.parse(body);
    expect(await patch(id, { format, subject, text, source })).toMatchObject({
      format: 'mjml',
      source,
      html,
    });
    expect(await patch(id, { format: 'html', subject, text, html, source: null })).toMatchObject({
      format: 'html',
      source: null,
    });
    expect((await versionsOf(id)).map(({ format: one }) => one)).toEqual(['html', 'mjml', 'html', 'mjml']);
  });

  test('what an API from before versions made of a template is one once the next change is made', async () => {
    const { id } = await save();
    const { subject, currentSnapshotId } = await save({ subject: 'B' });
    await api.prisma.template.update({ where: { id }, data: { subject, currentSnapshotId } });
    await patch(id, { subject: 'C' });
    const ofAll = [
      { version: 3, subject: 'C' },
      { version: 2, subject: 'B' },
      { version: 1, subject: welcome.subject },
    ];
    expect(await versionsOf(id)).toMatchObject(ofAll);
    const made = await save();
    await api.prisma.templateVersion.deleteMany({ where: { templateId: made.id } });
    await patch(made.id, { subject: 'B' });
    expect(await versionsOf(made.id)).toMatchObject(ofAll.slice(1));
  });

  test('a copy begins with what it is, and the last fifty are kept', async () => {
    const { id } = await save();
    const copy = await workspace.call('POST', `/templates/${id}/duplicate`);
    expect(await versionsOf(templateSchema.parse(copy.body).id)).toMatchObject([{ version: 1 }]);
    for (let at = 2; at <= maxTemplateVersions + 2; at += 1) await patch(id, { subject: `Subject ${at}` });
    const kept = (await versionsOf(id)).map(({ version }) => version);
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([maxTemplateVersions, maxTemplateVersions + 2, 3]);
    for (const gone of ['2', '53', '0', 'x', '99999999999'])
      expect((await workspace.call('GET', `/templates/${id}/versions/${gone}`)).status).toBe(404);
  });
});

describe('snapshots', () => {
  beforeAll(async () => {
    workspace = await api.makeWorkspace();
  });

  test('a new name keeps the snapshot; new content makes one; old content comes back to the old one', async () => {
    const first = await save();
    const renamed = await patch(first.id, { name: 'Renamed' });
    expect(renamed).toMatchObject({ name: 'Renamed', currentSnapshotId: first.currentSnapshotId });
    const changed = await patch(first.id, { subject: 'Dear {{title}}' });
    expect(changed.currentSnapshotId).not.toBe(first.currentSnapshotId);
    expect(changed).toMatchObject({
      html: welcome.html,
      variables: { required: ['name', 'title'], optional: ['team'] },
    });
    const back = await patch(first.id, { subject: welcome.subject });
    expect(back.currentSnapshotId).toBe(first.currentSnapshotId);
    expect(back.variables).toEqual(first.variables);
  });

  test('null unsets what may be absent; what is left out stays', async () => {
    const template = await save({ text: 'Hi', sampleData: { a: 1 } });
    expect(await patch(template.id, { text: null })).toMatchObject({ text: null, sampleData: { a: 1 } });
    expect(await patch(template.id, { sampleData: null })).toMatchObject({ text: null, sampleData: null });
    expect(issuePathsOf(await workspace.call('PATCH', `/templates/${template.id}`, { html: null }))).toEqual([
      'html',
    ]);
  });

  test('equal content is one snapshot within a workspace and another one in the next', async () => {
    const [a, b] = [await save({ name: 'a' }), await save({ name: 'b' })];
    expect(b.currentSnapshotId).toBe(a.currentSnapshotId);
    const other = await api.makeWorkspace();
    const { body } = await other.call('POST', '/templates', welcome);
    expect(templateSchema.parse(body).currentSnapshotId).not.toBe(a.currentSnapshotId);
  });

  test('content that differs only in where its parts end has snapshots of its own', async () => {
    const [a, b] = [await save({ html: 'ab', text: 'c' }), await save({ html: 'a', text: 'bc' })];
    expect(a.currentSnapshotId).not.toBe(b.currentSnapshotId);
  });

  test('twenty equal saves at once make twenty templates and one snapshot', async () => {
    const before = await countSnapshots();
    const saved = await atOnce(20, () => save({ subject: 'At once' }));
    expect(new Set(saved.map(({ currentSnapshotId }) => currentSnapshotId)).size).toBe(1);
    expect(new Set(saved.map(({ id }) => id)).size).toBe(20);
    expect(await countSnapshots()).toBe(before + 1);
  });

  test('two people who change different parts at once both find their change in the template', async () => {
    const { id } = await save();
    await Promise.all([patch(id, { subject: 'New subject' }), patch(id, { html: '<p>new</p>' })]);
    const template = templateSchema.parse((await workspace.call('GET', `/templates/${id}`)).body);
    expect(template).toMatchObject({ subject: 'New subject', html: '<p>new</p>' });
    const snapshot = await api.prisma.templateSnapshot.findUniqueOrThrow({
      where: { id: template.currentSnapshotId },
    });
    expect(snapshot).toMatchObject({ subject: 'New subject', html: '<p>new</p>' });
  });

  test('whoever keeps losing to others is told so, and what is stored is one of the changes as a whole', async () => {
    const { id } = await save();
    const answers = await atOnce(20, (at) =>
      workspace.call('PATCH', `/templates/${id}`, { subject: `Subject ${at}` }),
    );
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(errorOf(answer)).toMatchObject({ status: 409, code: 'state_conflict' });
    }
    const template = templateSchema.parse((await workspace.call('GET', `/templates/${id}`)).body);
    const snapshot = await api.prisma.templateSnapshot.findUniqueOrThrow({
      where: { id: template.currentSnapshotId },
    });
    expect(snapshot.subject).toBe(template.subject);
  });
});
