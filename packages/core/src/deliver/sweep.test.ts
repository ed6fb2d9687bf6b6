import { expect, test } from '@jest/globals';
import type { SendJob } from '../send/send.ts';
import { type SweepDeps, type SweepPlace, sweep } from './sweep.ts';

const aJob = (sendId: string): SendJob => ({
  sendId,
  workspaceId: 'w',
  epoch: 0,
  lane: 'transactional',
  accountId: null,
});

const at = (seconds: number) => new Date(seconds * 1_000).toISOString();
const aPlace: SweepPlace = { after: { moment: at(1), id: 'a' }, beganAt: at(100), isWhole: false, looked: 4 };
const last = { moment: at(2), id: 'b' };

/** A queue of which one job has finished, one waits and one is missing. */
function aQueue(
  options: {
    readonly turn?: Awaited<ReturnType<SweepDeps['queue']['takeTurn']>>;
    readonly isAway?: boolean;
    readonly nowS?: number;
    /** Sends whose worker died before it called. */
    readonly returned?: readonly SendJob[];
    /** It can be read and takes nothing, or cannot even be read. */
    readonly refuses?: 'adds' | 'questions';
  } = {},
) {
  const added: SendJob[] = [];
  const ends: (SweepPlace | null)[] = [];
  const asked: Parameters<SweepDeps['sends']['findWaiting']>[0][] = [];
  const deps: SweepDeps = {
    sends: {
      beginScheduled: async () => [aJob('begun')],
      findWaiting: async (from) => {
        asked.push(from);
        const jobs = [aJob('finished'), aJob('waiting'), aJob('missing')];
        return { jobs, last, now: at(options.nowS ?? 100) };
      },
      raiseEpochs: async (jobs) => jobs.map((job) => ({ ...job, epoch: job.epoch + 1 })),
      expireLeases: async () => ({ inDoubt: ['doubtful'], returned: options.returned ?? [] }),
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
      takeTurn: async () => {
        if (options.isAway) throw new Error('away');
        return options.turn ?? { place: aPlace };
      },
      endTurn: async (place) => void ends.push(place),
    },
  };
  return { deps, added, ends, asked };
}

test('a job that is missing is added again, one that finished under a new epoch, one that waits not at all', async () => {
  const { deps, added } = aQueue();
  expect(await sweep(deps, 100)).toMatchObject({ checked: 4, enqueued: 3, isQueueLost: false });
  expect(added).toEqual([aJob('begun'), aJob('missing'), { ...aJob('finished'), epoch: 1 }]);
});

test('what a dead worker had not begun is told to the queue at once', async () => {
  const { deps, added } = aQueue({ returned: [aJob('returned')] });
  expect(await sweep(deps, 100)).toMatchObject({ returned: 1, expired: 1 });
  expect(added[0]).toEqual(aJob('returned'));
});

test('the look goes on behind the last one met, at once while pages are full', async () => {
  const { deps, asked, ends } = aQueue();
  expect(await sweep(deps, 3)).toMatchObject({ hasMore: true });
  expect(asked).toEqual([aPlace]);
  expect(ends).toEqual([{ ...aPlace, after: last, looked: 7 }]);
});

test.each([
  ['20 s after it began', 4, 119, 120],
  ['with a backlog, 2 ms later for each send of it', 49_997, 199, 200],
])('the look begins anew %s, and not before', async (_when, looked, beforeS, fromS) => {
  const turn = { place: { ...aPlace, looked } };
  const early = aQueue({ turn, nowS: beforeS });
  await sweep(early.deps, 100);
  expect(early.ends).toEqual([{ ...aPlace, after: last, looked: looked + 3 }]);
  const then = aQueue({ turn, nowS: fromS });
  await sweep(then.deps, 100);
  expect(then.ends).toEqual([{ after: null, isWhole: false, beganAt: at(fromS), looked: 0 }]);
});

test('the look begins anew at once when the clock was set back behind its beginning', async () => {
  const { deps, ends } = aQueue({ nowS: 99 });
  await sweep(deps, 100);
  expect(ends).toEqual([{ after: null, isWhole: false, beganAt: at(99), looked: 0 }]);
});

test('a Redis that forgot is looked for every queued send, and then for those whose moment came meanwhile', async () => {
  const lost = aQueue({ turn: { place: null }, nowS: 100 });
  expect(await sweep(lost.deps, 3)).toMatchObject({ isQueueLost: true });
  expect(lost.asked).toMatchObject([{ after: null, isWhole: true }]);
  const onTheWay = { after: last, isWhole: true, beganAt: at(100), looked: 3 };
  expect(lost.ends).toEqual([onTheWay]);
  const end = aQueue({ turn: { place: onTheWay }, nowS: 500 });
  expect(await sweep(end.deps, 100)).toMatchObject({ isQueueLost: false });
  expect(end.ends).toMatchObject([{ after: { moment: at(100) }, isWhole: false, beganAt: at(100) }]);
});

test.each([
  ['while Redis is away', { isAway: true }],
  ['in the turn of another', { turn: 'another' }],
] as const)('%s nothing is begun', async (_when, options) => {
  const { deps, added, ends } = aQueue(options);
  expect(await sweep(deps, 100)).toMatchObject({ checked: 0, enqueued: 0, hasMore: false });
  expect([...added, ...ends]).toEqual([]);
});

test.each(['adds', 'questions'] as const)(
  'what a Redis that refuses %s was not told of is looked at again at once, and the trouble is told',
  async (refuses) => {
    const { deps, ends } = aQueue({ refuses });
    const told: unknown[] = [];
    const report = await sweep({ ...deps, onQueueTrouble: (error) => told.push(error) }, 3);
    expect(report).toMatchObject({ checked: 0, enqueued: 0, hasMore: false });
    expect(ends).toEqual([null]);
    expect(told).toHaveLength(1);
  },
);
