import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { findOnPath } from '@postroom/servers';
import { repositoryRoot } from './repository-root.ts';

/** Where `scripts/setup.mjs` puts it on a machine that has none. */
const ownFolder = join(repositoryRoot, 'node_modules/.cache/promtool');

/** Runs Prometheus's own tool on a text, or on files by their paths in the repository; answers what it found wrong, empty for nothing. */
export async function promtool(args: readonly string[], input = ''): Promise<string> {
  const command = await findOnPath(['promtool'], [ownFolder]);
  if (command === null) throw new Error('No promtool. The tests fetch it: npm test');
  const child = spawn(command, args, { cwd: repositoryRoot, stdio: 'pipe' });
  // One that ends before it has read all has said why.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return code === 0 ? err : `${out}${err}`;
}

/** What `promtool check metrics` has to say against an answer of `/metrics`; empty for nothing. */
export const metricsTrouble = (metrics: string): Promise<string> => promtool(['check', 'metrics'], metrics);
