import { access, constants, mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { freePort } from '../free-port.ts';
import { stopLeftover } from './pid-file.ts';
import { type RunningServer, ServerStartError } from './server-process.ts';

/** How many ports are tried that another process took first. */
const maxTries = 5;

/**
 * The full path of the first program of these names that the PATH has, or one of the other folders; null: none of them is
 * there. The first name is looked for everywhere before the second.
 */
export async function findOnPath(
  names: readonly string[],
  otherFolders: readonly string[] = [],
): Promise<string | null> {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...otherFolders];
  for (const name of names) {
    for (const folder of folders.filter((path) => path !== '')) {
      const path = join(folder, name);
      const isExecutable = await access(path, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (isExecutable) return path;
    }
  }
  return null;
}

/**
 * Starts a server of the machine that keeps its files in `dir`, on `port` or else on one that is free: another process may
 * take that first, so some are tried. One left behind in `dir` by a killed run is stopped first.
 */
export async function startInstalled(
  { dir, port }: { readonly dir: string; readonly port?: number | undefined },
  startOnPort: (port: number) => Promise<RunningServer>,
): Promise<RunningServer> {
  await mkdir(dir, { recursive: true });
  await stopLeftover(dir, 'SIGTERM');
  if (port !== undefined) return startOnPort(port);
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnPort(await freePort());
    } catch (error) {
      const isTaken = error instanceof ServerStartError && /Address already in use/i.test(error.message);
      if (!isTaken || tries === maxTries) throw error;
    }
  }
}
