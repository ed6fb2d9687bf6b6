import type { Foundation } from '@postroom/process';
import { type RedisTrouble, watchRedis } from '@postroom/redis';

type RedisConfig = { readonly REDIS_URL: string; readonly QUEUE_PREFIX: string };

/** How Redis is reached, and what begins its keys. */
export const redisOf = ({ REDIS_URL, QUEUE_PREFIX }: RedisConfig) => ({
  url: REDIS_URL,
  prefix: QUEUE_PREFIX,
});

/**
 * Throws when Redis would lose jobs. Whatever else is wrong with it is told, and `/readyz` says it too: mail is taken all the
 * same, and goes out when it is mended.
 */
export async function lookAtRedis(
  config: RedisConfig,
  { logger, errors, closeStack }: Foundation,
): Promise<void> {
  let told: string | null = null;
  const onTrouble = ({ kind, reason }: RedisTrouble) => {
    if (kind === 'away' || kind === 'refuses') {
      errors.note({ event: 'redis_unusable', error: reason });
    } else if (told !== reason) {
      told = reason;
      logger.error({ event: kind === 'evicts' ? 'redis_evicts' : 'redis_misconfigured', problem: reason });
    }
  };
  const onWell = () => logger.info({ event: 'redis_usable' });
  const watch = await watchRedis({ ...redisOf(config), onTrouble, onWell });
  closeStack.defer('redis watch', () => watch.stop());
  if (watch.first?.kind === 'evicts') throw new Error(watch.first.reason);
}
