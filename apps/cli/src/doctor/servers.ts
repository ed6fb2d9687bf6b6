import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startPostgres, startRedis, temporaryFolder } from '@postroom/servers';
import { reasonOf } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import { given } from '../stack/given.ts';
import { type Finding, fine, missing } from './finding.ts';

/** Whether the database of `DATABASE_URL` answers and is migrated, or else PostgreSQL starts here. */
export async function checkPostgres(env: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  const url = given(env, 'DATABASE_URL');
  if (url === undefined) {
    return tryIn('postgres', (dataDir) => startPostgres({ dataDir, durability: 'none' }));
  }
  // Loaded late, because there may be no generated client yet.
  const { databaseProblem, poolerOf } = await import('../stack/given-servers.ts');
  const problem = await databaseProblem(url, env);
  if (problem !== null)
    return missing(problem, 'export DATABASE_URL=postgresql://user:password@host:5432/name');
  const { pendingMigrations } = await import('@postroom/db');
  const { length } = await pendingMigrations({ databaseUrl: url, pooler: poolerOf(env) });
  if (length === 0) return fine('DATABASE_URL answers and is migrated');
  return missing(`The database of DATABASE_URL lacks ${length} migration(s).`, typed('migrate'));
}

/** Whether the Redis of `REDIS_URL` answers and keeps what it is given, or else a Redis starts here. */
export async function checkRedis(env: NodeJS.ProcessEnv = process.env): Promise<Finding> {
  const url = given(env, 'REDIS_URL');
  if (url === undefined) return tryIn('redis', (dir) => startRedis({ dir }));
  const { redisProblem } = await import('../stack/given-servers.ts');
  const problem = await redisProblem(env, url);
  if (problem === null) return fine('REDIS_URL answers, and its user may do all that is needed');
  if (/maxmemory-policy/.test(problem)) {
    return missing(problem, 'redis-cli -u "$REDIS_URL" config set maxmemory-policy noeviction');
  }
  return missing(problem, 'export REDIS_URL=redis://host:6379');
}

/** Starting it for a moment in a folder that is thrown away is the only look that misses nothing. */
async function tryIn(
  name: string,
  start: (dir: string) => Promise<{ stop(): Promise<void> }>,
): Promise<Finding> {
  const dir = await temporaryFolder('doctor');
  try {
    const server = await start(join(dir, name));
    await server.stop();
    return fine('starts here');
  } catch (error) {
    const [what = '', command = 'npm run setup'] = reasonOf(error).split(' Run: ');
    return missing(what, command);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
