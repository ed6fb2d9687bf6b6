import type { SweepDeps } from '@postroom/core';
import { type DoubtPolicies, EventStore, type Sql, SweepStore } from '@postroom/db';
import type { Generation, SendQueue } from '@postroom/redis';

/** Rows that are made due at a time when Redis has lost its jobs. */
const distrustPageSize = 5_000;

/** Puts the sweeper on this process's database and queue. */
export function sweepDepsOf(options: {
  readonly sql: Sql;
  readonly queue: SendQueue;
  readonly generation: Generation;
  readonly inDoubtWindowMs: number;
  readonly maxAttempts: number;
  readonly doubtPolicies: DoubtPolicies;
}): SweepDeps {
  const { sql, queue, generation, inDoubtWindowMs, maxAttempts, doubtPolicies } = options;
  const sweeps = new SweepStore(sql);
  const events = new EventStore(sql);
  return {
    sends: {
      takeOverdueQueued: (page) => sweeps.takeOverdueQueued(page),
      raiseEpochs: (jobs) => sweeps.raiseEpochs(jobs),
      lookAtAgain: (jobs) => sweeps.lookAtAgain(jobs),
      distrustQueue: () => sweeps.distrustQueue(distrustPageSize),
      expireLeases: (limit) => sweeps.expireLeases({ limit, inDoubtWindowMs }),
      settleByEvents: (ids) => events.settle(ids),
      findProvenDoubts: (limit) => sweeps.findProvenDoubts(limit),
      resolveDoubts: (limit) => sweeps.resolveDoubts({ limit, maxAttempts, policies: doubtPolicies }),
    },
    queue: {
      states: (jobs) => queue.states(jobs),
      add: (jobs) => queue.add(jobs),
      backlog: async () => {
        const { waiting, prioritized, active, delayed } = await queue.counts();
        return waiting + prioritized + active + delayed;
      },
      isGenerationLost: () => generation.isLost(),
      tryToWrite: () => generation.tryToWrite(),
      beginGeneration: () => generation.begin(),
    },
  };
}
