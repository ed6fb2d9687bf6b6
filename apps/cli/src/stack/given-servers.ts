import {
  type DatabaseOptions,
  isDatabaseUnavailable,
  migrate,
  probeDatabase,
  UnfitDatabaseError,
} from '@postroom/db';
import { parseEnv, sharedVariables } from '@postroom/process';
import { findRedisTrouble } from '@postroom/redis';
import { Problem, reasonOf } from '../problem.ts';
import { given } from './given.ts';

/** What keeps a database from being used: it is `away`, which may end by itself, or only another setting helps. */
type DatabaseTrouble = { readonly kind: 'away' | 'unfit'; readonly what: string };

/** What is said of a database that does not answer. */
export const silentDatabase = (error: unknown) =>
  `The database of DATABASE_URL does not answer: ${reasonOf(error)}`;

/** What keeps the database of `DATABASE_URL` from being used, or null. The URL, which may hold a password, is not shown. */
export async function findDatabaseTrouble(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<DatabaseTrouble | null> {
  try {
    await probeDatabase({ url, pooler: poolerOf(env) });
    return null;
  } catch (error) {
    if (error instanceof UnfitDatabaseError || error instanceof Problem)
      return { kind: 'unfit', what: error.message };
    return { kind: isDatabaseUnavailable(error) ? 'away' : 'unfit', what: silentDatabase(error) };
  }
}

/** The words of `findDatabaseTrouble`, or null. */
export async function databaseProblem(url: string, env?: NodeJS.ProcessEnv): Promise<string | null> {
  return (await findDatabaseTrouble(url, env))?.what ?? null;
}

/** Brings the database up to date and answers what was applied; throws `UnfitDatabaseError` for what a person can mend. */
export function migrateGiven(databaseUrl: string): Promise<readonly string[]> {
  return migrate({ databaseUrl, pooler: poolerOf(process.env) });
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
