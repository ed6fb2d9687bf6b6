import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { workspacesIn } from './workspaces.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const configFile = join(root, '.dependency-cruiser.mjs');

type Rule = { readonly name: string };
/** A file, and what it imports. */
type Import = readonly [file: string, imports: string];
type Violation = { readonly rule: Rule; readonly from: string; readonly to: string };

/** One violation of each rule: the file that holds it and what it imports there. */
const planted: Readonly<Record<string, Import>> = {
  'no-circular': ['packages/core/src/here.ts', './there.ts'],
  'no-unresolved': ['packages/core/src/lost.ts', './nowhere.ts'],
  'no-app-imports-an-app': ['apps/worker/src/planted.ts', '../../api/src/main.ts'],
  'no-package-imports-an-app': ['packages/core/src/upwards.ts', '../../../apps/api/src/main.ts'],
  'leaves-see-no-package': ['packages/process/src/planted.ts', '@postroom/contracts'],
  'core-sees-contracts-only': ['packages/core/src/sideways.ts', '@postroom/process'],
  'adapters-see-core-contracts-and-leaves': ['packages/db/src/planted.ts', '@postroom/redis'],
  // A room that no rule names.
  'nouns-see-no-verb': ['packages/core/src/send/planted.ts', '../rates/inside.ts'],
  'nouns-of-faults-see-no-verb': ['apps/faults/src/nouns/planted.ts', '../main.ts'],
  'accepting-and-delivering-are-apart-in-core': [
    'packages/core/src/accept/planted.ts',
    '../deliver/inside.ts',
  ],
  'accepting-and-delivering-are-apart-in-db': ['packages/db/src/deliver/planted.ts', '../accept/inside.ts'],
  'client-stands-alone': ['packages/client/src/planted.ts', '@postroom/contracts'],
  'client-and-reference-see-contracts-only': ['packages/client/test/planted.test.ts', '@postroom/core'],
  'reference-is-for-the-docs-route': ['apps/api/src/planted-docs.ts', '@postroom/reference'],
  'servers-see-no-package': ['packages/servers/src/planted.ts', '@postroom/contracts'],
  'testkit-sees-servers-only': ['packages/testkit/src/planted.ts', '@postroom/contracts'],
  'servers-are-for-tests-and-tools': ['apps/api/src/planted.ts', '@postroom/servers'],
  'testkit-is-for-tests-and-tools': ['apps/cli/src/planted.ts', '@postroom/testkit'],
  'packages-are-entered-through-their-index': [
    'apps/api/src/back-door.ts',
    '../../../packages/core/src/inside.ts',
  ],
  'prisma-and-pg-at-home-only': ['apps/worker/src/sdk-pg.ts', 'pg'],
  'bullmq-and-ioredis-at-home-only': ['apps/api/src/sdk-bullmq.ts', 'bullmq'],
  'handlebars-at-home-only': ['packages/core/src/sdk-handlebars.ts', 'handlebars'],
  'aws-sdk-at-home-only': ['apps/worker/src/sdk-aws.ts', '@aws-sdk/client-sesv2'],
  'nodemailer-at-home-only': ['packages/core/src/sdk-nodemailer.ts', 'nodemailer/lib/mail-composer'],
  'smtp-server-at-home-only': ['apps/api/src/sdk-smtp-server.ts', 'smtp-server'],
  'pino-and-prom-client-at-home-only': ['packages/redis/src/sdk-pino.ts', 'pino'],
  'opentelemetry-at-home-only': ['packages/core/src/sdk-otel.ts', '@opentelemetry/api'],
  'preact-at-home-only': ['apps/api/src/sdk-preact.ts', 'preact'],
  'express-at-home-only': ['apps/worker/src/sdk-express.ts', 'express'],
  'request-filtering-agent-at-home-only': ['apps/worker/src/sdk-agent.ts', 'request-filtering-agent'],
};

/** Imports that are as they should be, of the same kinds. */
const allowed: readonly Import[] = [
  ['packages/db/src/fine.ts', 'pg'],
  ['packages/db/src/downwards.ts', '@postroom/core'],
  ['packages/core/src/deliver/fine.ts', './inside.ts'],
  ['packages/db/src/fine.test.ts', '@postroom/testkit'],
  ['packages/core/src/fine.ts', '@postroom/contracts'],
  ['packages/client/test/fine.test.ts', '@postroom/contracts'],
  ['packages/reference/src/fine.ts', '@postroom/contracts'],
  ['apps/api/src/fine.ts', '@postroom/db'],
  ['apps/api/src/routes/docs.ts', '@postroom/reference'],
  ['apps/api/test/fine.test.ts', '@postroom/testkit'],
  ['apps/smtp/test/fine.test.ts', 'nodemailer'],
  ['apps/cli/src/fine.ts', '@postroom/servers'],
  ['apps/cli/test/fine.test.ts', '@postroom/testkit'],
  ['apps/faults/src/fine.ts', '@postroom/testkit'],
  ['packages/testkit/src/fine.ts', '@postroom/servers'],
  ['apps/bench/src/floors/fine.ts', 'bullmq'],
];

/** A checkout in small: the real rules and manifests, stubs for the sources, the real third-party packages. */
function makeCheckout(dir: string): void {
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  mkdirSync(join(dir, 'node_modules/@postroom'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@postroom' || name.startsWith('.')) continue;
    symlinkSync(join(root, 'node_modules', name), join(dir, 'node_modules', name));
  }
  for (const folder of ['apps', 'packages'] as const) {
    for (const name of workspacesIn(folder)) {
      write(`${folder}/${name}/src/${folder === 'apps' ? 'main' : 'index'}.ts`, 'export const stub = 1;\n');
      copyFileSync(join(root, folder, name, 'package.json'), join(dir, folder, name, 'package.json'));
      symlinkSync(join(dir, folder, name), join(dir, 'node_modules/@postroom', name));
    }
  }
  for (const room of ['core/src', 'core/src/deliver', 'core/src/rates', 'db/src/accept'])
    write(`packages/${room}/inside.ts`, 'export const stub = 1;\n');
  write('packages/core/src/there.ts', "import './here.ts';\n");
  for (const [file, imports] of [...Object.values(planted), ...allowed])
    write(file, `import '${imports}';\n`);
}

function cruise(dir: string): readonly Violation[] {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      ...['--config', configFile, '--output-type', 'json', 'apps', 'packages'],
    ],
    { cwd: dir, encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' }, maxBuffer: 64 * 1024 * 1024 },
  );
  if (!stdout.startsWith('{')) throw new Error(`dependency-cruiser said:\n${stdout}${stderr}`);
  const { summary }: { readonly summary: { readonly violations: readonly Violation[] } } = JSON.parse(stdout);
  return summary.violations;
}

describe('the arrows between packages', () => {
  const dir = mkdtempSync(join(tmpdir(), 'postroom-arrows-'));
  let violations: readonly Violation[] = [];

  beforeAll(() => {
    makeCheckout(dir);
    violations = cruise(dir);
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test('every rule has a violation planted for it', async () => {
    const { default: config }: { readonly default: { readonly forbidden: readonly Rule[] } } = await import(
      configFile
    );
    expect(Object.keys(planted).sort()).toEqual(config.forbidden.map(({ name }) => name).sort());
  });

  test.each(Object.entries(planted))('%s is seen to fail', (name, [file]) => {
    const seen = violations.filter(({ rule }) => rule.name === name).map(({ from }) => from);
    expect(seen).toContain(file);
  });

  test('nothing is refused but what was planted', () => {
    const bad = new Set(Object.values(planted).map(([file]) => file));
    const others = violations.filter(({ from }) => !bad.has(from) && from !== 'packages/core/src/there.ts');
    expect(others).toEqual([]);
  });
});

describe('the imports of the dashboard, whose JSX dependency-cruiser does not read', () => {
  /** What of them leads out of the page, but for types of the contracts, which weigh nothing in a browser. */
  const straying = (text: string): readonly string[] =>
    [...text.matchAll(/^(?:import|export)\b(?<type> type\b)?[^'"]*['"](?<from>[^'"]+)['"]/gm)]
      .filter(({ groups }) => {
        const { type, from = '' } = groups ?? {};
        if (from === '@postroom/contracts') return type === undefined;
        return from.startsWith('@postroom/') || from.startsWith('node:') || from.startsWith('../../../');
      })
      .map(({ groups }) => groups?.from ?? '');

  test('are of itself, its own packages and the types of the contracts', () => {
    const folder = join(root, 'apps/dashboard/src');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(?<!\.test)\.tsx?$/.test(name),
    );
    expect(files.length).toBeGreaterThan(20);
    const strays = files.flatMap((name) => straying(readFileSync(join(folder, name), 'utf8')));
    expect(strays).toEqual([]);
  });

  test.each([
    "import { sendStatuses } from '@postroom/contracts';",
    "import type { Caller } from '@postroom/core';",
    "import {\n  readFileSync,\n} from 'node:fs';",
    "export * from '../../../api/src/app.ts';",
  ])('%s is seen to fail', (text) => {
    expect(straying(text)).toHaveLength(1);
    expect(straying("import type { Now } from '@postroom/contracts';\nimport { h } from 'preact';")).toEqual(
      [],
    );
  });
});

describe('servers of HTTP', () => {
  /** What runs in production, beside which the tools and what stands in for others serve as they like. */
  const product = ['apps/api', 'apps/cli', 'apps/smtp', 'apps/worker', ...libraries()];

  function libraries(): readonly string[] {
    const others = new Set(['servers', 'testkit']);
    return workspacesIn('packages').flatMap((name) => (others.has(name) ? [] : [`packages/${name}`]));
  }

  /** Whether a file makes one. */
  const makesOne = (text: string): boolean =>
    /\bcreateServer\b[^;]*from 'node:https?'/.test(text) || /\bhttps?\.(?:createServer|Server)\b/.test(text);

  test('are made in one place, which bounds what a connection may cost', () => {
    const files = product.flatMap((folder) =>
      readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((name) => /(?<!\.test)\.[cm]?[jt]sx?$/.test(name))
        .map((name) => `${folder}/src/${name}`),
    );
    expect(files.length).toBeGreaterThan(300);
    const making = files.filter((file) => makesOne(readFileSync(join(root, file), 'utf8')));
    expect(making).toEqual(['packages/process/src/http/serve-http.ts']);
  });

  test.each([
    "import { createServer } from 'node:http';",
    "import {\n  createServer,\n  type Server,\n} from 'node:https';",
    "import http from 'node:http';\nconst server = http.createServer();",
  ])('%s is seen to make one', (text) => {
    expect(makesOne(text)).toBe(true);
    expect(makesOne("import { get, type Server } from 'node:http';")).toBe(false);
  });
});
