import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a new folder, which has that word in its name; PostgreSQL, which may run as another user, can get through it. */
export async function temporaryFolder(word: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), `postroom-${word}-`));
  await chmod(dir, 0o711);
  return dir;
}
