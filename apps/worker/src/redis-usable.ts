import type { RecurringErrors } from '@postroom/process';
import { findRedisTrouble, redisOf } from '@postroom/redis';

/** Whether Redis could be used. One that is full or refuses keeps jobs from everybody: a new process would fare no better. */
export async function isRedisUsable(
  config: Parameters<typeof redisOf>[0],
  errors: RecurringErrors,
): Promise<boolean> {
  const trouble = await findRedisTrouble(redisOf(config));
  if (trouble !== null) {
    const level = trouble.kind === 'away' || trouble.kind === 'refuses' ? 'warn' : 'error';
    errors.note({ event: 'redis_unusable', error: trouble.reason, level });
  }
  return trouble === null;
}
