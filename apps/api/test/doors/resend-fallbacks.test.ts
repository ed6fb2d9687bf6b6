import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually } from '@postroom/testkit';
import { Resend } from 'resend';
import { callAs } from '../resources/start-with-ses.ts';
import { startApi, type TestApi, type TestWorkspace } from '../start-api.ts';

let api: TestApi;
let workspace: TestWorkspace;
let resend: Resend;

beforeAll(async () => {
  api = await startApi();
  workspace = await api.makeWorkspace();
  resend = new Resend(workspace.key, { baseUrl: `${api.origin}/resend` });
});
afterAll(() => api.close());

describe('a fallback of a template', () => {
  const key = 'NAME';
  const declaring = (fallbackValue: string | null) => ({
    variables: [{ key, type: 'string' as const, fallbackValue }],
  });
  const html = '<p>{{{NAME}}}</p>';
  const aTemplate = async (fields: object = {}): Promise<string> => {
    const template = { name: 'A', subject: 'Hello {{{NAME}}}', html, ...declaring('you'), ...fields };
    return (await resend.templates.create(template)).data?.id ?? '';
  };
  const partsOf = async (id: string) => {
    const { data } = await resend.templates.get(id);
    return [data?.subject, data?.html, data?.text];
  };

  test('is changed by an update that declares it anew, and taken out by null', async () => {
    const id = await aTemplate();
    expect((await resend.templates.update(id, declaring('friend'))).error).toBeNull();
    const [subject, html] = ['Hello {{{default NAME "friend"}}}', '<p>{{{default NAME "friend"}}}</p>'];
    expect(await partsOf(id)).toEqual([subject, html, null]);
    const none = JSON.parse(JSON.stringify(declaring(null)));
    expect((await resend.templates.update(id, none)).error).toBeNull();
    expect(await partsOf(id)).toEqual(['Hello {{{NAME}}}', '<p>{{{NAME}}}</p>', null]);
  });

  test('stays when other content is given, for the names that stand in it', async () => {
    const id = await aTemplate();
    const changed = { html: '<h1>{{{NAME}}} {{{ORDER}}}</h1>', text: '{{{NAME}}}' };
    expect((await resend.templates.update(id, changed)).error).toBeNull();
    expect((await resend.templates.update(id, { subject: '{{{NAME}}}, hello' })).error).toBeNull();
    expect(await partsOf(id)).toEqual([
      '{{{default NAME "you"}}}, hello',
      '<h1>{{{default NAME "you"}}} {{{ORDER}}}</h1>',
      '{{{default NAME "you"}}}',
    ]);
  });

  test('holds in content that is given with it, whatever fallback that shows', async () => {
    const id = await aTemplate();
    const shown = { html: '<b>{{{default NAME "you"}}}</b>', ...declaring('friend') };
    expect((await resend.templates.update(id, shown)).error).toBeNull();
    expect(await partsOf(id)).toEqual([
      'Hello {{{default NAME "friend"}}}',
      '<b>{{{default NAME "friend"}}}</b>',
      null,
    ]);
  });

  test('is written into content that somebody else saves at the same moment', async () => {
    const id = await aTemplate({ html: '<p>OLD {{{NAME}}}</p>' });
    const areBothWaiting = async () => {
      const [row] = await api.prisma.$queryRaw<{ waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      return row?.waiting === 2;
    };
    const { both } = await api.prisma.$transaction(
      async (tx) => {
        await tx.$executeRaw`SELECT FROM templates WHERE id = ${id}::uuid FOR UPDATE`;
        const both = [
          resend.templates.update(id, { html: '<p>NEW {{{NAME}}}</p>' }),
          resend.templates.update(id, declaring('friend')),
        ];
        await eventually(areBothWaiting, { what: 'Both changes waiting to be written' });
        return { both };
      },
      { timeout: 20_000 },
    );
    expect((await Promise.all(both)).map(({ error }) => error)).toEqual([null, null]);
    const [subject, html] = await partsOf(id);
    expect(subject).toBe('Hello {{{default NAME "friend"}}}');
    expect(html).toMatch(/NEW .*default NAME/);
  });

  test('is written into MJML as into html', async () => {
    const source = '<mjml><mj-body><mj-raw>{{{default NAME "you"}}}</mj-raw></mj-body></mjml>';
    const template = { name: 'M', subject: 'Hello', format: 'mjml', source };
    const made = await callAs(api, workspace, ['POST', '/templates', template]);
    const id = String(Reflect.get(Object(made.body), 'id'));
    expect((await resend.templates.update(id, declaring('friend'))).error).toBeNull();
    expect((await partsOf(id))[1]).toContain('{{{default NAME "friend"}}}');
  });

  test('is refused where no tag could have it, and nothing is changed', async () => {
    const id = await aTemplate();
    const before = await partsOf(id);
    const lost = { html: '<p>{{{OTHER}}}</p>', subject: 'Hello', ...declaring('friend') };
    const refusal = { name: 'validation_error', message: expect.stringContaining('variables[0]') };
    expect((await resend.templates.update(id, lost)).error).toMatchObject(refusal);
    expect((await resend.templates.create({ name: 'A', ...lost })).error).toMatchObject(refusal);
    expect(await partsOf(id)).toEqual(before);
  });
});
