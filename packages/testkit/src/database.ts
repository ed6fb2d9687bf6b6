import { randomBytes } from 'node:crypto';
import { relative } from 'node:path';
import { databaseUrlOf, runStatement } from '@postroom/servers';
import { Client, type ClientConfig } from 'pg';
import { repositoryRoot } from './repository-root.ts';
import { settingsFor } from './test-settings.ts';

/** The migrated databases that every test database is a copy of: one in the collation of the server, one in ICU's of Turkish. */
export const templateDatabaseNames = {
  plain: 'postroom_template',
  turkish: 'postroom_template_turkish',
} as const;

/** A database of one test file. */
export type TestDatabase = {
  /** How it is reached in this run: at the server, or through the run's pooler. */
  readonly url: string;
  /** The same at the server itself, for what needs a session of its own in every run. */
  readonly directUrl: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
};

/** The superuser's URL of the test run's PostgreSQL; throws outside of a test run. */
export function testDatabaseServerUrl(): string {
  return required('POSTROOM_TEST_DATABASE_URL');
}

/** The URL of the test run's Redis, which all test files share; throws outside of a test run. */
export function testRedisUrl(): string {
  return required('POSTROOM_TEST_REDIS_URL');
}

/**
 * Copies a migrated template database under a new name, with settings that differ from file to file and are always the
 * same for one: what relies on those of one server fails in some file of each run. A file whose claims need one of them to
 * be seen to fail names it.
 */
export async function createTestDatabase(named?: string): Promise<TestDatabase> {
  const {
    settings,
    schema,
    isTurkish = false,
    isPooled = false,
  } = settingsFor(testFile(), process.env, named);
  const serverUrl = testDatabaseServerUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = isTurkish ? templateDatabaseNames.turkish : templateDatabaseNames.plain;
  await runSql(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const lines = Object.entries(settings).map(
    ([key, value]) => `ALTER DATABASE ${name} SET ${key} = '${value}'`,
  );
  if (schema !== undefined) {
    // For the tests' own statements; what is tested goes by the URL.
    lines.push(
      `ALTER SCHEMA public RENAME TO "${schema}"`,
      `ALTER DATABASE ${name} SET search_path = "${schema}"`,
    );
  }
  await runSql(databaseUrlOf(serverUrl, name), lines.join(';'));
  const at = (server: string): string => {
    const url = new URL(databaseUrlOf(server, name));
    if (schema !== undefined) url.search = `?schema=${encodeURIComponent(schema)}`;
    return url.href;
  };
  return {
    url: at(isPooled ? required('POSTROOM_TEST_POOLER_URL') : serverUrl),
    directUrl: at(serverUrl),
    drop: () => runSql(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** The file whose tests run here, from the root of the repository; empty outside of jest. */
function testFile(): string {
  const expect: unknown = Reflect.get(globalThis, 'expect');
  if (typeof expect !== 'function' || !('getState' in expect) || typeof expect.getState !== 'function')
    return '';
  const { testPath }: { readonly testPath?: unknown } = expect.getState();
  return typeof testPath === 'string' ? relative(repositoryRoot, testPath) : '';
}

/**
 * How the tests look into a database by themselves: past the pooler, and in sessions that read dates as the driver
 * does, whatever is set for the database.
 */
export function ownSession(databaseUrl: string): ClientConfig {
  const url = new URL(databaseUrl);
  const pooler = process.env.POSTROOM_TEST_POOLER_URL;
  if (pooler !== undefined && url.port === new URL(pooler).port)
    url.port = new URL(testDatabaseServerUrl()).port;
  return {
    connectionString: url.href,
    options: '-c datestyle=ISO -c default_transaction_isolation=read\\ committed -c array_nulls=on',
  };
}

/** A Redis key prefix that no other test file has. */
export function redisPrefix(): string {
  return `postroom-test-${randomBytes(6).toString('hex')}`;
}

/** Runs one statement on a connection of its own. */
export function runSql(databaseUrl: string, statement: string): Promise<void> {
  return runStatement(ownSession(databaseUrl), statement);
}

/** One connection that stays open between statements, as a transaction, a lock or a full server needs. */
export type DatabaseSession = {
  run(statement: string): Promise<void>;
  close(): Promise<void>;
};

/** Opens a session; rejects with the server's words when it has no connection to give. */
export async function openDatabaseSession(databaseUrl: string): Promise<DatabaseSession> {
  const client = new Client({ ...ownSession(databaseUrl), connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  await client.connect();
  return {
    run: async (statement) => void (await client.query(statement)),
    close: () => client.end().catch(() => undefined),
  };
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: only jest's global setup sets it.`);
  return value;
}
