import type { RedisConnection } from '../connection/redis.ts';
import { furthestHorizonMs } from './line.ts';

/** How far ahead of its horizon the recipients of a message beyond the first may lie, in milliseconds. */
const mostBeyondMs = 1_100;

/** No moment lies further ahead than this, in milliseconds. */
const furthestMs = furthestHorizonMs + mostBeyondMs;

/**
 * Hands out moments to send at, one sequence for all replicas, kept in Redis by Redis' own clock.
 *
 * `KEYS[1]` is a hash, all times in milliseconds: `next` is where the even pace stands, `last` the moment that was given out
 * last, `factor` the part of the rate that is used, and `since` when that part was last changed. A message to n recipients
 * moves `next` on by n / (paced rate * factor) seconds. The factor halves when SES throttles, and grows back by a twentieth
 * of the rate a second. A pace that lags behind, because nobody asked in time or moments were given back, is caught up
 * with, up to 100 ms of it.
 *
 * What keeps the rate is `counted`: what was given out of late, as pairs of a time and the recipients that count then, in
 * order. A message gets the first moment at which those of the 1,018 ms before it and its recipients are within the rate,
 * and one with more recipients than the rate gets a second of its own. That is a second, 8 ms for a moment that is met
 * late, and 10 ms for what is on its way for differently long. A moment that may be met later counts so much later. Where
 * there is room for it, it may: up to 50 ms. Beyond 250 recipients a second those of 4 ms count together, when these end.
 *
 * A message that would have to go further ahead than its horizon gets nothing, and with it those after it: who goes next
 * is decided late. The recipients that it has beyond one may lie ahead of the horizon; else those with few would always
 * be before it.
 *
 * `KEYS[2]` is a sorted set of the workers that asked, with when they did.
 *
 * `ARGV`: the time, or nothing for Redis' own; the paced rate; the rate; `given`; the worker, or nothing, if it was named a
 * moment ago; how many were given back; for each of those when it counted and its recipients; and for each message its
 * recipients, its horizon and how late its moment may be met. `given` is the last moment that the caller knows of: a Redis
 * that has forgotten the hash, or came back with an older one, must not give the same moments twice. It then takes the second
 * before the furthest that anybody may have been given for full, unless the caller has known of none for 10 s. What lies
 * further ahead than moments are given was read from a clock that has been set back since. Answers now, when the first
 * message that got nothing would have its moment, the last moment that was given, the workers of the last three seconds, or
 * 0, and for each message in their order its moment, how late it may be met, and when it counts.
 */
const reserveScript = `
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + time[2] / 1000
end
local paced, rate, given, worker, returned = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local state = redis.call('HMGET', KEYS[1], 'next', 'factor', 'since', 'counted', 'last')
local next, factor, since = tonumber(state[1] or now), tonumber(state[2] or 1), tonumber(state[3] or now)
local last = tonumber(state[5] or 0)
if last - now > 10000 then state, next, last = {}, now, 0 end
if given - now > 10000 then given = 0 end
factor = math.min(1, factor + math.max(0, now - since) / 20000)
local interval = 1000 / (paced * factor)

local times, counts, sum, oldest = {}, {}, 0, 1
local packed = state[4] and cmsgpack.unpack(state[4]) or {}
for at = 1, #packed, 2 do
  if packed[at] > now - 1018 and packed[at + 1] > 0 then
    table.insert(times, packed[at])
    table.insert(counts, packed[at + 1])
    sum = sum + packed[at + 1]
  end
end
local function count(time, recipients)
  if rate > 250 then time = math.ceil(time / 4) * 4 end
  sum = sum + recipients
  local place = #times
  while place >= oldest and times[place] > time do place = place - 1 end
  if times[place] == time and place >= oldest then
    counts[place] = counts[place] + recipients
  else
    table.insert(times, place + 1, time)
    table.insert(counts, place + 1, recipients)
  end
  return time
end
local isForgotten = not state[1] or given > last
if isForgotten then
  if given > now - 10000 then given = math.max(given, now + ${furthestMs}) end
  count(given, math.ceil(rate))
end
last = math.max(last, given)
for at = 7, 6 + 2 * returned, 2 do
  local time, recipients = tonumber(ARGV[at]), tonumber(ARGV[at + 1])
  next = next - recipients * interval
  for place = 1, #times do
    if math.abs(times[place] - time) < 0.001 and counts[place] >= recipients then
      counts[place] = counts[place] - recipients
      sum = sum - recipients
      break
    end
  end
end
next = math.max(next, now - 100)

local function forget()
  sum = sum - counts[oldest]
  oldest = oldest + 1
end
local function momentFor(recipients)
  local moment = math.max(next, now, last)
  while times[oldest] and times[oldest] <= moment - 1018 do forget() end
  while sum > 0 and sum + recipients > rate do
    moment = math.max(moment, times[oldest] + 1018)
    forget()
  end
  return moment
end

local answer = { string.format('%.3f', now), '', '', 0 }
local free
for at = 7 + 2 * returned, #ARGV, 3 do
  local recipients, horizon, late = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local moment = momentFor(recipients)
  local own = moment - math.min((recipients - 1) * interval, ${mostBeyondMs})
  if own - now > horizon then
    free = own
    break
  end
  if moment <= now and sum + recipients <= rate * 0.75 then late = math.max(late, 50) end
  local counted = count(moment + late - 8, recipients)
  last = moment
  next = next + recipients * interval
  table.insert(answer, string.format('%.3f', moment))
  table.insert(answer, string.format('%.3f', late))
  table.insert(answer, string.format('%.3f', counted))
end
answer[2] = string.format('%.3f', free or math.max(next, now, last))
answer[3] = string.format('%.3f', last)
if #answer > 4 or returned > 0 or isForgotten then
  local kept = {}
  for place = 1, #times do
    kept[2 * place - 1] = times[place]
    kept[2 * place] = counts[place]
  end
  redis.call('HSET', KEYS[1], 'next', string.format('%.3f', next), 'last', string.format('%.3f', last), 'factor', tostring(factor), 'since', string.format('%.3f', now), 'counted', cmsgpack.pack(kept))
  redis.call('PEXPIRE', KEYS[1], 600000)
end
if worker ~= '' then
  redis.call('ZADD', KEYS[2], now, worker)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now - 3000)
  redis.call('ZREMRANGEBYSCORE', KEYS[2], now + 3000, '+inf')
  redis.call('PEXPIRE', KEYS[2], 600000)
  answer[4] = redis.call('ZCARD', KEYS[2])
end
return answer
`;

const slowDownScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local state = redis.call('HMGET', KEYS[1], 'next', 'factor', 'since', 'slowed')
local factor, since = tonumber(state[2] or 1), tonumber(state[3] or now)
-- One that lies ahead was read from a clock that has been set back since.
local slowed = tonumber(state[4] or 0)
if slowed <= now and now - slowed < 1000 then return 0 end
factor = math.max(0.05, math.min(1, factor + math.max(0, now - since) / 20000) / 2)
local next = math.max(tonumber(state[1] or now), now + 250)
redis.call('HSET', KEYS[1], 'next', string.format('%.3f', next), 'factor', tostring(factor), 'since', string.format('%.3f', now), 'slowed', string.format('%.3f', now))
redis.call('PEXPIRE', KEYS[1], 600000)
return 1
`;

/** The part of the rate at which moments follow each other: as many as fit into 1,018 ms, which alone would go by the dozen. */
const pacedPart = 1 / 1.0182;

/** How late a moment may be met, in milliseconds, for which the script leaves room in any case. */
export const punctualMs = 8;

/** One message that wants a moment. */
export type MomentWish = {
  readonly recipients: number;
  /** How far ahead its moment may lie, in milliseconds. */
  readonly horizonMs: number;
  /** How late it may be met, in milliseconds; `punctualMs` at the least. */
  readonly lateMs: number;
};

/** A moment of Redis' clock that one message has, and how late it may be met. */
export type GivenMoment = {
  readonly atMs: number;
  readonly lateMs: number;
  /** When it counts: its name, when it is given back. */
  readonly countedMs: number;
  readonly recipients: number;
};

export type Reservation = {
  readonly nowMs: number;
  /** When the first that got none would have its moment; without one, when the next message would. */
  readonly freeMs: number;
  /** The last moment that was given to anybody. */
  readonly givenUntilMs: number;
  /** Workers that asked lately, this one among them; null: it was not named. */
  readonly workers: number | null;
  readonly moments: readonly GivenMoment[];
};

/** Takes moments for messages in their order, until one would have to wait for longer than its horizon. Rejects while Redis is away. */
export async function reserveMoments(
  redis: RedisConnection,
  key: string,
  wish: {
    /** Recipients per second that the account may send to. */
    readonly rate: number;
    /** The last moment that the caller knows of; 0: none. */
    readonly givenUntilMs: number;
    readonly messages: readonly MomentWish[];
    /** Moments that nothing was sent at, and nothing will be. */
    readonly returned?: readonly GivenMoment[];
    readonly worker?: string | undefined;
    /** In place of Redis' own clock. */
    readonly nowMs?: number;
  },
): Promise<Reservation> {
  const { rate, givenUntilMs, messages, returned = [], worker = '', nowMs: toldNowMs = '' } = wish;
  const answer = await redis.eval(
    reserveScript,
    2,
    key,
    `${key}:workers`,
    ...[toldNowMs, rate * pacedPart, rate, givenUntilMs, worker, returned.length],
    ...returned.flatMap(({ countedMs, recipients }) => [countedMs, recipients]),
    ...messages.flatMap(({ recipients, horizonMs, lateMs }) => [recipients, horizonMs, lateMs]),
  );
  const [nowMs = 0, freeMs = 0, until = 0, workers = 0, ...given] = Array.isArray(answer)
    ? answer.map(Number)
    : [];
  const moments = messages.slice(0, given.length / 3).map(({ recipients }, nth) => {
    const [atMs = 0, lateMs = 0, countedMs = 0] = given.slice(3 * nth, 3 * nth + 3);
    return { atMs, lateMs, countedMs, recipients };
  });
  return { nowMs, freeMs, givenUntilMs: until, workers: workers === 0 ? null : workers, moments };
}

/** Halves the rate of every replica, once a second at the most. Rejects while Redis is away. */
export async function slowDown(redis: RedisConnection, key: string): Promise<void> {
  await redis.eval(slowDownScript, 1, key);
}
