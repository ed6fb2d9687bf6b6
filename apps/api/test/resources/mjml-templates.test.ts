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

const mjml = (text: string) =>
  `<mjml><mj-body><mj-section><mj-column>\n<mj-text>${text}</mj-text>\n</mj-column></mj-section></mj-body></mjml>`;
const welcome = { name: 'Welcome', subject: 'Hello {{name}}', format: 'mjml' } as const;

const save = (body: Readonly<Record<string, unknown>>) => workspace.call('POST', '/templates', body);

test('a template of MJML keeps its source, renders what was compiled, and can be left for html', async () => {
  const source = mjml('Dear {{name}}, {{#if team}}{{team}}{{/if}}');
  const made = await save({ ...welcome, source, sampleData: { name: '<Ada>' } });
  expect(made.status).toBe(201);
  const template = templateSchema.parse(made.body);
  expect(template).toMatchObject({
    format: 'mjml',
    source,
    variables: { required: ['name'], optional: ['team'] },
  });
  expect(template.html).toContain('Dear {{name}}, {{#if team}}{{team}}{{/if}}');
  expect(template.html).toMatch(/<!doctype html>/i);

  const path = `/templates/${template.id}`;
  const preview = await workspace.call('POST', `${path}/preview`, {});
  expect(preview.body).toMatchObject({ html: expect.stringContaining('Dear &lt;Ada&gt;, <') });

  // What leaves the content as it is written compiles it anew, and to the same.
  const renamed = await workspace.call('PATCH', path, { subject: 'Hi {{name}}' });
  expect(renamed.body).toMatchObject({ format: 'mjml', source, html: template.html, subject: 'Hi {{name}}' });

  const refused = await workspace.call('PATCH', path, { html: '<p>{{name}}</p>' });
  expect(refused.status).toBe(400);
  expect(issuePathsOf(refused)).toEqual(['html']);

  const copy = await workspace.call('POST', `${path}/duplicate`);
  expect(copy.body).toMatchObject({ format: 'mjml', source });

  const left = await workspace.call('PATCH', path, { format: 'html' });
  expect(left.body).toMatchObject({ format: 'html', source: null, html: template.html });
  const list = await workspace.call('GET', '/templates');
  expect(list.body).toMatchObject({ data: [{ format: 'mjml' }, { id: template.id, format: 'html' }] });

  const back = await workspace.call('PATCH', path, { format: 'mjml', source: mjml('{{other}}') });
  expect(back.body).toMatchObject({ format: 'mjml', variables: { required: ['name', 'other'] } });
});

test.each([
  ['no source', { ...welcome }, 'source'],
  ['html beside its source', { ...welcome, source: mjml('x'), html: '<p>' }, 'html'],
  ['html in place of its source', { ...welcome, html: '<p>' }, 'html'],
  ['a source without its format', { name: 'W', subject: 's', source: mjml('x') }, 'source'],
  ['neither', { name: 'W', subject: 's' }, 'html'],
  ['a format that there is not', { ...welcome, format: 'md', html: 'x' }, 'format'],
])('%s is refused by name', async (_what, body, path) => {
  const answer = await save(body);
  expect(answer.status).toBe(400);
  expect(issuePathsOf(answer)).toEqual([path]);
});

test.each([
  ['MJML', mjml('x').replace('<mj-text>', '<mj-text colour="red">'), { line: 2, column: 1 }],
  ['Handlebars', mjml('x\n {{#if a}}'), { line: 3 }],
  ['a helper that there is not', mjml('x\n {{nothing a}}'), { line: 3, column: 4 }],
])(
  'a mistake of %s is told by its line of the source, and nothing is saved',
  async (_what, source, place) => {
    const before = await api.prisma.template.count({ where: { workspaceId: workspace.id } });
    const answer = await save({ ...welcome, source });
    expect(answer.status).toBe(422);
    expect(errorOf(answer)).toMatchObject({
      code: 'template_invalid',
      details: { part: 'source', ...place },
    });
    expect(await api.prisma.template.count({ where: { workspaceId: workspace.id } })).toBe(before);
  },
);
