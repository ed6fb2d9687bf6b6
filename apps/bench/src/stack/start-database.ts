import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloseStack } from '@postroom/process';
import { type RunningServer, startPostgres } from '@postroom/servers';
import { databaseUrlOf, makeDatabases } from './database.ts';

/** Starts PostgreSQL alone, without durability, with a migrated database and an equal one for each name given. */
export async function startDatabase(
  closeStack: CloseStack,
  others: readonly string[] = [],
): Promise<{ readonly postgres: RunningServer; readonly url: string; urlOf(name: string): string }> {
  const dir = await mkdtemp(join(tmpdir(), 'postroom-bench-'));
  closeStack.defer('folder', () => rm(dir, { recursive: true, force: true }));
  // PostgreSQL may run as another user, who must get through.
  await chmod(dir, 0o711);
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), durability: 'none' });
  closeStack.defer('postgres', () => postgres.stop());
  const url = await makeDatabases(postgres.url, others);
  return { postgres, url, urlOf: (name) => databaseUrlOf(postgres.url, name) };
}
