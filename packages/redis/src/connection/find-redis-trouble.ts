import { createHash, randomUUID } from 'node:crypto';
import { connect as connectPlain } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Cluster, ReplyError } from 'ioredis';
import { SilenceError } from './asking.ts';
import { askAfresh, isClusterUrl, type RedisConnection } from './redis.ts';
import {
  clusterTrouble,
  evictingTrouble,
  type RedisTrouble,
  silentTrouble,
  troubleOfAnswer,
  troubleOfAnswers,
  troubleOfConnection,
  untaggedTrouble,
} from './redis-trouble.ts';

/** How long all that is asked may take together, in milliseconds. */
const askedMs = 2_000;

/** A key that was left behind by a connection that broke is gone after so long, in milliseconds. */
const leftoverMs = 10_000;

/**
 * Does once what the queue's scripts do, on keys of its own, and answers what was refused, as pairs of command and words.
 * The first write comes first: a server that takes none refuses that one.
 */
const probeScript = `
local refused = {}
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then
    table.insert(refused, (select(1, ...)))
    table.insert(refused, answer.err)
  end
end
local text, hash, list, sorted, set, stream = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
try('set', text, '1', 'PX', ARGV[1])
if #refused > 0 and not string.find(refused[2], 'NOPERM') and not string.find(refused[2], "can't") then return refused end
try('get', text) try('incr', text) try('exists', text) try('pttl', text) try('time')
try('hset', hash, 'a', '1') try('hmset', hash, 'b', '2') try('hget', hash, 'a') try('hmget', hash, 'a', 'b')
try('hgetall', hash) try('hexists', hash, 'a') try('hincrby', hash, 'a', 1) try('hdel', hash, 'b')
try('lpush', list, '1') try('rpush', list, '2') try('rpoplpush', list, list) try('llen', list) try('lrange', list, 0, 1)
try('lindex', list, 0) try('lpos', list, '1') try('lrem', list, 1, '2') try('ltrim', list, 0, 1) try('rpop', list)
try('sadd', set, '1') try('srem', set, '1') try('scard', set) try('smembers', set)
try('xadd', stream, '*', 'a', '1') try('xtrim', stream, 'MAXLEN', 1)
try('zadd', sorted, 1, '1', 2, '2') try('zscore', sorted, '1') try('zcard', sorted) try('zcount', sorted, 0, 1)
try('zrange', sorted, 0, 0) try('zrangebyscore', sorted, 0, 1) try('zrem', sorted, '2') try('zpopmin', sorted)
try('zrevrange', sorted, 0, 0) try('zrevrangebyscore', sorted, 1, 0)
try('zremrangebyrank', sorted, 0, 0) try('zremrangebyscore', sorted, 0, 1)
try('zadd', sorted, 0, '0')
try('persist', text)
for _, key in ipairs(KEYS) do try('pexpire', key, ARGV[1]) end
for _, key in ipairs(KEYS) do if key ~= sorted then try('del', key) end end
return refused
`;

const probeSha = createHash('sha1').update(probeScript).digest('hex');

/** What makes a cluster keep all keys that begin with it on one server, as scripts of several keys need. */
const hashTag = /^\{[^{}]+\}/;

const kinds = ['text', 'hash', 'list', 'sorted', 'set', 'stream'] as const;

type Target = { readonly url: string; readonly prefix: string };

/**
 * Looks at the Redis of `REDIS_URL` as the queue would use it, over a connection of its own: whether it answers, whose it is,
 * whether it keeps what it is given, and whether its user may do all that is needed, on keys that begin with the prefix. Null
 * when it can hold the queue. Never rejects, and takes a few seconds at most.
 */
export async function findRedisTrouble(target: Target): Promise<RedisTrouble | null> {
  try {
    return await askAfresh(target.url, (redis) => askAll(redis, target), askedMs);
  } catch (error) {
    return await troubleOf(error, target);
  }
}

/**
 * Why a server must not hold the queue, or null when it may, or tells its policy to nobody. Managed servers refuse
 * `CONFIG`, and tell it in `INFO`.
 */
async function evictionProblem(redis: RedisConnection): Promise<string | null> {
  const answer = await nullIfRefused(redis.config('GET', 'maxmemory-policy'));
  const told = Array.isArray(answer) && typeof answer[1] === 'string' ? answer[1] : null;
  const info = told === null ? await nullIfRefused(redis.info('memory')) : null;
  const policy = told ?? /^maxmemory_policy:(\S+)/m.exec(info ?? '')?.[1] ?? null;
  if (policy === null || policy === 'noeviction') return null;
  return `Redis has maxmemory-policy ${policy}, which loses jobs when memory is full: set it to noeviction.`;
}

/** What is wrong before anything is tried: a cluster that is not named as one or has no tag to go by, or a server that evicts. */
async function settingTrouble(redis: RedisConnection, { url, prefix }: Target): Promise<RedisTrouble | null> {
  const info = await nullIfRefused(redis.info());
  const isCluster = info !== null && /^(?:cluster_enabled:1|redis_mode:cluster)\b/m.test(info);
  if (isCluster && !isClusterUrl(url)) return clusterTrouble;
  if (isCluster && !hashTag.test(prefix)) return untaggedTrouble(prefix);
  for (const server of redis instanceof Cluster ? redis.nodes('master') : [redis]) {
    const evicting = await evictionProblem(server);
    if (evicting !== null) return evictingTrouble(evicting);
  }
  return null;
}

async function askAll(redis: RedisConnection, target: Target): Promise<RedisTrouble | null> {
  const { prefix } = target;
  const found = await settingTrouble(redis, target);
  if (found !== null) return found;
  const keys = kinds.map((kind) => `${prefix}:probe:${randomUUID()}:${kind}`);
  const sorted = keys[kinds.indexOf('sorted')] ?? '';
  const refusals: { command: string; words: string }[] = [];
  const ask = async <T>(command: string, question: Promise<T>): Promise<T | null> => {
    try {
      return await question;
    } catch (error) {
      const words = wordsOf(error);
      if (words === null) throw error;
      refusals.push({ command, words });
      return null;
    }
  };
  const pairs = await ask('eval', redis.eval(probeScript, keys.length, ...keys, leftoverMs));
  refusals.push(...pairsOf(pairs));
  if (refusals.length === 0) {
    // The server knows the script by now, and runs it by the name that it gave it.
    await ask('evalsha', redis.evalsha(probeSha, keys.length, ...keys, leftoverMs));
    await ask('bzpopmin', redis.bzpopmin(sorted, 0.01));
  }
  await nullIfRefused(redis.del(sorted));
  return troubleOfAnswers(refusals, prefix);
}

function pairsOf(answer: unknown): { command: string; words: string }[] {
  if (!Array.isArray(answer)) return [];
  return answer.flatMap((command, at) =>
    at % 2 === 0 ? [{ command: String(command), words: String(answer[at + 1]) }] : [],
  );
}

/** What a server answered in place of what was asked; null: it answered nothing. */
const wordsOf = (error: unknown): string | null =>
  error instanceof ReplyError && error instanceof Error ? error.message : null;

async function nullIfRefused<T>(question: Promise<T>): Promise<T | null> {
  try {
    return await question;
  } catch (error) {
    if (wordsOf(error) === null) throw error;
    return null;
  }
}

async function troubleOf(error: unknown, { url, prefix }: Target): Promise<RedisTrouble> {
  const words = wordsOf(error);
  if (words !== null) return troubleOfAnswer('a command', words, prefix);
  if (!(error instanceof Error) || error instanceof SilenceError) return silentTrouble;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const isHeard = code !== 'ECONNREFUSED' && code !== 'ENOTFOUND' && code !== 'EAI_AGAIN';
  const speaks = isHeard ? await whatSpeaks(new URL(url)) : 'neither';
  return troubleOfConnection({ code, message: error.message }, speaks);
}

/** Whether a port on which one of both was tried in vain speaks the other. */
function whatSpeaks({ protocol, hostname, port }: URL): Promise<'tls' | 'plain' | 'neither'> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1') || '127.0.0.1';
  const at = { host, port: Number(port || 6379) };
  return new Promise((resolve) => {
    const isTls = protocol === 'rediss:';
    const socket = isTls
      ? connectPlain(at, () => socket.write('PING\r\n'))
      : // Whose certificate it is does not matter: nothing is said.
        connectTls({ ...at, rejectUnauthorized: false }, () => end('tls'));
    const end = (speaks: 'tls' | 'plain' | 'neither') => {
      socket.destroy();
      resolve(speaks);
    };
    if (isTls)
      socket.once('data', (data) => end(/^[+-][A-Z]/.test(data.toString('latin1')) ? 'plain' : 'neither'));
    socket.setTimeout(1_000, () => end('neither'));
    socket.once('error', () => end('neither'));
    socket.once('close', () => end('neither'));
  });
}
