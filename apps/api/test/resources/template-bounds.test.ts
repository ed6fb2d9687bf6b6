import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { templateSchema } from '@postroom/contracts';
import { eventually } from '@postroom/testkit';
import { errorOf, startResources, type TestApi, type TestWorkspace } from './start-resources.ts';

let api: TestApi;
let workspace: TestWorkspace;

beforeAll(async () => {
  api = await startResources();
  workspace = await api.makeWorkspace();
});
afterAll(() => api.close());

const values = (count: number) => Array.from({ length: count }, (_, index) => `{{v${index}}}`).join('');
const inside = (name: string, body: string) => `{{#with ${name}}}${body}{{/with}}`;
const template = { name: 'T', subject: 'S' };

describe('what a template is stored and answered with does not outgrow it', () => {
  test.each([
    ['14 KB', inside(`[${'a'.repeat(10_000)}]`, values(500))],
    ['58 KB', inside(`[${'a'.repeat(50_000)}]`, values(1_000))],
    ['210 KB', inside(`[${'a'.repeat(200_000)}]`, values(2_000))],
    ['490 KB', inside(`[${'a'.repeat(470_000)}]`, values(2_400))],
    [
      'an ordinary path of 200 parts',
      inside(Array.from({ length: 200 }, () => 'abcd').join('.'), values(2_300)),
    ],
    [
      'long names side by side',
      Array.from({ length: 1_000 }, (_, at) => `{{[${'n'.repeat(200)}${at}]}}`).join(''),
    ],
  ])('%s of names upon names are refused with their place', async (_what, html) => {
    const answer = await workspace.call('POST', '/templates', { ...template, html });
    const place = { part: 'html', line: expect.any(Number), column: expect.any(Number) };
    expect(errorOf(answer)).toMatchObject({ status: 422, code: 'template_invalid', details: place });
    expect(JSON.stringify(answer.body).length).toBeLessThan(1_000);
    const saved = await workspace.call('POST', '/templates', { ...template, html: 'x' });
    const { id } = templateSchema.parse(saved.body);
    const changed = await workspace.call('PATCH', `/templates/${id}`, { text: html });
    expect(errorOf(changed)).toMatchObject({ status: 422, details: { ...place, part: 'text' } });
  });

  test('a template with as many names as there may be is answered within its bounds, and so are its copies', async () => {
    const path = Array.from({ length: 60 }, () => 'p').join('.');
    const html = `${values(1_800)}${inside(path, values(400))}`;
    const saved = await workspace.call('POST', '/templates', { ...template, html });
    expect(saved.status).toBe(201);
    const { id, variables } = templateSchema.parse(saved.body);
    expect(variables.required.length + variables.optional.length).toBe(2_201);
    expect(JSON.stringify(saved.body).length).toBeLessThan(10 * html.length);
    const copy = await workspace.call('POST', `/templates/${id}/duplicate`);
    expect(JSON.stringify(copy.body).length).toBeLessThan(10 * html.length);
    // On a busy machine there may be no place for it at first.
    const preview = await eventually(async () => {
      const answer = await workspace.call('POST', `/templates/${id}/preview`, { data: {} });
      return answer.status !== 503 && answer;
    });
    expect(preview.status).toBe(200);
    expect(JSON.stringify(preview.body).length).toBeLessThan(65_536 * 2);
  });
});
