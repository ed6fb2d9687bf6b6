import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@postroom/db';
import type { CloseStack } from '@postroom/process';
import {
  databaseUrlOf,
  type PostgresOptions,
  type RunningServer,
  startPostgres,
  temporaryFolder,
} from '@postroom/servers';
import { runSql } from '@postroom/testkit';

/** A PostgreSQL with a migrated database, and equal ones beside it. */
export type BenchDatabase = {
  readonly postgres: RunningServer;
  /** Where the servers of the run keep their files; it is gone with them. */
  readonly dir: string;
  readonly url: string;
  /** That of one of the others. */
  urlOf(name: string): string;
};

/** Starts PostgreSQL in a folder of its own, with a migrated database and an equal one for each name given. */
export async function startDatabase(
  closeStack: CloseStack,
  durability: NonNullable<PostgresOptions['durability']>,
  others: readonly string[] = [],
): Promise<BenchDatabase> {
  const dir = await temporaryFolder('bench');
  closeStack.defer('folder', () => rm(dir, { recursive: true, force: true }));
  const postgres = await startPostgres({ dataDir: join(dir, 'postgres'), durability });
  closeStack.defer('postgres', () => postgres.stop());
  const urlOf = (name: string) => databaseUrlOf(postgres.url, name);
  await runSql(postgres.url, 'CREATE DATABASE postroom');
  await migrate({ databaseUrl: urlOf('postroom') });
  for (const name of others) await runSql(postgres.url, `CREATE DATABASE ${name} TEMPLATE postroom`);
  return { postgres, dir, url: urlOf('postroom'), urlOf };
}
