import { expect, test } from '@jest/globals';
import type { SendJob } from '../send/send.ts';
import { type SweepDeps, sweep } from './sweep.ts';

const aJob = (sendId: string): SendJob => ({ sendId, workspaceId: 'w', epoch: 0, lane: 'transactional' });

/** A queue of which one job has finished, one waits and one is missing. */
function aQueue(
  options: {
    readonly isLost?: boolean;
    readonly isAway?: boolean;
    /** It can be read and takes nothing, or cannot even be read. */
    readonly refuses?: 'adds' | 'questions';
  } = {},
) {
  const added: SendJob[] = [];
  const putBack: string[] = [];
  let distrusted = 0;
  const deps: SweepDeps = {
    sends: {
      takeOverdueQueued: async () => [aJob('finished'), aJob('waiting'), aJob('missing')],
      raiseEpochs: async (jobs) => jobs.map((job) => ({ ...job, epoch: job.epoch + 1 })),
      lookAtAgain: async (jobs) => void putBack.push(...jobs.map(({ sendId }) => sendId)),
      distrustQueue: async () => {
        distrusted += 1;
        return 0;
      },
      expireLeases: async () => [],
      settleByEvents: async () => [],
      findProvenDoubts: async () => [],
      resolveDoubts: async () => [],
    },
    queue: {
      states: async () => {
        if (options.refuses === 'questions') throw new Error('cut off');
        return ['finished', 'waiting', 'missing'];
      },
      add: async (jobs) => {
        if (options.refuses === 'adds') throw new Error('OOM');
        added.push(...jobs);
      },
      backlog: () => (options.isAway ? Promise.reject(new Error('away')) : Promise.resolve(0)),
      isGenerationLost: async () => options.isLost ?? false,
      beginGeneration: async () => undefined,
    },
  };
  return { deps, added, putBack, distrusted: () => distrusted };
}

test('a job that is missing is added again, one that finished under a new epoch, one that waits not at all', async () => {
  const { deps, added, distrusted } = aQueue();
  expect(await sweep(deps, 100)).toMatchObject({ checked: 3, enqueued: 2 });
  expect(added).toEqual([aJob('missing'), { ...aJob('finished'), epoch: 1 }]);
  expect(distrusted()).toBe(0);
});

test('a Redis that forgot makes every queued send due for a look', async () => {
  const { deps, distrusted } = aQueue({ isLost: true });
  expect(await sweep(deps, 100)).toMatchObject({ isQueueLost: true });
  expect(distrusted()).toBe(1);
});

test('while Redis is away nothing is taken, so that nothing is put off', async () => {
  const { deps, added } = aQueue({ isAway: true });
  expect(await sweep(deps, 100)).toMatchObject({ checked: 0, enqueued: 0 });
  expect(added).toEqual([]);
});

test.each([
  ['adds', ['missing', 'finished']],
  ['questions', ['finished', 'waiting', 'missing']],
] as const)(
  'what a Redis that refuses %s was not told of is looked at again at once',
  async (refuses, ids) => {
    const { deps, putBack } = aQueue({ refuses });
    expect(await sweep(deps, 100)).toMatchObject({ checked: 0, enqueued: 0 });
    expect(putBack).toEqual(ids);
  },
);

test('a Redis that forgot and takes no writes is not looked for what it lost, and the trouble is told', async () => {
  const { deps, distrusted } = aQueue({ isLost: true });
  const told: unknown[] = [];
  const full = new Error('OOM command not allowed');
  const queue = { ...deps.queue, tryToWrite: () => Promise.reject(full) };
  const report = await sweep({ ...deps, queue, onQueueTrouble: (error) => told.push(error) }, 100);
  expect(report).toMatchObject({ checked: 0, enqueued: 0, hasMore: false });
  expect(distrusted()).toBe(0);
  expect(told).toEqual([full]);
});
