import { chmod, mkdtemp, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
const memory = '/dev/shm';

/** Makes a new folder, which has that word in its name; PostgreSQL, which may run as another user, can get through it. */
export async function temporaryFolder(word: string, parent = tmpdir()): Promise<string> {
  const dir = await mkdtemp(join(parent, `postroom-${word}-`));
  await chmod(dir, 0o711);
  return dir;
}

/**
 * The same in memory where that has room for so many bytes, for what makes and removes files by the ten thousand and need
 * not outlive anything; with the other temporary folders elsewhere.
 */
export async function folderInMemory(word: string, bytes: number): Promise<string> {
  const room = await statfs(memory).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  );
  return temporaryFolder(word, room < bytes ? tmpdir() : memory);
}
