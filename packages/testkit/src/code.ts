import { spawn } from 'node:child_process';
import { repositoryRoot } from './repository-root.ts';

/** What the processes of a run are: the compiled code that ships, or the TypeScript source through tsx. */
export type Code = 'dist' | 'source';

/** What a stack's processes are unless told: the compiled code where a run of the tests has compiled it. */
export const codeUnderTest = (): Code => (process.env.POSTROOM_TEST_CODE === 'dist' ? 'dist' : 'source');

/** Where a file of an app lies, seen from the checkout's root; `file` has no extension. */
export function entryOf(code: Code, app: string, file: string): string {
  return code === 'dist' ? `apps/${app}/dist/${file}.js` : `apps/${app}/src/${file}.ts`;
}

/** The options of Node that run that code. */
export function nodeOptionsOf(code: Code): readonly string[] {
  return code === 'dist' ? [] : ['--import', 'tsx', '--conditions=@postroom/source'];
}

/**
 * Compiles these apps and what they stand on, or everything when none is named; what has not changed since the last time
 * costs a second.
 */
export async function build(apps: readonly string[] = []): Promise<void> {
  const filters = apps.map((app) => `--filter=@postroom/${app}`);
  const child = spawn('node_modules/.bin/turbo', ['run', 'build', '--output-logs=errors-only', ...filters], {
    cwd: repositoryRoot,
    env: { ...process.env, NODE_OPTIONS: '', TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`The code could not be built.\n${words.trim()}`);
}
