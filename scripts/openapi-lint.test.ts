import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type OpenApiDocument, openApiDocument } from '../packages/reference/src/index.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const redocly = require.resolve('@redocly/cli/bin/cli.js');

/** All rules of the recommended set, its warnings among them, and none off. */
const rules = 'extends:\n  - recommended\n';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postroom-openapi-'));
  await writeFile(join(folder, 'redocly.yaml'), rules);
});
afterEach(() => rm(folder, { recursive: true }));

type Problem = { readonly ruleId: string; readonly severity: string; readonly message: string };

/** Lints a document in a folder of its own, without the network, and answers every error and warning. */
async function lint(document: OpenApiDocument): Promise<readonly Problem[]> {
  await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
  const child = spawn(process.execPath, [redocly, 'lint', 'openapi.json', '--format=json'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  let output = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) output += String(chunk);
  const { problems }: { readonly problems: readonly Problem[] } = JSON.parse(output);
  return problems.map(({ ruleId, severity, message }) => ({ ruleId, severity, message }));
}

const document = openApiDocument({ serverUrl: 'https://mail.example.org' });

test('the document has nothing that Redocly’s recommended rules warn of, but for a redirect and one pair of paths', async () => {
  expect(await lint(document)).toEqual([
    {
      // An id is a UUID, and `actions` and `events` are none.
      ruleId: 'no-ambiguous-paths',
      severity: 'warn',
      message: expect.stringContaining('`/api/v1/emails/{id}/events` and `/api/v1/emails/actions/{id}`'),
    },
    {
      ruleId: 'operation-2xx-response',
      severity: 'warn',
      message: 'Operation must have at least one `2XX` response.',
    },
  ]);
});

test('the rules see an example that does not follow its schema, and a component that nothing uses', async () => {
  const { paths, components } = document;
  const schemas = { ...components.schemas, Idle: { type: 'string', description: 'Nobody.' } } as const;
  const create = paths['/api/v1/domains'];
  const text = JSON.stringify({
    ...document,
    components: { ...components, schemas },
    paths: { '/x': create },
  });
  const spoilt: OpenApiDocument = JSON.parse(text.replace('"domain":"example.com"', '"domain":7'));
  const found = (await lint(spoilt)).map(({ ruleId }) => ruleId);
  expect(found).toEqual(expect.arrayContaining(['no-invalid-media-type-examples', 'no-unused-components']));
});

test('the document has the version of the release', async () => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  expect(document.info.version).toBe(version);
});
