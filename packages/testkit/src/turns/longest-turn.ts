import { readFileSync } from 'node:fs';

/** CPU time of the main thread in ms: proc(5), schedstat; of the whole process where there is no such file. */
function cpuMs(): number {
  try {
    return Number(readFileSync('/proc/self/schedstat', 'latin1').split(' ', 1)[0]) / 1e6;
  } catch {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  }
}

async function turnOf(work: () => unknown): Promise<number> {
  let longestMs = 0;
  let isDone = false;
  let last = cpuMs();
  const look = () => {
    const now = cpuMs();
    longestMs = Math.max(longestMs, now - last);
    last = now;
  };
  const tick = () => {
    look();
    if (!isDone) setImmediate(tick);
  };
  setImmediate(tick);
  try {
    await work();
  } finally {
    look();
    isDone = true;
  }
  return longestMs;
}

const tries = 3;
const turnMs = 200;
const turnInFloors = 1.5;

/**
 * What the longest turn may take, in ms of CPU time: 200, or on cores that are shared with other work one and a half times what decoding
 * and parsing the largest body takes there. That is asked for only where it matters: it takes as long as the longest turns.
 */
export async function maxTurnMs(longestMs: number, floorMs: () => number | Promise<number>): Promise<number> {
  return longestMs < turnMs ? turnMs : Math.max(turnMs, turnInFloors * (await floorMs()));
}

/** How long decoding and parsing the largest body takes here and now: cores that are shared with other work do less in a millisecond. */
function floorMs(): number {
  const text = '漢'.repeat(4 * 1024 * 1024);
  const body = Buffer.from(JSON.stringify({ html: text, text }));
  const times = Array.from({ length: tries }, () => {
    const begun = cpuMs();
    JSON.parse(body.toString('utf8'));
    return cpuMs() - begun;
  });
  return Math.max(...times);
}

/**
 * The longest turn of this process's event loop while the work is done, in ms of CPU time, and what it may take. The least of a
 * few tries, unless one stays within the bound.
 */
export async function longestTurn(
  work: () => unknown,
): Promise<{ readonly leastMs: number; readonly mostMs: number }> {
  let leastMs = Number.POSITIVE_INFINITY;
  let mostMs = turnMs;
  for (let left = tries; left > 0 && leastMs >= mostMs; left -= 1) {
    leastMs = Math.min(leastMs, await turnOf(work));
    mostMs = await maxTurnMs(leastMs, floorMs);
  }
  return { leastMs, mostMs };
}
