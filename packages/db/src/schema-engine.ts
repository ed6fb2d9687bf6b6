import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlDriverAdapter,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';
import pg from 'pg';
import { type Pooler, parseDatabaseUrl } from './connection/database-url.ts';
import { findSession, type Session } from './connection/find-session.ts';
import { withMoments } from './connection/moments.ts';
import { quoted } from './connection/session-settings.ts';

type WasmGlue = { __wbg_set_wasm(exports: WebAssembly.Exports): void };

/** The package's types leave out the two functions that its own bundler entry calls. */
function isWasmGlue(candidate: object): candidate is WasmGlue {
  return '__wbg_set_wasm' in candidate && typeof candidate.__wbg_set_wasm === 'function';
}

let instantiated: Promise<void> | undefined;

async function instantiate(): Promise<void> {
  const gluePath = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = await readFile(path.join(path.dirname(gluePath), 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': { ...glue } });
  if (!isWasmGlue(glue)) throw new Error('@prisma/schema-engine-wasm no longer exports __wbg_set_wasm');
  glue.__wbg_set_wasm(instance.exports);
  const start = instance.exports.__wbindgen_start;
  if (typeof start === 'function') start();
}

/** The lock that Prisma's engine takes on a database while it migrates. */
const engineLock = 'SELECT pg_advisory_lock(72707369)';
const transactionLock = engineLock.replace('lock(', 'xact_lock(');

type Migrating = Pick<Session, 'schema' | 'isTransactionPooled'> & { readonly isMigrating: boolean };

/** A migration may take its time, whatever the role's own statements may. */
const patience = 'SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0';

/** What a script ends with, so that the list of migrations says what became of it even when this process is killed. */
const finishedWith = (schema: string, script: string) =>
  script.includes('_prisma_migrations')
    ? script
    : `${script}\n;UPDATE ${quoted(schema)}._prisma_migrations SET finished_at = now()
       WHERE finished_at IS NULL AND rolled_back_at IS NULL`;

/**
 * The engine's statements as they are meant here. A script is one transaction, as with Prisma's own command: applied,
 * and listed as that, or not. The schema is there before, so that nobody needs the right to make one. `holdLock` has
 * the engine's lock, which in a session that ends with each transaction would stay behind on a connection of the pooler.
 */
function forMigrations(
  adapter: SqlDriverAdapter,
  pool: pg.Pool,
  { schema, isTransactionPooled, isMigrating }: Migrating,
): SqlDriverAdapter {
  const { queryRaw, executeRaw } = adapter;
  const meant = <Query extends { readonly sql: string }>(query: Query): Query =>
    isMigrating && query.sql.trim() === engineLock ? { ...query, sql: 'SELECT 1' } : query;
  adapter.queryRaw = (query) => queryRaw.call(adapter, meant(query));
  adapter.executeRaw = (query) => executeRaw.call(adapter, meant(query));
  adapter.executeScript = async (script) => {
    const { sql } = meant({ sql: script.replace('CREATE SCHEMA IF NOT EXISTS "public";', '') });
    const whole = isMigrating ? finishedWith(schema, sql) : sql;
    await pool.query(isTransactionPooled ? `${patience}; ${whole}` : whole);
  };
  return adapter;
}

function factoryOf(pool: pg.Pool, migrating: Migrating): SqlMigrationAwareDriverAdapterFactory {
  const inner = new PrismaPg(pool, { schema: migrating.schema });
  return {
    provider: inner.provider,
    adapterName: inner.adapterName,
    connect: async () => withMoments(forMigrations(await inner.connect(), pool, migrating)),
    connectToShadowDb: () => inner.connectToShadowDb(),
  };
}

/** Waits until nobody else migrates, and keeps others out with a transaction that stays open; answers how to end it. */
async function holdLock({ config }: Session): Promise<() => Promise<void>> {
  const client = new pg.Client(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      `BEGIN; ${patience}; SET LOCAL idle_in_transaction_session_timeout = 0; ${transactionLock}`,
    );
  } catch (error) {
    await client.end();
    throw error;
  }
  return async () => {
    await client.query('ROLLBACK').catch(() => undefined);
    await client.end();
  };
}

/** What the schema engine works on. */
export type EngineTarget = { readonly databaseUrl: string; readonly pooler?: Pooler | undefined };

/**
 * Lends Prisma's schema engine, opened on one database and one schema of it. It is the CLI's engine compiled to
 * WebAssembly, from the npm registry, so that migrating downloads nothing. With `prepare`, which runs before the engine
 * looks, nobody else migrates meanwhile.
 */
export async function withSchemaEngine<Result>(
  {
    databaseUrl,
    datamodel,
    pooler = 'auto',
    prepare,
  }: EngineTarget & {
    readonly datamodel: string;
    readonly prepare?: (pool: pg.Pool, session: Session) => Promise<void>;
  },
  use: (engine: glue.SchemaEngine) => Promise<Result>,
): Promise<Result> {
  instantiated ??= instantiate();
  await instantiated;
  const target = parseDatabaseUrl(databaseUrl);
  const session = await findSession({
    target,
    pooler: target.pooler ?? pooler,
    statementTimeoutMs: 0,
    connectTimeoutMs: 10_000,
    makesSchema: true,
  });
  const isMigrating = prepare !== undefined;
  const unlock = isMigrating ? await holdLock(session) : undefined;
  const pool = new pg.Pool({ ...session.config, max: 2 });
  pool.on('error', () => undefined);
  const datamodels: [string, string][] = [['schema.prisma', datamodel]];
  try {
    await prepare?.(pool, session);
    const adapter = bindMigrationAwareSqlAdapterFactory(factoryOf(pool, { ...session, isMigrating }));
    const engine = await glue.SchemaEngine.new({ datamodels }, () => undefined, adapter);
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    await pool.end();
    await unlock?.();
  }
}
