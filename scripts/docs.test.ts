import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { helpOf } from '../apps/cli/src/help.ts';
import type { OutgoingMessage } from '../packages/core/src/index.ts';
import {
  createSesClient,
  createSesProvider,
  runningPolicy,
  type SesProvider,
  setupPolicy,
} from '../packages/provider-ses/src/index.ts';
import { openApiDocument } from '../packages/reference/src/index.ts';
import { decideByPolicy, type FakeSes, parseIamPolicy, startFakeSes } from '../packages/servers/src/index.ts';
import { allResources } from './kubernetes-files.ts';
import { guides as pages, root, textOf } from './pages.ts';

type Block = { readonly page: string; readonly language: string; readonly text: string };

/** The fenced blocks of a page, without the indentation of the list that they stand in. */
function blocksOf(page: string): Block[] {
  return [...textOf(page).matchAll(/^( *)```(\S*)\n([\s\S]*?)^ *```$/gm)].map(
    ([, indent = '', language = '', text = '']) => ({
      page,
      language,
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
    }),
  );
}

const blocks = pages.flatMap(blocksOf);

/** What is not run as a shell's commands, by how it begins, and why. */
const notRun: readonly (readonly [language: string, beginning: RegExp, why: string])[] = [
  ['json', /^\{\s+"total": 2,/, 'the answer of the first request: readme.test.ts parses it'],
  ['json', /^\{\s+"Version": "2012-10-17"/, 'the policy, which is tried below'],
  ['sql', /^WITH old_workers AS/, 'packages/db/test/restored.test.ts runs it'],
  ['sql', /^CREATE INDEX CONCURRENTLY/, 'packages/db/test/migrations.test.ts runs it'],
  ['sql', /^DELETE FROM dashboard_sessions/, 'packages/db/test/restored.test.ts runs it'],
  ['sql', /^CREATE ROLE postroom2/, 'packages/db/test/connection/roles.test.ts runs it'],
  ['', /^client -->/, 'a drawing'],
  ['', /^HTTP client ->/, 'a drawing'],
  ['', /^NODE_OPTIONS=--import/, 'an SDK that is loaded: apps/worker/test/delivery.test.ts loads another'],
  ['', /^List-Unsubscribe: </, 'headers of a mail: the tests of unsubscribing hold them'],
  ['', /./, 'a query plan or figures, which are read'],
  ['tsx', /^const html = \(await render/, 'of React: react-email.test.ts runs what is done to its html'],
  ['ts', /./, 'the examples of the client: packages/client/test holds what they use'],
];

test('every block of the pages is run here, or stands in the list of those that are not, with the reason', () => {
  const others = blocks.filter(({ language }) => language !== 'sh');
  const unknown = others.filter(
    ({ language, text }) => !notRun.some(([known, beginning]) => known === language && beginning.test(text)),
  );
  expect(unknown.map(({ page, text }) => `${page}: ${text.slice(0, 40)}`)).toEqual([]);
  expect(blocks.filter(({ language }) => language === 'sh').length).toBeGreaterThan(12);
});

describe('what the pages tell people to type', () => {
  type Call = readonly [tool: string, ...args: string[]];
  let dir: string;

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'postroom-docs-'));
    const stub = `#!${process.execPath}
require('node:fs').appendFileSync(process.env.RECORD, JSON.stringify([require('node:path').basename(process.argv[1]), ...process.argv.slice(2)]) + '\\n');
`;
    for (const tool of tools) writeFileSync(join(dir, tool), stub, { mode: 0o755 });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Runs a page's commands one after the other in one shell that knows these tools alone, and answers what was called. */
  function callsOf(page: string): Call[] {
    const record = join(dir, 'record');
    writeFileSync(record, '');
    const script = blocksOf(page)
      .filter(({ language }) => language === 'sh')
      .map(({ text }) => text.replaceAll('postgresql://...', 'postgresql://host/db'))
      .join('\n');
    const env = { PATH: dir, RECORD: record, POSTROOM_KEY: 'sk_live_key' };
    const { status, stderr } = spawnSync('/bin/bash', ['--norc', '-euo', 'pipefail', '-c', script], {
      env,
      cwd: root,
    });
    expect([page, status, String(stderr)]).toEqual([page, 0, '']);
    return readFileSync(record, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  const scripts = Object.keys(JSON.parse(textOf('package.json')).scripts);
  const paths = Object.entries(openApiDocument({ serverUrl: 'http://localhost:3001' }).paths ?? {});
  const commands = [...helpOf(undefined).matchAll(/^ {2}([a-z][a-z-]+) {2,}/gm)].map(([, name = '']) => name);

  function expectKnownRoute(args: readonly string[]): void {
    const argument = (flag: string) => args[args.indexOf(flag) + 1] ?? '';
    const url = args.find((arg) => arg.startsWith('http://localhost:3001')) ?? '';
    const hasBody = args.includes('--data');
    const method = args.includes('--request') ? argument('--request') : hasBody ? 'POST' : 'GET';
    const known = paths.find(([path]) =>
      new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(new URL(url).pathname),
    );
    expect([url, Object.keys(known?.[1] ?? {})]).toEqual([
      url,
      expect.arrayContaining([method.toLowerCase()]),
    ]);
    if (hasBody) expect(JSON.parse(argument('--data'))).toEqual(expect.any(Object));
  }

  function expectKnownProgram([file = '', command]: readonly string[]): void {
    const source = file.replace('/dist/main.js', '/src/main.ts');
    expect([file, existsSync(join(root, source))]).toEqual([file, true]);
    if (command !== undefined) expect(commands).toContain(command);
  }

  const services = /^ {2}(\w[\w-]*):$/gm;
  const composeServices = [...textOf('docker-compose.yml').matchAll(services)].map(([, name = '']) => name);

  const checks: Readonly<Record<string, (args: readonly string[]) => void>> = {
    npm: ([verb = '', script = '', , command]) => {
      if (verb === 'run') expect(scripts).toContain(script);
      else expect(['test', 'ci', 'install']).toContain(verb);
      if (script === 'postroom') expect(commands).toContain(command);
    },
    npx: ([tool = '']) =>
      expect(Object.keys(JSON.parse(textOf('package.json')).devDependencies)).toContain(tool),
    node: expectKnownProgram,
    cp: ([from = '']) => expect([from, existsSync(join(root, from))]).toEqual([from, true]),
    curl: expectKnownRoute,
    docker: ([compose, verb, ...rest]) => {
      expect([compose, verb]).toEqual(['compose', expect.stringMatching(/^(up|exec)$/)]);
      if (verb === 'up') {
        expect(rest.filter((arg) => !/^--(detach|build)$/.test(arg))).toEqual([]);
        return;
      }
      const [service = '', program, ...words] = rest;
      expect(composeServices).toContain(service);
      expect(program).toBe('node');
      expectKnownProgram(words);
    },
    kubectl: (args) => {
      const names = allResources().map(({ kind, metadata: { name } }) => `${kind.toLowerCase()}/${name}`);
      for (const [at, arg] of args.entries()) {
        if (/^(?:deployment|job)\//.test(arg)) expect(names).toContain(arg);
        if (arg === 'job') expect(names).toContain(`job/${args[at + 1]}`);
        if (arg === '--kustomize')
          expect(existsSync(join(root, args[at + 1] ?? '', 'kustomization.yaml'))).toBe(true);
        if (arg === '--namespace') expect(args[at + 1]).toBe('postroom');
      }
      const program = args.indexOf('node');
      if (program > 0) expectKnownProgram(args.slice(program + 1));
    },
    openssl: ([command]) => expect(command).toBe('rand'),
  };
  const tools = Object.keys(checks);

  test.each(pages)('%s holds nothing but commands that exist, with arguments that can be read', (page) => {
    for (const [tool, ...args] of callsOf(page)) checks[tool]?.(args);
  });
});

describe('the policy of "Sending for real"', () => {
  const [policyText = ''] = blocks.flatMap(({ language, text }) =>
    language === 'json' && text.includes('ses:SendEmail') ? [text] : [],
  );
  const plan = {
    account: '123456789012',
    partition: 'aws',
    region: 'us-east-1',
    domain: 'example.com',
    name: 'postroom',
    mailFrom: null,
    attachTo: { kind: 'user', name: 'postroom' },
  } as const;
  const condition = /`"Condition": (\{ "StringLike": .*? \} \})`/.exec(
    textOf('docs/deploying.md').replaceAll('\n   ', ' '),
  )?.[1];

  let ses: FakeSes;
  let provider: SesProvider;
  beforeEach(async () => {
    ses = await startFakeSes();
    const client = createSesClient({
      region: 'us-east-1',
      endpoint: ses.url,
      maxSockets: 2,
      requestTimeoutMs: 30_000,
      connectTimeoutMs: 30_000,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
    provider = createSesProvider(client);
  });
  afterEach(async () => {
    provider.close();
    await ses.stop();
  });

  const mailbox = (email: string) => ({ email, name: null });
  const file = (contentId: string | null) => ({
    filename: 'a.png',
    content: new Uint8Array([1, 2]),
    contentType: 'image/png',
    contentId,
  });
  const plain: OutgoingMessage = {
    sendId: '01890000-0000-7000-8000-000000000000',
    attempt: 1,
    from: mailbox('shop@example.com'),
    replyTo: null,
    to: [mailbox('ada@example.org')],
    cc: [],
    bcc: [],
    subject: 'Hello',
    html: '<p>Hello <img src="cid:logo"></p>',
    text: null,
    headers: [],
    attachments: [],
    configurationSet: null,
  };
  const headers = Array.from({ length: 20 }, (_, at) => ({ name: `X-Own-${at}`, value: 'v' }));

  const forms: readonly (readonly [string, OutgoingMessage])[] = [
    ['plain mail', plain],
    ['mail with a configuration set', { ...plain, configurationSet: 'postroom' }],
    ['an attachment', { ...plain, attachments: [file(null)] }],
    ['an inline image', { ...plain, attachments: [file('logo')] }],
    ['many headers', { ...plain, headers }],
    ['mail to an identity of the account', { ...plain, to: [mailbox('me@own.example')] }],
    [
      'a copy to the sender, with an inline image',
      { ...plain, cc: [plain.from], attachments: [file('logo')] },
    ],
  ];

  test('is the one that `ses setup` shows, and so is that of setting up', () => {
    expect(JSON.parse(policyText)).toEqual(runningPolicy(plan));
    const ofSetup = blocks.find(({ text }) => text.includes('sns:CreateTopic'))?.text ?? '';
    expect(JSON.parse(ofSetup)).toEqual(setupPolicy(plan));
  });

  test.each(forms)('lets %s go', async (_what, message) => {
    for (const EmailIdentity of ['example.com', 'own.example']) ses.identities.create({ EmailIdentity });
    ses.rights.set(parseIamPolicy(policyText));
    expect(await provider.send(message)).toMatchObject({ kind: 'accepted' });
  });

  test('lets the rate be asked for, and domains be registered and looked at', async () => {
    ses.rights.set(parseIamPolicy(policyText));
    expect((await provider.quota()).maxSendRatePerSecond).toBeGreaterThan(0);
    await provider.createIdentity('example.com');
    expect(await provider.getIdentity('example.com')).not.toBeNull();
    ses.suppressionList.put({ EmailAddress: 'ada@example.org', Reason: 'BOUNCE' });
    expect(await provider.isSuppressed('ada@example.org')).toBe(true);
    await provider.liftSuppression('ada@example.org');
    expect(await provider.isSuppressed('ada@example.org')).toBe(false);
    for (const action of ['sqs:ReceiveMessage', 'sqs:DeleteMessage']) {
      const resource = 'arn:aws:sqs:us-east-1:123456789012:postroom-events';
      expect(decideByPolicy(parseIamPolicy(policyText), { action, resource, context: {} })).toBe('allowed');
    }
  });

  test('allows nothing else, and with the condition no other sender', async () => {
    const policy = parseIamPolicy(policyText);
    for (const action of [
      'ses:DeleteEmailIdentity',
      'ses:PutSuppressedDestination',
      'ses:SendBulkEmail',
      'iam:PassRole',
      'sns:Publish',
    ]) {
      expect(decideByPolicy(policy, { action, resource: '*', context: {} })).not.toBe('allowed');
    }
    const narrow = JSON.parse(policyText);
    narrow.Statement[0].Condition = JSON.parse(condition ?? '');
    ses.rights.set(parseIamPolicy(JSON.stringify(narrow)));
    expect(await provider.send(plain)).toMatchObject({ kind: 'accepted' });
    expect(await provider.send({ ...plain, from: mailbox('x@denied.example') })).toMatchObject({
      kind: 'not_permitted',
      about: 'sender',
    });
  });

  test.each([
    ['an inline image', { ...plain, attachments: [file('logo')] }, 'message'],
    ['a recipient that is an identity', { ...plain, to: [mailbox('me@own.example')] }, 'message'],
    ['another sender', { ...plain, from: mailbox('x@denied.example') }, 'sender'],
    ['another configuration set', { ...plain, configurationSet: 'other' }, 'configuration_set'],
  ] as const)(
    'a narrower one, of one sender and plain mail, is refused %s as SES refuses it',
    async (_what, message, about) => {
      for (const EmailIdentity of ['example.com', 'own.example']) ses.identities.create({ EmailIdentity });
      const arn = 'arn:aws:ses:us-east-1:123456789012';
      const Resource = [`${arn}:identity/example.com`, `${arn}:configuration-set/postroom`];
      const Statement = { Effect: 'Allow', Action: 'ses:SendEmail', Resource };
      ses.rights.set(parseIamPolicy(JSON.stringify({ Version: '2012-10-17', Statement })));
      expect(await provider.send({ ...plain, configurationSet: 'postroom' })).toMatchObject({
        kind: 'accepted',
      });
      expect(await provider.send(message)).toMatchObject({ kind: 'not_permitted', about });
    },
  );
});
