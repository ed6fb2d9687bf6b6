import { randomBytes } from 'node:crypto';
import type { ConnectionOptions } from 'node:tls';
import pg from 'pg';
import { withReason } from './database-error.ts';
import type { DatabaseTarget, Pooler } from './database-url.ts';
import { refuseUnfit } from './fitness.ts';
import { MomentClient } from './moments.ts';
import {
  isDurable,
  type SessionFacts,
  type SessionNeeds,
  sessionFactsSql,
  settingStatements,
  startOptions,
} from './session-settings.ts';
import { UnfitDatabaseError } from './unfit-database.ts';

/** How every connection to one database is made, as the first one has shown it. */
export type Session = {
  /** For a pool: each of its connections has the settings that this package relies on, where it can have any. */
  readonly config: pg.PoolConfig;
  /** The schema of all tables. */
  readonly schema: string;
  /** Whether the session ends with each transaction: nothing named, set or locked outlasts one. */
  readonly isTransactionPooled: boolean;
  readonly facts: SessionFacts;
};

/** What a session is looked for with. */
export type SessionSearch = {
  readonly target: DatabaseTarget;
  readonly pooler: Pooler;
  readonly statementTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Whether a schema that is not there yet will be made, or need not be there. */
  readonly makesSchema: boolean;
};

type Tls = false | ConnectionOptions;
type Found = { readonly facts: SessionFacts; readonly kind: 'own' | 'session' | 'transaction' };

/** Poolers refuse what they cannot hand on: PgBouncer with 08P01, RDS Proxy with 0A000. */
function refusesStartOptions(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return /^(08P01|0A000)$/.test(String(error.code)) && /parameter|option/i.test(error.message);
}

/** Whether another kind of encryption may help: the server, not the network or the password, turned us away. */
function isAboutEncryption(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (/^(28P01|3D000|53...)$/.test(code)) return false;
  return code === '28000' || /\bssl\b|\btls\b|encrypt|insecure/i.test(error.message);
}

function configOf({ target, connectTimeoutMs, statementTimeoutMs }: SessionSearch, ssl: Tls): pg.PoolConfig {
  return {
    host: target.host,
    port: target.port,
    user: target.user,
    password: target.password,
    database: target.database,
    application_name: target.applicationName ?? 'postroom',
    ssl,
    ...(target.isTlsDirect && { sslnegotiation: 'direct' as const }),
    enableChannelBinding: target.bindsChannel,
    keepAlive: true,
    connectionTimeoutMillis: target.connectTimeoutMs ?? connectTimeoutMs,
    // The server's own limit is no help when the network swallows the answer.
    ...(statementTimeoutMs > 0 && { query_timeout: statementTimeoutMs + 1_000 }),
  };
}

const needsOf = ({ target, statementTimeoutMs }: SessionSearch): SessionNeeds => ({
  statementTimeoutMs,
  schema: target.schema ?? null,
});

/** The options of the URL, which the server applies first, and ours. */
const joined = (target: DatabaseTarget, ours: string) => `${target.options ?? ''} ${ours}`.trim();

async function ask(config: pg.PoolConfig, setUp: string | null): Promise<SessionFacts> {
  const client = new pg.Client(config);
  // A server that goes away meanwhile must not end the process; the statement itself rejects.
  client.on('error', () => undefined);
  try {
    await client.connect();
    if (setUp !== null) await client.query(setUp);
    const { rows } = await client.query<SessionFacts>(sessionFactsSql);
    const [facts] = rows;
    if (facts === undefined) throw new Error('PostgreSQL says nothing of its settings');
    return facts;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A session of our own shows the mark that it was started with; null: a pooler stands between. */
async function askOwn(search: SessionSearch, config: pg.PoolConfig): Promise<Found | null> {
  const marker = randomBytes(8).toString('hex');
  const options = joined(search.target, startOptions(needsOf(search), marker));
  try {
    const facts = await ask({ ...config, options }, null);
    return facts.marker === marker ? { facts, kind: 'own' } : null;
  } catch (error) {
    if (refusesStartOptions(error)) return null;
    throw error;
  }
}

async function askWith(search: SessionSearch, ssl: Tls): Promise<Found> {
  const { pooler, target } = search;
  const config = configOf(search, ssl);
  if (pooler === 'auto' || pooler === 'none') {
    const own = await askOwn(search, config);
    if (own !== null) return own;
    if (pooler === 'none') {
      throw new UnfitDatabaseError(
        'DATABASE_URL leads through a pooler, which keeps the settings of a connection from PostgreSQL. Set DATABASE_POOLER=transaction or DATABASE_POOLER=session, as the pooler is set.',
      );
    }
  }
  if (target.options !== undefined) {
    throw new UnfitDatabaseError(
      'DATABASE_URL: options do not pass a pooler. Take them out and set them for the role: ALTER ROLE ... SET ...',
    );
  }
  if (pooler === 'session')
    return { facts: await ask(config, settingStatements(needsOf(search))), kind: 'session' };
  return { facts: await ask(config, null), kind: 'transaction' };
}

/** Goes through the ways to connect; the reason of the last is told, unless it only says that there is no TLS. */
async function askEachWay(search: SessionSearch): Promise<Found & { readonly ssl: Tls }> {
  let reason: unknown;
  for (const ssl of search.target.tls) {
    try {
      return { ...(await askWith(search, ssl)), ssl };
    } catch (error) {
      const isOnlyPlain = error instanceof Error && /does not support SSL/.test(error.message);
      if (reason === undefined || !isOnlyPlain) reason = error;
      if (!isAboutEncryption(error)) break;
    }
  }
  throw withReason(reason);
}

/**
 * Connects once and finds out how the database is to be used: with TLS or without, in which schema, and whether the
 * session is ours or a pooler's. Rejects with `UnfitDatabaseError` when it answers and cannot be used, and with the
 * driver's error when it does not answer.
 */
export async function findSession(search: SessionSearch): Promise<Session> {
  const { facts, kind, ssl } = await askEachWay(search);
  const { target, statementTimeoutMs } = search;
  refuseUnfit(facts, {
    kind,
    schema: target.schema ?? null,
    statementTimeoutMs,
    makesSchema: search.makesSchema,
  });
  const schema = target.schema ?? facts.schema ?? 'public';
  const needs = { statementTimeoutMs, schema, isDurable: isDurable(facts) };
  const config: pg.PoolConfig = { ...configOf(search, ssl), Client: MomentClient };
  const isTransactionPooled = kind === 'transaction';
  if (kind === 'own') config.options = joined(target, startOptions(needs));
  if (kind === 'session') {
    // Once for each new connection, before it is lent.
    config.verify = (client, done) => client.query(settingStatements(needs), (error) => done(error));
  }
  return { config, schema, isTransactionPooled, facts };
}
