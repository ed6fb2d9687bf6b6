import { type DatabaseOptions, migrate, probeDatabase, UnfitDatabaseError } from '@postroom/db';
import { parseEnv, sharedVariables } from '@postroom/process';
import { findRedisTrouble } from '@postroom/redis';
import { Problem, reasonOf } from '../problem.ts';
import { given } from './given.ts';

/** Why the database of `DATABASE_URL` cannot be used, or null. The URL, which may hold a password, is not shown. */
export async function databaseProblem(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | null> {
  try {
    await probeDatabase({ url, pooler: poolerOf(env) });
    return null;
  } catch (error) {
    if (error instanceof UnfitDatabaseError || error instanceof Problem) return error.message;
    return `The database of DATABASE_URL does not answer: ${reasonOf(error)}`;
  }
}

/** Brings the database up to date and answers what was applied; what a person can mend is thrown as a `Problem`. */
export async function migrateGiven(databaseUrl: string): Promise<readonly string[]> {
  try {
    return await migrate({ databaseUrl, pooler: poolerOf(process.env) });
  } catch (error) {
    throw error instanceof UnfitDatabaseError ? new Problem(error.message, { cause: error }) : error;
  }
}

/** What `DATABASE_POOLER` says; throws a `Problem` when it says something else. */
export function poolerOf(env: NodeJS.ProcessEnv): NonNullable<DatabaseOptions['pooler']> {
  const text = given(env, 'DATABASE_POOLER');
  switch (text) {
    case undefined:
      return 'auto';
    case 'auto':
    case 'none':
    case 'session':
    case 'transaction':
      return text;
    default:
      throw new Problem('DATABASE_POOLER is none of auto, none, session and transaction.');
  }
}

/** Why the Redis of `REDIS_URL` cannot hold the queue whose keys begin with `QUEUE_PREFIX`, or null. */
export async function redisProblem(env: NodeJS.ProcessEnv, url: string): Promise<string | null> {
  const { REDIS_URL, QUEUE_PREFIX } = sharedVariables;
  try {
    const read = parseEnv({ REDIS_URL, QUEUE_PREFIX }, { ...env, REDIS_URL: url });
    return (await findRedisTrouble({ url: read.REDIS_URL, prefix: read.QUEUE_PREFIX }))?.reason ?? null;
  } catch (error) {
    return reasonOf(error);
  }
}
