import type { SweepDeps } from '@postroom/core';
import { type DoubtPolicies, EventStore, type Sql, SweepStore } from '@postroom/db';
import type { SendQueue, SweepTurns } from '@postroom/redis';

/** Puts the sweeper on this process's database and queue. */
export function sweepDepsOf(options: {
  readonly sql: Sql;
  readonly queue: SendQueue;
  readonly turns: SweepTurns;
  readonly inDoubtWindowMs: number;
  readonly maxAttempts: number;
  readonly doubtPolicies: DoubtPolicies;
}): SweepDeps {
  const { sql, queue, turns, inDoubtWindowMs, maxAttempts, doubtPolicies } = options;
  const sweeps = new SweepStore(sql);
  const events = new EventStore(sql);
  return {
    sends: {
      beginScheduled: (limit) => sweeps.beginScheduled(limit),
      findWaiting: (from, limit) => sweeps.findWaiting(from, limit),
      raiseEpochs: (jobs) => sweeps.raiseEpochs(jobs),
      expireLeases: (limit) => sweeps.expireLeases({ limit, inDoubtWindowMs }),
      settleByEvents: (ids) => events.settle(ids),
      findProvenDoubts: (limit) => sweeps.findProvenDoubts(limit),
      resolveDoubts: (limit) => sweeps.resolveDoubts({ limit, maxAttempts, policies: doubtPolicies }),
    },
    queue: {
      states: (jobs) => queue.states(jobs),
      add: (jobs) => queue.add(jobs),
      takeTurn: () => turns.take(),
      endTurn: (place) => turns.end(place),
    },
  };
}
