import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutDir } from '../stack/checkout.ts';
import { type Finding, fine, missing, missingByHand } from './finding.ts';

/** Whether this Node is one that Postroom is made for. */
export async function checkNode(): Promise<Finding> {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return fine(node);
  return missingByHand(
    `Node 20.19 or newer is needed; this is ${node}.`,
    'install Node 24, with nvm by: nvm install 24',
  );
}

/** Whether `node_modules` is what `package-lock.json` asks for, as `npm run setup` sees it. */
export async function checkPackages(): Promise<Finding> {
  const lockFile = join(checkoutDir, 'package-lock.json');
  const lock = await readFile(lockFile).catch(() => Buffer.alloc(0));
  const hash = createHash('sha256').update(lock).digest('hex');
  const stamp = await readFile(join(checkoutDir, 'node_modules/.postroom-lock-hash'), 'utf8').catch(() => '');
  const installedMs = await changedAtMs(join(checkoutDir, 'node_modules/.package-lock.json'));
  const isCurrent =
    stamp === hash || (installedMs > 0 && installedMs + 5_000 > (await changedAtMs(lockFile)));
  if (isCurrent) return fine('installed');
  return missing('The npm packages are not those of package-lock.json.', 'npm run setup');
}

/** Whether the Prisma client was generated from the schema as it stands. */
export async function checkClient(): Promise<Finding> {
  const script = pathToFileURL(join(checkoutDir, 'scripts/prisma-generate.mjs')).href;
  const loaded: unknown = await import(script);
  const isCurrent =
    typeof loaded === 'object' &&
    loaded !== null &&
    'isClientCurrent' in loaded &&
    typeof loaded.isClientCurrent === 'function' &&
    loaded.isClientCurrent() === true;
  return isCurrent
    ? fine('generated')
    : missing('The Prisma client is not that of the schema.', 'npm run setup');
}

async function changedAtMs(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
