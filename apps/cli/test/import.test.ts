import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Stack, startTestStack } from '@postroom/testkit';
import { importFrom } from '../src/commands/import.ts';
import { heardTerminal } from './heard-terminal.ts';

/** What another product's API answers, by path; a function has the query. */
type Answers = Readonly<Record<string, unknown>>;

type Fake = { readonly url: string; readonly server: Server; readonly asked: string[] };

let stack: Stack;
const fakes: Fake[] = [];

/** An API that answers what is written down, to whoever brings its key; the first call is told to come again. */
async function startFake([header, key]: readonly [string, string], answers: Answers): Promise<Fake> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const answer = answers[path];
    response.setHeader('content-type', 'application/json');
    response.statusCode = request.headers[header] === key ? (answer === undefined ? 404 : 200) : 401;
    if (asked.length === 1) response.writeHead(429, { 'retry-after': '0' });
    response.end(JSON.stringify(asked.length === 1 ? { message: 'slowly' } : (answer ?? { message: 'no' })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const fake = { url: `http://127.0.0.1:${port}`, server, asked };
  fakes.push(fake);
  return fake;
}

beforeAll(async () => {
  stack = await startTestStack({ workers: 0 });
});
afterAll(async () => {
  for (const { server } of fakes) {
    server.close();
    server.closeAllConnections();
  }
  await stack?.stop();
});

const keys = { RESEND_API_KEY: 're_key', POSTMARK_SERVER_TOKEN: 'pm-token', SENDGRID_API_KEY: 'SG.key' };

async function run(what: string, from: string, url: string, ...more: readonly string[]) {
  const { terminal, lines } = heardTerminal();
  const env = { ...keys, POSTROOM_KEY: stack.key, POSTROOM_URL: stack.apiUrl };
  const code = await importFrom([what, '--from', from, '--from-url', url, ...more], terminal, env);
  return { code, lines: lines.map((text) => text.trim()).filter((text) => text !== '') };
}

const templateOf = async (name: string) => {
  const { body } = await stack.client.get('/templates?limit=100');
  const found = (body as { data: { id: string; name: string }[] }).data.find((one) => one.name === name);
  return (await stack.client.get(`/templates/${found?.id}`)).body as Record<string, unknown>;
};

const suppressed = async () => {
  const { body } = await stack.client.get('/suppressions?limit=100');
  const { data } = body as { data: { email: string; reason: string; origin: string }[] };
  return Object.fromEntries(data.map(({ email, reason }) => [email, reason]));
};

test('from Resend: lists page by page, variables with their fallbacks, and again without a change', async () => {
  const made = { created_at: '2026-01-01' };
  const resend = await startFake(['authorization', 'Bearer re_key'], {
    '/suppressions?limit=100': {
      object: 'list',
      has_more: true,
      data: [
        { id: 's1', email: 'bounced@resend.example', origin: 'bounce', source_id: 'e1', ...made },
        { id: 's2', email: 'angry@resend.example', origin: 'complaint', source_id: null, ...made },
      ],
    },
    '/suppressions?limit=100&after=s2': {
      object: 'list',
      has_more: false,
      data: [
        {
          id: 's3',
          email: 'byhand@resend.example',
          origin: 'manual',
          source_id: null,
          created_at: '2026-01-01',
        },
      ],
    },
    '/templates?limit=100': {
      object: 'list',
      has_more: false,
      data: [{ id: 't1', name: 'Order', status: 'published', alias: 'order' }],
    },
    '/templates/t1': {
      object: 'template',
      id: 't1',
      name: 'Resend order',
      status: 'published',
      from: 'Acme <a@acme.test>',
      subject: 'Order {{{ORDER}}}',
      html: '<p>Dear {{{NAME}}}, {{{COUNT}}} for {{{EMAIL}}}</p><a href="{{{RESEND_UNSUBSCRIBE_URL}}}">x</a>',
      text: null,
      variables: [
        { id: 'v1', key: 'NAME', type: 'string', fallback_value: 'friend' },
        { id: 'v2', key: 'COUNT', type: 'number', fallback_value: 1 },
        { id: 'v3', key: 'ORDER', type: 'string', fallback_value: null },
      ],
    },
  });
  const first = await run('suppressions', 'resend', resend.url);
  expect(first).toEqual({
    code: 0,
    lines: ['3 addresses: 3 new or weightier, 0 there already, 0 left out because they are no addresses.'],
  });
  expect(await suppressed()).toEqual({
    'bounced@resend.example': 'Bounce',
    'angry@resend.example': 'Complaint',
    'byhand@resend.example': 'Manual',
  });
  const again = await run('suppressions', 'resend', resend.url);
  expect(again.lines).toEqual([
    '3 addresses: 0 new or weightier, 3 there already, 0 left out because they are no addresses.',
  ]);
  const dry = await run('templates', 'resend', resend.url, '--dry-run');
  expect(dry.lines[0]).toBe('Resend order: would be made');
  expect((await run('templates', 'resend', resend.url)).code).toBe(0);
  expect(await templateOf('Resend order')).toMatchObject({
    subject: 'Order {{{ORDER}}}',
    html: '<p>Dear {{{default NAME "friend"}}}, {{{default COUNT 1}}} for {{{@profile.email}}}</p><a href="{{{@unsubscribeUrl}}}">x</a>',
    text: null,
    variables: { required: ['ORDER'] },
  });
  expect(await run('templates', 'resend', resend.url)).toEqual({
    code: 0,
    lines: ['Resend order: there already', '0 made, 1 there already, 0 left as they are, 0 left out.'],
  });
});

const postmarkTemplate = (id: number, template: Readonly<Record<string, unknown>>) => ({
  TemplateId: id,
  AssociatedServerId: 1,
  Active: true,
  Alias: null,
  TemplateType: 'Standard',
  LayoutTemplate: null,
  Subject: 'x',
  TextBody: '',
  ...template,
});
const framed = { LayoutTemplate: 'frame' };

test('from Postmark: every stream, sections, layouts; what has no word here is told by name and left out', async () => {
  const standard = { Active: true, TemplateType: 'Standard' };
  const listed = (TemplateId: number, Name: string) => ({ TemplateId, Name, ...standard });
  const known = { Origin: 'Recipient', CreatedAt: '2026' };
  const left = (EmailAddress: string, SuppressionReason: string) => ({
    ...{ EmailAddress, SuppressionReason, ...known },
  });
  const postmark = await startFake(['x-postmark-server-token', 'pm-token'], {
    '/message-streams?MessageStreamType=All&IncludeArchivedStreams=true': {
      TotalCount: 3,
      MessageStreams: [
        { ID: 'outbound', ServerID: 1, Name: 'Transactional', MessageStreamType: 'Transactional' },
        { ID: 'inbound', ServerID: 1, Name: 'Inbound', MessageStreamType: 'Inbound' },
        { ID: 'news', ServerID: 1, Name: 'News', MessageStreamType: 'Broadcasts' },
      ],
    },
    '/message-streams/outbound/suppressions/dump': {
      Suppressions: [
        left('hard@pm.example', 'HardBounce'),
        left('not an address', 'HardBounce'),
        left('byhand@pm.example', 'ManualSuppression'),
      ],
    },
    '/message-streams/news/suppressions/dump': {
      Suppressions: [left('spam@pm.example', 'SpamComplaint'), left('left@pm.example', 'ManualSuppression')],
    },
    '/templates?Count=100&Offset=0&TemplateType=Standard': {
      TotalCount: 8,
      Templates: [
        listed(5, 'Plain'),
        listed(1, 'Receipt'),
        { ...listed(4, 'Off'), Active: false },
        listed(2, 'Odd'),
        listed(3, 'Broken'),
        listed(6, 'Gone meanwhile'),
        listed(7, 'Nameless'),
        listed(8, 'Frameless'),
      ],
    },
    '/templates/1': postmarkTemplate(1, {
      Name: 'Pm receipt',
      Subject: 'Receipt {{number}}',
      HtmlBody:
        '{{! a note }}<ul>{{#each lines}}<li>{{.}}</li>{{/each}}</ul>{{#buyer}}{{name}}{{/buyer}}{{^paid}}due{{#buyer}}{{^vip}}{{../../number}}{{../name}}{{/vip}}{{/buyer}}{{/paid}}',
      TextBody: 'Leave: {{{ pm:unsubscribe }}}',
      ...framed,
    }),
    '/templates/frame': postmarkTemplate(9, {
      Name: 'Frame',
      TemplateType: 'Layout',
      HtmlBody: '<html>{{{ @content }}}{{{ pm:unsubscribe_url }}}</html>',
      TextBody: '{{{@content}}}',
    }),
    '/templates/5': postmarkTemplate(5, { Name: 'Pm plain', HtmlBody: '', ...framed, TextBody: 'Hi' }),
    '/templates/2': postmarkTemplate(2, { Name: 'Pm odd', Subject: 'x', HtmlBody: '{{ pm:something }}' }),
    '/templates/7': { ...postmarkTemplate(7, { Name: '', Subject: 'x', HtmlBody: 'x' }), Name: null },
    '/templates/8': postmarkTemplate(8, { Name: 'Pm frameless', ...framed, LayoutTemplate: 'none' }),
    '/templates/3': postmarkTemplate(3, { Name: 'Pm broken', Subject: 'x', HtmlBody: '{{#each lines}}' }),
  });
  expect(await run('suppressions', 'postmark', postmark.url)).toEqual({
    code: 1,
    lines: [
      '4 addresses: 3 new or weightier, 0 there already, 1 left out because they are no addresses.',
      '1 left out that left news alone: unsubscribe them from the group that takes its place.',
    ],
  });
  const taken = await suppressed();
  expect(taken).toMatchObject({
    'hard@pm.example': 'Bounce',
    'spam@pm.example': 'Complaint',
    'byhand@pm.example': 'Manual',
  });
  expect(taken).not.toHaveProperty(['left@pm.example']);
  const { code, lines } = await run('templates', 'postmark', postmark.url);
  expect(code).toBe(1);
  expect(lines).toEqual([
    expect.stringMatching(/^Pm plain: left out: .*html must not be empty/),
    expect.stringMatching(/^Pm receipt: made: [0-9a-f-]{36}$/),
    'Pm odd: left out: there is no word here for {{ pm:something }}',
    expect.stringMatching(/^Pm broken: left out: .*template_invalid/),
    expect.stringMatching(/^Template 6: left out: GET \/templates\/6 was answered 404/),
    expect.stringMatching(/^Template 7: left out: it has another shape .*expected string, received null/),
    expect.stringMatching(/^Template 8: left out: GET \/templates\/none was answered 404/),
    '1 made, 0 there already, 0 left as they are, 6 left out.',
  ]);
  expect(await templateOf('Pm receipt')).toMatchObject({
    subject: 'Receipt {{number}}',
    html:
      '<html><ul>{{#each lines}}<li>{{this}}</li>{{/each}}</ul>{{#if buyer}}{{#with buyer}}{{name}}{{/with}}{{/if}}' +
      '{{#unless paid}}due{{#if buyer}}{{#with buyer}}{{#unless vip}}{{../number}}{{name}}{{/unless}}{{/with}}{{/if}}{{/unless}}{{{@unsubscribeUrl}}}</html>',
    text: 'Leave: {{@unsubscribeUrl}}',
  });
});

test('from SendGrid: its helpers in ours, four lists, pages; a namesake that differs stays as it is', async () => {
  const version = (subject: string, html: string) => ({
    id: 'v',
    active: 1,
    name: 'v',
    subject,
    html_content: html,
    plain_content: '',
    test_data: '{"name":"Ada"}',
  });
  const many = Array.from({ length: 500 }, (_, at) => ({
    created: 1,
    email: `b${at}@sg.example`,
    reason: '550',
    status: '5.1.1',
  }));
  const sendgrid = await startFake(['authorization', 'Bearer SG.key'], {
    '/v3/suppression/bounces?limit=500&offset=0': many,
    '/v3/suppression/bounces?limit=500&offset=500': [
      { created: 1, email: 'last@sg.example', reason: 'x', status: '5' },
    ],
    '/v3/suppression/invalid_emails?limit=500&offset=0': [],
    '/v3/suppression/spam_reports?limit=500&offset=0': [
      { created: 1, email: 'spam@sg.example', ip: '192.0.2.1' },
    ],
    '/v3/suppression/unsubscribes?limit=500&offset=0': [{ created: 1, email: 'left@sg.example' }],
    '/v3/asm/suppressions': ['a', 'b'].map((name) => ({
      email: `${name}@sg.example`,
      group_id: 1,
      group_name: 'Weekly news',
      created_at: 1,
    })),
    '/v3/templates?generations=dynamic&page_size=200': {
      result: [{ id: 'd-1', name: 'Sg offer', generation: 'dynamic' }],
      _metadata: { next: 'https://api.sendgrid.com/v3/templates?page_size=200&page_token=two', count: 3 },
    },
    '/v3/templates?generations=dynamic&page_size=200&page_token=two': {
      result: [{ id: 'd-2' }, { id: 'd-3' }],
      _metadata: { count: 3 },
    },
    '/v3/templates/d-1': {
      id: 'd-1',
      name: 'Sg offer',
      generation: 'dynamic',
      versions: [
        { ...version('old', 'old'), active: 0 },
        version(
          '{{subject}}',
          '{{#equals plan "pro"}}{{insert name "default=friend"}}{{else greaterThan total 9}}big{{else}}no{{/equals}}' +
            '{{#if a}}{{a}}{{/if}}<a href="{{{unsubscribe}}}">x</a><%asm_group_unsubscribe_raw_url%>',
        ),
      ],
    },
    '/v3/templates/d-2': {
      id: 'd-2',
      name: 'Sg count',
      versions: [
        version('x', '{{length items}} and {{formatDate d "YYYY"}}{{weblink}}<%asm_preferences_raw_url%>'),
      ],
    },
    '/v3/templates/d-3': { id: 'd-3', name: 'Resend order', versions: [version('x', 'another')] },
  });
  expect(await run('suppressions', 'sendgrid', sendgrid.url)).toMatchObject({
    code: 1,
    lines: [
      '503 addresses: 503 new or weightier, 0 there already, 0 left out because they are no addresses.',
      '2 left out that left Weekly news alone: unsubscribe them from the group that takes its place.',
    ],
  });
  const { code, lines } = await run('templates', 'sendgrid', sendgrid.url);
  expect({ code, lines }).toEqual({
    code: 1,
    lines: [
      expect.stringMatching(/^Sg offer: made: /),
      'Sg count: left out: there is no word here for {{length items}} {{formatDate d "YYYY"}} {{weblink}} {{asm_preferences_raw_url}}',
      expect.stringMatching(/^Resend order: left as it is: there is another one of that name/),
      '1 made, 0 there already, 1 left as they are, 1 left out.',
    ],
  });
  expect(await templateOf('Sg offer')).toMatchObject({
    html:
      '{{#if (eq plan "pro")}}{{default name "friend"}}{{else if (gt total 9)}}big{{else}}no{{/if}}' +
      '{{#if a}}{{a}}{{/if}}<a href="{{{@unsubscribeUrl}}}">x</a>{{@unsubscribeUrl}}',
    sampleData: { name: 'Ada' },
  });
});

test('what is wrong with the call, the key or the answer is said', async () => {
  await expect(run('mail', 'resend', 'http://x')).rejects.toThrow('import takes templates or suppressions');
  await expect(run('templates', 'mailgun', 'http://x')).rejects.toThrow('--from takes one of resend');
  await expect(run('templates', 'resend', 'ftp://x')).rejects.toThrow('--from-url takes a URL');
  const other = await startFake(['authorization', 'Bearer another'], {});
  await expect(run('templates', 'resend', other.url)).rejects.toThrow(
    'GET /templates?limit=100 was answered 401',
  );
  const odd = await startFake(['authorization', 'Bearer re_key'], { '/templates?limit=100': { items: [] } });
  await expect(run('templates', 'resend', odd.url)).rejects.toThrow('answers in another shape');
});
