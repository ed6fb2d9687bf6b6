import type { SweepDeps } from '@postroom/core';
import {
  type DoubtPolicies,
  distrustQueue,
  expireLeases,
  findProvenDoubts,
  lookAtAgain,
  type PrismaClient,
  raiseEpochs,
  resolveDoubts,
  settleByEvents,
  takeOverdueQueued,
} from '@postroom/db';
import type { Generation, SendQueue } from '@postroom/redis';

/** Rows that are made due at a time when Redis has lost its jobs. */
const distrustPageSize = 5_000;

/** Puts the sweeper on this process's database and queue. */
export function sweepDepsOf(options: {
  readonly prisma: PrismaClient;
  readonly queue: SendQueue;
  readonly generation: Generation;
  readonly inDoubtWindowMs: number;
  readonly maxAttempts: number;
  readonly doubtPolicies: DoubtPolicies;
}): SweepDeps {
  const { prisma, queue, generation, inDoubtWindowMs, maxAttempts, doubtPolicies } = options;
  return {
    sends: {
      takeOverdueQueued: (page) => takeOverdueQueued(prisma, page),
      raiseEpochs: (jobs) => raiseEpochs(prisma, jobs),
      lookAtAgain: (jobs) => lookAtAgain(prisma, jobs),
      distrustQueue: () => distrustQueue(prisma, distrustPageSize),
      expireLeases: (limit) => expireLeases(prisma, { limit, inDoubtWindowMs }),
      settleByEvents: (ids) => settleByEvents(prisma, ids),
      findProvenDoubts: (limit) => findProvenDoubts(prisma, limit),
      resolveDoubts: (limit) => resolveDoubts(prisma, { limit, maxAttempts, policies: doubtPolicies }),
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
