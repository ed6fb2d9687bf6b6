import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** The migrated database that every test database is a copy of. */
export const templateDatabaseName = 'postroom_template';

/** A database of one test file; `drop` ends every connection to it and removes it. */
export type TestDatabase = { readonly url: string; drop(): Promise<void> };

/** The superuser's URL of the test run's PostgreSQL; throws outside of a test run. */
export function testDatabaseServerUrl(): string {
  return required('POSTROOM_TEST_DATABASE_URL');
}

/** The URL of the test run's Redis, which all test files share; throws outside of a test run. */
export function testRedisUrl(): string {
  return required('POSTROOM_TEST_REDIS_URL');
}

/** Copies the migrated template database under a new name. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = testDatabaseServerUrl();
  const name = `test_${randomBytes(8).toString('hex')}`;
  await runSql(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${templateDatabaseName}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => runSql(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** A Redis key prefix that no other test file has. */
export function redisPrefix(): string {
  return `postroom-test-${randomBytes(6).toString('hex')}`;
}

/** Runs one statement on a connection of its own. */
export async function runSql(databaseUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  // A server that goes away while idle must not end the process; the query itself rejects.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** One connection that stays open between statements, as a transaction, a lock or a full server needs. */
export type DatabaseSession = {
  run(statement: string): Promise<void>;
  close(): Promise<void>;
};

/** Opens a session; rejects with the server's words when it has no connection to give. */
export async function openDatabaseSession(databaseUrl: string): Promise<DatabaseSession> {
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
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
