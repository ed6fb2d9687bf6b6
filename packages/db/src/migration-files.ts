import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's `prisma/` folder, seen from `src/` and from `dist/` alike. */
export const prismaDir = fileURLToPath(new URL('../../../prisma/', import.meta.url));

/** The folder of the migrations, one folder each. */
export const migrationsDir = path.join(prismaDir, 'migrations');

/** The names of the migrations that this code knows, oldest first. */
export async function migrationNames(): Promise<readonly string[]> {
  const entries = await readdir(migrationsDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
