import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { databaseUrlOf, folderInMemory, startPostgres, startRedis } from '@postroom/servers';
import { build, type Code } from '../code.ts';
import { runSql, templateDatabaseNames } from '../database.ts';
import { startPgBouncer } from '../pgbouncer.ts';
import { repositoryRoot } from '../repository-root.ts';
import { settingsFor } from '../test-settings.ts';

/** More than all databases of a run take together, with room left for the memory of what is tested. */
const roomForDatabases = 12 * 2 ** 30;

/**
 * The process that holds the servers of one test run: starts them in a new temporary folder, writes
 * one line of JSON with their URLs, and takes everything down when its standard input ends. That
 * happens however the test runner ends, SIGKILL and Ctrl-C included, so that nothing stays behind.
 */
async function main(): Promise<void> {
  const dir = await folderInMemory('test', roomForDatabases);
  const closers = [() => rm(dir, { recursive: true, force: true })];
  const inputEnded = new Promise<void>((resolve) => {
    process.stdin.once('close', resolve).once('end', resolve).resume();
  });
  try {
    const compiled = compile();
    const { isPooled = false } = settingsFor('');
    const postgres = await startPostgres({
      dataDir: join(dir, 'postgres'),
      durability: 'none',
      binDir: process.env.POSTROOM_TEST_POSTGRES || undefined,
    });
    closers.unshift(() => postgres.stop());
    const redis = await startRedis({ dir: join(dir, 'redis') });
    closers.unshift(() => redis.stop());
    await Promise.all([
      makeTemplate(postgres.url, templateDatabaseNames.plain),
      makeTemplate(postgres.url, templateDatabaseNames.turkish, turkish),
    ]);
    const pooler = isPooled
      ? await startPgBouncer({
          dir: join(dir, 'pooler'),
          serverUrl: postgres.url,
          poolMode: 'transaction',
          poolSize: 20,
        })
      : undefined;
    if (pooler !== undefined) closers.unshift(() => pooler.stop());
    const servers = {
      databaseUrl: postgres.url,
      redisUrl: redis.url,
      poolerUrl: pooler?.url,
      code: await compiled,
    };
    process.stdout.write(`${JSON.stringify(servers)}\n`);
    await inputEnded;
  } finally {
    for (const close of closers) await close();
  }
}

/**
 * Compiles what stacks start, which then takes half of the processor time. Code that does not compile is tested as it
 * is, as is all with `POSTROOM_TEST_CODE=source`; with `dist` whoever started the run has compiled it.
 */
async function compile(): Promise<Code> {
  const given = process.env.POSTROOM_TEST_CODE;
  if (given === 'source' || given === 'dist') return given;
  try {
    await build();
    return 'dist';
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 'source';
  }
}

const turkish = "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'";

async function makeTemplate(serverUrl: string, name: string, options = ''): Promise<void> {
  await runSql(serverUrl, `CREATE DATABASE ${name} ${options}`);
  const databaseUrl = databaseUrlOf(serverUrl, name);
  // Loaded late, and by path: this package must work for the packages below it, db included.
  const source = join(repositoryRoot, 'packages/db/src/index.ts');
  const generated = join(repositoryRoot, 'packages/db/src/generated');
  const db: unknown = await access(generated).then(
    () => import(source),
    () => null,
  );
  if (typeof db === 'object' && db !== null && 'migrate' in db && typeof db.migrate === 'function') {
    await db.migrate({ databaseUrl });
    return;
  }
  process.stderr.write(
    'Test databases have no tables: packages/db exports no migrate() or is not generated.\n',
  );
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
