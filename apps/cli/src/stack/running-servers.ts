import { Problem } from '../problem.ts';
import { typed } from './checkout.ts';
import { given } from './given.ts';
import { locateHome } from './home.ts';
import { readStackFile } from './stack-file.ts';

/** The Redis of an installation, by `runningServer`, and what its keys begin with. */
export const runningRedis = () => ({
  url: runningServer('REDIS_URL', 'Redis'),
  prefix: given(process.env, 'QUEUE_PREFIX') ?? 'postroom',
});

/** The server that a variable names, else that of the stack that is up here. Throws a Problem when there is neither. */
export function runningServer(variable: 'DATABASE_URL' | 'REDIS_URL', what: string): string {
  const stack = readStackFile(locateHome(process.env));
  const url =
    given(process.env, variable) ?? (variable === 'DATABASE_URL' ? stack?.databaseUrl : stack?.redisUrl);
  if (url !== undefined) return url;
  throw new Problem(
    `There is no ${what}: ${variable} is not set and nothing is up here.\nRun: ${typed('up')}`,
  );
}
