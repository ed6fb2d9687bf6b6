import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
type Violation = { readonly rule: Rule; readonly from: string; readonly to: string };

/** One violation of each rule: the file that holds it and what it imports there. */
const planted: Readonly<Record<string, { readonly file: string; readonly imports: string }>> = {
  'no-circular': { file: 'packages/core/src/here.ts', imports: './there.ts' },
  'no-unresolved': { file: 'packages/core/src/lost.ts', imports: './nowhere.ts' },
  'no-app-imports-an-app': { file: 'apps/worker/src/planted.ts', imports: '../../api/src/main.ts' },
  'no-package-imports-an-app': {
    file: 'packages/core/src/upwards.ts',
    imports: '../../../apps/api/src/main.ts',
  },
  'leaves-see-no-package': { file: 'packages/process/src/planted.ts', imports: '@postroom/contracts' },
  'core-sees-contracts-only': { file: 'packages/core/src/sideways.ts', imports: '@postroom/process' },
  'adapters-see-core-contracts-and-leaves': {
    file: 'packages/db/src/planted.ts',
    imports: '@postroom/redis',
  },
  'nouns-see-no-verb': { file: 'packages/core/src/send/planted.ts', imports: '../deliver/inside.ts' },
  'nouns-of-faults-see-no-verb': { file: 'apps/faults/src/nouns/planted.ts', imports: '../main.ts' },
  'accepting-and-delivering-are-apart-in-core': {
    file: 'packages/core/src/accept/planted.ts',
    imports: '../deliver/inside.ts',
  },
  'accepting-and-delivering-are-apart-in-db': {
    file: 'packages/db/src/deliver/planted.ts',
    imports: '../accept/inside.ts',
  },
  'client-stands-alone': { file: 'packages/client/src/planted.ts', imports: '@postroom/contracts' },
  'client-and-reference-see-contracts-only': {
    file: 'packages/client/test/planted.test.ts',
    imports: '@postroom/core',
  },
  'reference-is-for-the-docs-route': { file: 'apps/api/src/planted-docs.ts', imports: '@postroom/reference' },
  'servers-see-no-package': { file: 'packages/servers/src/planted.ts', imports: '@postroom/contracts' },
  'testkit-sees-servers-only': { file: 'packages/testkit/src/planted.ts', imports: '@postroom/contracts' },
  'servers-are-for-tests-and-tools': { file: 'apps/api/src/planted.ts', imports: '@postroom/servers' },
  'testkit-is-for-tests-and-tools': { file: 'apps/cli/src/planted.ts', imports: '@postroom/testkit' },
  'packages-are-entered-through-their-index': {
    file: 'apps/api/src/back-door.ts',
    imports: '../../../packages/core/src/inside.ts',
  },
  'prisma-and-pg-at-home-only': { file: 'apps/worker/src/sdk-pg.ts', imports: 'pg' },
  'bullmq-and-ioredis-at-home-only': { file: 'apps/api/src/sdk-bullmq.ts', imports: 'bullmq' },
  'handlebars-at-home-only': { file: 'packages/core/src/sdk-handlebars.ts', imports: 'handlebars' },
  'aws-sdk-at-home-only': { file: 'apps/worker/src/sdk-aws.ts', imports: '@aws-sdk/client-sesv2' },
  'nodemailer-at-home-only': {
    file: 'packages/core/src/sdk-nodemailer.ts',
    imports: 'nodemailer/lib/mail-composer',
  },
  'pino-and-prom-client-at-home-only': { file: 'packages/redis/src/sdk-pino.ts', imports: 'pino' },
  'express-at-home-only': { file: 'apps/worker/src/sdk-express.ts', imports: 'express' },
  'request-filtering-agent-at-home-only': {
    file: 'apps/worker/src/sdk-agent.ts',
    imports: 'request-filtering-agent',
  },
};

/** Imports that are as they should be, of the same kinds. */
const allowed: readonly { readonly file: string; readonly imports: string }[] = [
  { file: 'packages/db/src/fine.ts', imports: 'pg' },
  { file: 'packages/db/src/downwards.ts', imports: '@postroom/core' },
  { file: 'packages/core/src/deliver/fine.ts', imports: './inside.ts' },
  { file: 'packages/db/src/fine.test.ts', imports: '@postroom/testkit' },
  { file: 'packages/core/src/fine.ts', imports: '@postroom/contracts' },
  { file: 'packages/client/test/fine.test.ts', imports: '@postroom/contracts' },
  { file: 'packages/reference/src/fine.ts', imports: '@postroom/contracts' },
  { file: 'apps/api/src/fine.ts', imports: '@postroom/db' },
  { file: 'apps/api/src/routes/docs.ts', imports: '@postroom/reference' },
  { file: 'apps/api/test/fine.test.ts', imports: '@postroom/testkit' },
  { file: 'apps/cli/src/fine.ts', imports: '@postroom/servers' },
  { file: 'apps/cli/test/fine.test.ts', imports: '@postroom/testkit' },
  { file: 'apps/faults/src/fine.ts', imports: '@postroom/testkit' },
  { file: 'packages/testkit/src/fine.ts', imports: '@postroom/servers' },
  { file: 'apps/bench/src/floors/fine.ts', imports: 'bullmq' },
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
  for (const room of ['core/src', 'core/src/deliver', 'db/src/accept'])
    write(`packages/${room}/inside.ts`, 'export const stub = 1;\n');
  write('packages/core/src/there.ts', "import './here.ts';\n");
  for (const { file, imports } of [...Object.values(planted), ...allowed])
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

  test.each(Object.entries(planted))('%s is seen to fail', (name, { file }) => {
    const seen = violations.filter(({ rule }) => rule.name === name).map(({ from }) => from);
    expect(seen).toContain(file);
  });

  test('nothing is refused but what was planted', () => {
    const bad = new Set(Object.values(planted).map(({ file }) => file));
    const others = violations.filter(({ from }) => !bad.has(from) && from !== 'packages/core/src/there.ts');
    expect(others).toEqual([]);
  });
});
