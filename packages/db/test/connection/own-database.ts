import { randomBytes } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@postroom/servers';
import {
  openDatabaseView,
  type PgBouncerOptions,
  runSql,
  startPgBouncer,
  testDatabaseServerUrl,
} from '@postroom/testkit';

/** What a test opened, to be closed after it, newest first. */
export type Closers = (() => Promise<unknown>)[];

/** Closes all of it. */
export async function closeAll(closers: Closers): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

const serverUrl = () => new URL(testDatabaseServerUrl());

/** Runs statements as the superuser in the database of that name. */
export async function inDatabase(name: string, ...statements: readonly string[]): Promise<void> {
  const url = serverUrl();
  url.pathname = `/${name}`;
  for (const statement of statements) await runSql(url.href, statement);
}

/** An empty database and its owner, a role that may do nothing else. */
export async function makeDatabase(
  closers: Closers,
  { isOwner = true, options = '' }: { readonly isOwner?: boolean; readonly options?: string } = {},
): Promise<{ readonly url: URL; readonly name: string; readonly role: string }> {
  const name = `own_${randomBytes(6).toString('hex')}`;
  const role = `${name}_app`;
  await inDatabase('postgres', `CREATE ROLE ${role} LOGIN`);
  closers.push(() => inDatabase('postgres', `DROP ROLE ${role}`));
  await inDatabase('postgres', `CREATE DATABASE ${name} ${isOwner ? `OWNER ${role}` : ''} ${options}`);
  closers.push(() => inDatabase('postgres', `DROP DATABASE ${name} WITH (FORCE)`));
  const url = serverUrl();
  url.username = role;
  url.pathname = `/${name}`;
  return { url, name, role };
}

/** A PgBouncer before the test run's PostgreSQL; answers the port to put in a URL. */
export async function startPooler(
  closers: Closers,
  options: Pick<PgBouncerOptions, 'poolMode' | 'ignoredParameters' | 'poolSize' | 'roles'>,
): Promise<string> {
  const dir = await temporaryFolder('pooler');
  closers.push(() => rm(dir, { recursive: true, force: true }));
  await chmod(dir, 0o755);
  const pooler = await startPgBouncer({
    ...options,
    dir: join(dir, 'pooler'),
    serverUrl: testDatabaseServerUrl(),
  });
  closers.push(() => pooler.stop());
  return String(pooler.port);
}

/** How many tables each schema of the database has. */
export async function tablesIn(url: URL): Promise<Record<string, number>> {
  const view = openDatabaseView(url.href);
  try {
    const rows = await view.rows(
      `SELECT schemaname AS schema, count(*)::int AS tables FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema') GROUP BY schemaname`,
    );
    return Object.fromEntries(rows.map(({ schema, tables }) => [String(schema), Number(tables)]));
  } finally {
    await view.close();
  }
}

/** The URL with a parameter more. */
export function withParameter(url: URL, name: string, value: string): string {
  const other = new URL(url);
  other.search = `${url.search}${url.search === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`;
  return other.href;
}
