import { type SendLane, sendLanes } from '@postroom/contracts';
import type { SendJob } from '@postroom/core';
import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';
import type { LineKeys } from './names.ts';

/**
 * The order in which waiting jobs are served, as BullMQ priorities (1 first, 2,097,152 last).
 *
 * Transactional mail has the lower half of the numbers, marketing mail the upper, so that a lane never waits for
 * the other. Within a lane the numbers are start-time fair queueing: each workspace has its own next turn,
 * never behind the turn that was served last. A workspace with a long backlog therefore stands at ever
 * higher turns, and one that comes later with a few sends is served among the first of them. A turn is
 * `jobsPerTurn` jobs of a workspace. When nothing waits, all turns start again.
 *
 * Turns have no end and priorities do: the rank of a turn is its logarithm, so that a rank holds one turn at first, and
 * later one in 65,536 of all that there were since the queue was last empty. A queue that is never empty stays fair.
 *
 * `KEYS`: the turns' hash, BullMQ's waiting list and its set of prioritized jobs.
 * `ARGV`: triples of a field (`<lane>:<workspace>`), its lane, and how many turns it needs.
 */
const reserveScript = `
if redis.call('LLEN', KEYS[2]) == 0 and redis.call('ZCARD', KEYS[3]) == 0 then redis.call('DEL', KEYS[1]) end
local starts = {}
for i = 1, #ARGV, 3 do
  local served = tonumber(redis.call('HGET', KEYS[1], 'served:' .. ARGV[i + 1]) or 0)
  local start = math.max(served, tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or 0))
  redis.call('HSET', KEYS[1], ARGV[i], tostring(start + tonumber(ARGV[i + 2])))
  table.insert(starts, tostring(start))
end
return starts
`;

const servedScript = `
local known = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
if tonumber(ARGV[2]) > known then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
`;

const ranksPerLane = 1_048_576;
const jobsPerTurn = 10;
const turnsOfFirstRanks = 65_536;

/** The rank of a turn: the last is that of turn 5.8e11. */
const rankOf = (turn: number) =>
  Math.min(ranksPerLane - 1, Math.floor(turnsOfFirstRanks * Math.log1p(turn / turnsOfFirstRanks)));

/** The first turn of a rank. */
const turnOf = (rank: number) => turnsOfFirstRanks * Math.expm1(rank / turnsOfFirstRanks);

/** How often the turn that was served last is told to Redis, in milliseconds. */
const tellEveryMs = 100;

/** How jobs of a workspace in a lane stand in line. */
type Place = Pick<SendJob, 'lane' | 'workspaceId'>;

const firstPriority = (lane: SendLane) => 1 + sendLanes.indexOf(lane) * ranksPerLane;

const laneOf = (priority: number) => sendLanes[Math.floor((priority - 1) / ranksPerLane)];

/** Answers each job's priority, in the order given. */
export async function reservePriorities(
  redis: RedisConnection,
  keys: LineKeys,
  jobs: readonly Place[],
): Promise<readonly number[]> {
  const groups = new Map<string, { readonly lane: SendLane; readonly places: number[] }>();
  jobs.forEach(({ lane, workspaceId }, place) => {
    const field = `${lane}:${workspaceId}`;
    const group = groups.get(field) ?? { lane, places: [] };
    group.places.push(place);
    groups.set(field, group);
  });
  const words = [...groups].flatMap(([field, { lane, places }]) => [
    field,
    lane,
    String(places.length / jobsPerTurn),
  ]);
  const answer = await redis.eval(reserveScript, 3, keys.ranks, keys.waiting, keys.prioritized, ...words);
  const starts = Array.isArray(answer) ? answer.map(Number) : [];
  const priorities = new Array<number>(jobs.length).fill(1);
  [...groups.values()].forEach(({ lane, places }, at) => {
    places.forEach((place, nth) => {
      priorities[place] = firstPriority(lane) + rankOf((starts[at] ?? 0) + nth / jobsPerTurn);
    });
  });
  return priorities;
}

/**
 * A new priority for a job of a workspace that was put off, if others of its lane have been served beyond its turn; null: they
 * have not. Who kept an old turn would go before all that came meanwhile, with a whole backlog.
 */
export async function renewPriority(
  redis: RedisConnection,
  keys: LineKeys,
  { priority, workspaceId }: { readonly priority: number; readonly workspaceId: string },
): Promise<number | null> {
  const lane = laneOf(priority);
  if (lane === undefined) return null;
  const served = Number(await redis.hget(keys.ranks, `served:${lane}`));
  if (turnOf(priority - firstPriority(lane)) >= served) return null;
  const [renewed] = await reservePriorities(redis, keys, [{ lane, workspaceId }]);
  return renewed ?? null;
}

/** Notes the priorities of jobs as they are taken, and tells Redis of the furthest now and then. */
export function createServedNotes(
  redis: RedisConnection,
  ranksKey: string,
): { note(priority: number): void } {
  const furthest = new Map<SendLane, number>();
  const ask = createAsking();
  let isTelling = false;
  const tell = () => {
    isTelling = false;
    for (const [lane, rank] of furthest) {
      // A note that is lost makes the order a little less fair, nothing else.
      ask(() => redis.eval(servedScript, 1, ranksKey, `served:${lane}`, turnOf(rank))).catch(() => undefined);
    }
    furthest.clear();
  };
  return {
    note: (priority) => {
      const lane = laneOf(priority);
      if (lane === undefined) return;
      const rank = priority - firstPriority(lane);
      furthest.set(lane, Math.max(rank, furthest.get(lane) ?? 0));
      if (isTelling) return;
      isTelling = true;
      setTimeout(tell, tellEveryMs).unref();
    },
  };
}
