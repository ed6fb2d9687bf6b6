import { openDatabase } from '@postroom/db';
import { closeRedis, evictionProblem, openImpatientRedis } from '@postroom/queue';
import { reasonOf } from '../problem.ts';

/** Why the database of `DATABASE_URL` cannot be used, or null. The URL, which may hold a password, is not shown. */
export async function databaseProblem(url: string): Promise<string | null> {
  if (!hasProtocol(url, ['postgres:', 'postgresql:'])) {
    return 'DATABASE_URL is not a URL such as postgresql://user:password@host:5432/postroom.';
  }
  const database = openDatabase({ url, maxConnections: 1 });
  try {
    await database.prisma.$queryRaw`SELECT 1`;
    return null;
  } catch (error) {
    return `The database of DATABASE_URL does not answer: ${innerReason(error)}`;
  } finally {
    await database.close();
  }
}

/** Why the Redis of `REDIS_URL` cannot be used, or null. */
export async function redisProblem(url: string): Promise<string | null> {
  if (!hasProtocol(url, ['redis:', 'rediss:'])) {
    return 'REDIS_URL is not a URL such as redis://host:6379.';
  }
  let lastError: unknown = new Error('no answer within 3 s');
  const redis = openImpatientRedis({
    url,
    onError: (error) => {
      lastError = error;
    },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve);
      redis.once('close', () => reject(lastError));
    });
    return await evictionProblem(redis);
  } catch (error) {
    return `The Redis of REDIS_URL does not answer: ${reasonOf(error)}`;
  } finally {
    await closeRedis(redis);
  }
}

function hasProtocol(url: string, protocols: readonly string[]): boolean {
  return URL.canParse(url) && protocols.includes(new URL(url).protocol);
}

/** Prisma's own words begin with which of its calls failed; the driver's reason is the last line. */
function innerReason(error: unknown): string {
  const message = error instanceof Error ? error.message.trim() : String(error);
  return message.split('\n').at(-1) ?? message;
}
