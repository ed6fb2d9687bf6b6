import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { createAsking, silenceMs } from './asking.ts';

/** The longest pause between two attempts to reconnect, in milliseconds. */
const maxReconnectDelayMs = 1_000;

/** How seldom one connection is given up for a server that refuses writes, in milliseconds. */
const readOnlyPauseMs = 1_000;

/** A connection to one server, or to a cluster of them. */
export type RedisConnection = Redis | Cluster;

export type RedisConnectionOptions = {
  readonly url: string;
  readonly onError: (error: Error) => void;
};

/** Whether a URL names one server of a cluster, by its `?cluster=true`. */
export const isClusterUrl = (url: string): boolean =>
  URL.canParse(url) && new URL(url).searchParams.get('cluster') === 'true';

/** How a connection to a server, or to each of a cluster, is used; the first two are about the whole of it. */
type Usage = Pick<
  RedisOptions,
  'connectTimeout' | 'socketTimeout' | 'maxRetriesPerRequest' | 'reconnectOnError'
> & {
  readonly retryStrategy: (attempts: number) => number | null;
  readonly enableOfflineQueue?: boolean;
  readonly lazyConnect?: boolean;
};

/** A cluster by one of its servers, of which the others are learned: they are asked with the same user and, if at all, by TLS. */
function openCluster(
  url: string,
  { retryStrategy, enableOfflineQueue, lazyConnect, ...each }: Usage,
): Cluster {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return new Cluster([{ host, port: Number(port || 6379) }], {
    clusterRetryStrategy: retryStrategy,
    enableOfflineQueue,
    lazyConnect,
    slotsRefreshTimeout: silenceMs.connecting,
    // By name, which certificates hold.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: {
      ...each,
      username: username === '' ? undefined : decodeURIComponent(username),
      password: password === '' ? undefined : decodeURIComponent(password),
      tls: protocol === 'rediss:' ? {} : undefined,
    },
  });
}

/**
 * After a failover the old primary may live on as a replica that keeps its connections and refuses every write: another
 * connection may lead to the new one. Scripts put words of their own before READONLY.
 */
function createReadOnlyWatch(): (this: object, error: Error) => boolean {
  // By the options of a connection: duplicates, and servers of a cluster, have their own, and share this function.
  const givenUpMs = new WeakMap<object, number>();
  return function isToReconnect({ message }) {
    const nowMs = performance.now();
    if (!message.includes('READONLY')) return false;
    if (nowMs - (givenUpMs.get(this) ?? Number.NEGATIVE_INFINITY) < readOnlyPauseMs) return false;
    givenUpMs.set(this, nowMs);
    return true;
  };
}

const connect = (url: string, usage: Usage): RedisConnection =>
  isClusterUrl(url) ? openCluster(url, usage) : new Redis(url, usage);

function open(
  { url, onError }: RedisConnectionOptions,
  patience: Pick<Usage, 'enableOfflineQueue' | 'maxRetriesPerRequest'>,
): RedisConnection {
  const redis = connect(url, {
    connectTimeout: silenceMs.connecting,
    retryStrategy: (attempts) => Math.min(maxReconnectDelayMs, 50 * 2 ** Math.min(attempts, 10)),
    socketTimeout: silenceMs.connection,
    reconnectOnError: createReadOnlyWatch(),
    ...patience,
  });
  redis.on('error', onError);
  return redis;
}

/**
 * A connection for producers and for quick questions: commands fail at once while Redis is away, instead of
 * piling up. The caller closes it; BullMQ does not close a connection that it was given.
 */
export const openImpatientRedis = (options: RedisConnectionOptions): RedisConnection =>
  open(options, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });

/**
 * A connection for a worker: it waits for Redis to come back, as BullMQ's blocking commands need. Those have to end
 * before their connection is given up.
 */
export const openPatientRedis = (options: RedisConnectionOptions): RedisConnection =>
  open(options, { maxRetriesPerRequest: null });

/**
 * Asks over a connection that is made for it and ended with the answer: those that stand may be dead without anybody
 * knowing. Rejects with what went wrong first.
 */
export async function askAfresh<T>(
  url: string,
  question: (redis: RedisConnection) => Promise<T>,
  budgetMs: number,
): Promise<T> {
  const told: { failure: Error | null } = { failure: null };
  const ask = createAsking();
  const redis = connect(url, {
    connectTimeout: silenceMs.connecting,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', (error: Error) => {
    told.failure ??= failureOf(error);
  });
  try {
    await ask(() => redis.connect(), silenceMs.connecting + silenceMs.answer);
    // A database that is not there is only told: the connection would go on with the first one.
    if (told.failure !== null) throw told.failure;
    return await ask(() => question(redis), budgetMs);
  } catch (error) {
    throw told.failure ?? error;
  } finally {
    redis.disconnect();
  }
}

/** What a server of a cluster said, where the cluster only says that none of them is of use. */
const failureOf = (error: Error): Error =>
  'lastNodeError' in error && error.lastNodeError instanceof Error ? error.lastNodeError : error;

/** Ends a connection, politely while it is up. Never rejects. */
export async function closeRedis(redis: RedisConnection): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => redis.disconnect());
  else redis.disconnect();
}
