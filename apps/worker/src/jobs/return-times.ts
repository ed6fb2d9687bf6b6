import type { DeliverDeps } from '@postroom/core';
import { LRUCache } from 'lru-cache';

/** Of one workspace: when its last attempt ended, how long apart they end, and when the next that was sent back has its turn. */
type Pace = { readonly endedAtMs: number; readonly intervalMs: number; readonly nextAtMs: number };

/** What is assumed of a workspace of which nothing has ended yet, in milliseconds: rather too little. */
const firstIntervalMs = 20;

/** After a pause of so many milliseconds nothing can be told of the pace. */
const longestIntervalMs = 5_000;

/** How much the newest interval counts. */
const newestPart = 0.2;

/** Nothing is sent away for longer, in milliseconds: what is ahead of it may go faster than was thought. */
const longestMs = 30_000;

const maxWorkspaces = 1_000;

/** How far apart those come again that met the same hold, in milliseconds: looking at them is not to keep a worker busy. */
const heldIntervalMs = 5;

/** The longest that a hold's end may be missed, in milliseconds; of more than fit into it all come at any time within. */
const longestHeldMs = 60_000;

/** Gives those that met a hold times of their own behind its end. */
function createHeldTimes(monotonicMs: () => number): DeliverDeps['returns']['heldMs'] {
  const lastMs = new LRUCache<string, number>({ max: maxWorkspaces });
  return (scope, waitMs) => {
    const nowMs = monotonicMs();
    const endMs = nowMs + waitMs;
    const atMs = Math.max(endMs, lastMs.get(scope) ?? 0) + heldIntervalMs;
    if (atMs > endMs + longestHeldMs) return waitMs + Math.random() * longestHeldMs;
    lastMs.set(scope, atMs);
    return atMs - nowMs;
  };
}

/**
 * Gives each send that found no place a time of its own to come again: as far from the one before as the attempts of its
 * workspace end apart. Thousands that wait for what only a few can have at once then come once or twice, not every second.
 */
export function createReturnTimes(monotonicMs: () => number): DeliverDeps['returns'] {
  const paces = new LRUCache<string, Pace>({ max: maxWorkspaces });
  const paceOf = (workspaceId: string): Pace =>
    paces.get(workspaceId) ?? {
      endedAtMs: Number.NEGATIVE_INFINITY,
      intervalMs: firstIntervalMs,
      nextAtMs: Number.NEGATIVE_INFINITY,
    };
  return {
    heldMs: createHeldTimes(monotonicMs),
    ended: (workspaceId) => {
      const pace = paceOf(workspaceId);
      const endedAtMs = monotonicMs();
      const elapsedMs = endedAtMs - pace.endedAtMs;
      const intervalMs =
        elapsedMs > longestIntervalMs
          ? pace.intervalMs
          : pace.intervalMs + newestPart * (elapsedMs - pace.intervalMs);
      paces.set(workspaceId, { ...pace, endedAtMs, intervalMs });
    },
    nextMs: (workspaceId) => {
      const pace = paceOf(workspaceId);
      const nowMs = monotonicMs();
      const nextAtMs = Math.min(nowMs + longestMs, Math.max(nowMs, pace.nextAtMs) + pace.intervalMs);
      paces.set(workspaceId, { ...pace, nextAtMs });
      return nextAtMs - nowMs;
    },
  };
}
