import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { version } from '../src/index.ts';
import { takeEmails } from './a-client.ts';
import { type ScriptedServer, startScriptedServer } from './scripted-server.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'postroom-client-'));
/** The package as it is in a checkout, to be built and packed. */
const source = join(dir, 'packages/client');
/** A project that has installed the package and nothing else. */
const user = join(dir, 'user');

let server: ScriptedServer;
let packed: readonly string[] = [];

/** Runs a command and answers what it printed; rejects with all of it when it fails. */
async function run(cwd: string, command: string, ...args: readonly string[]): Promise<string> {
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    POSTROOM_API_KEY: 'sk_test_x',
    POSTROOM_BASE_URL: server.url,
  };
  try {
    return (await promisify(execFile)(command, [...args], { cwd, env })).stdout;
  } catch (error) {
    const { stdout, stderr } = Object.assign({ stdout: '', stderr: '' }, error);
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

beforeAll(async () => {
  server = await startScriptedServer();
  server.script(takeEmails);
  cpSync(join(root, 'packages/client'), source, {
    recursive: true,
    filter: (path) => !/\/(dist|node_modules|test|\.turbo)$/.test(path),
  });
  cpSync(join(root, 'tsconfig.base.json'), join(dir, 'tsconfig.base.json'));
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  await run(source, 'npm', 'run', 'build');
  const [pack]: readonly [{ filename: string; files: readonly { path: string }[] }] = JSON.parse(
    await run(source, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', dir),
  );
  packed = pack.files.map(({ path }) => path);
  const installed = join(user, 'node_modules/@postroom/client');
  mkdirSync(installed, { recursive: true });
  await run(dir, 'tar', '-xzf', join(dir, pack.filename), '-C', installed, '--strip-components', '1');
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
});

afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('the packed package', () => {
  test('holds what runs, its types and sources, the readme and the licence, and no tests', () => {
    for (const file of ['dist/index.js', 'dist/index.d.ts', 'dist/cjs/index.js', 'dist/cjs/package.json']) {
      expect(packed).toContain(file);
    }
    expect(packed).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'src/index.ts', 'package.json']));
    expect(packed.filter((path) => !/^(dist|src)\//.test(path))).toHaveLength(3);
    expect(packed.filter((path) => path.includes('test'))).toEqual([]);
  });

  test('depends on nothing', () => {
    const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    expect(manifest).toMatchObject({ version, license: 'MIT', sideEffects: false });
    for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'private']) {
      expect(manifest).not.toHaveProperty(field);
    }
  });

  test('has nothing that publint and attw would say', async () => {
    expect(await run(source, 'npm', 'run', 'check:package')).toContain('No problems found');
  });
});

/** The same program twice; what differs is how it gets the client. */
const program = (imports: string) => `
${imports}
async function main() {
  const postroom = new Postroom();
  const email = { from: 'a@acme.test', to: ['b@example.com'], subject: 'Hi', text: 'Hi' };
  const result = await postroom.emails.batch([email, email]);
  const { error } = await new Postroom('sk_x', { maxRetries: 0 }).templates.get('none');
  console.log(result.count, result.error, error instanceof PostroomError, Default === Postroom);
}
main();
`;

/** The TypeScript of the readme, each example in a function of its own, with what the examples take for granted. */
function examples(): string {
  const readme = readFileSync(join(source, 'README.md'), 'utf8');
  const [first = '', ...others] = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
  const given = `
import type { EmailId, SendEmailRequest } from '@postroom/client';
declare const id: EmailId, emails: SendEmailRequest[], hundredThousand: SendEmailRequest[], signal: AbortSignal;
declare const uuid: string, templateId: string, from: string, batchId: string, listOfAnotherProduct: string;
declare const process: { stdout: { write(text: string): boolean } };
`;
  const wrapped = others.map((code, at) => `export async function example${at}() {\n${code}}`);
  return [first, given, ...wrapped].join('\n');
}

describe('whoever installed it', () => {
  test.each([
    ['import', 'main.mjs', "import Default, { Postroom, PostroomError } from '@postroom/client';"],
    [
      'require',
      'main.cjs',
      "const { default: Default, Postroom, PostroomError } = require('@postroom/client');",
    ],
  ])('can %s it', async (_how, file, imports) => {
    writeFileSync(join(user, file), program(imports));
    expect(await run(user, process.execPath, file)).toBe('2 null true true\n');
  });

  test('gets an ES module by import and CommonJS by require', async () => {
    const code = `console.log(import.meta.resolve('@postroom/client'), createRequire(import.meta.url).resolve('@postroom/client'))`;
    writeFileSync(join(user, 'where.mjs'), `import { createRequire } from 'node:module';\n${code}`);
    expect(await run(user, process.execPath, 'where.mjs')).toMatch(
      /\/dist\/index\.js .*\/dist\/cjs\/index\.js\n$/,
    );
  });

  test('has types for both, which need no other package and hold for strict settings and the readme', async () => {
    const typed = `
export async function send(): Promise<number> {
  const postroom = new Postroom('sk_test_x', { fetch });
  const result = await postroom.emails.batch([{ from: 'a@b.co', to: ['c@d.co'], subject: 'Hi', text: 'Hi' }]);
  const early: number | undefined = result.count;
  const { data, error } = result;
  if (error !== null) {
    const lost: number = result.partial?.unanswered ?? 0;
    const nothing: null = data;
    return nothing ?? lost + (error.retryAfterMs ?? 0);
  }
  const { data: email } = await postroom.emails.get('em_1');
  const { data: send } = await postroom.emails.get('0190a0a0-0000-7000-8000-000000000000');
  const status: 'queued' | 'sent' | 'failed' | undefined = email?.status;
  const template: string | null | undefined = send?.templateId;
  const preview = await postroom.emails.batch([], { dryRun: true });
  const rendered: string | null | undefined = preview.emails?.[0]?.rendered?.html;
  for await (const { data: entry } of postroom.emails.listAll({ tag: 'x' })) early?.toFixed(entry?.tags.length);
  return data.count + (result.partial ?? 0) + [status, template, rendered].length;
}
`;
    writeFileSync(join(user, 'typed.mts'), `import { Postroom } from '@postroom/client';\n${typed}`);
    writeFileSync(join(user, 'readme.mts'), examples());
    writeFileSync(join(user, 'typed.cts'), `import { Postroom } from '@postroom/client';\n${typed}`);
    const compilerOptions = {
      target: 'es2022',
      lib: ['es2022', 'dom'],
      module: 'nodenext',
      types: [],
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
    };
    const config = { compilerOptions, include: ['typed.mts', 'typed.cts', 'readme.mts'] };
    writeFileSync(join(user, 'tsconfig.json'), JSON.stringify(config));
    await run(user, process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.');
  });
});
