import { crashPoints } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import { freezeWorker, killApi, killWorker, replaceApi, replaceWorker } from '../inject/processes.ts';
import { flushRedis } from '../inject/redis.ts';
import type { Context } from '../run/context.ts';
import type { Scenario } from './scenario.ts';

/** Calls that end after SES has taken the message, in every way that leaves the worker in doubt. */
export const lostAnswers = [
  { kind: 'resetAfterAccepting', probability: 0.03 },
  { kind: 'hangAfterAccepting', probability: 0.01 },
  { kind: 'errorAfterAccepting', probability: 0.03 },
] as const;

/** Does something as often as the size says, at moments that the seed picks, spread over the load. */
async function spread(context: Context, act: () => Promise<void>): Promise<void> {
  const { kills, seconds } = context.size;
  const everyMs = (seconds * 1_000) / kills;
  const startedAt = performance.now();
  for (let done = 0; done < kills; done += 1) {
    const atMs = (done + 0.2 + context.random() * 0.8) * everyMs;
    await context.pause(Math.max(0, startedAt + atMs - performance.now()));
    await act();
  }
}

const workerKill: Scenario = {
  name: 'worker-kill',
  about: 'workers are killed at random while 7 % of the calls end after SES has taken the message',
  system: { workers: 3, headroom: 1 },
  short: { sends: 300, kills: 4, seconds: 10 },
  long: { sends: 20_000, kills: 200, seconds: 500 },
  run: async (context) => {
    context.stack.ses.faults.set({ seed: Math.floor(context.random() * 1e6), faults: [...lostAnswers] });
    await spread(context, () => killWorker(context, 0));
    context.stack.ses.faults.clear();
  },
};

const workerFreeze: Scenario = {
  name: 'worker-freeze',
  about: 'a worker is stopped for less and for more than its lease, and goes on',
  system: { workers: 2, headroom: 1 },
  short: { sends: 300, kills: 2, seconds: 10 },
  long: { sends: 6_000, kills: 6, seconds: 240 },
  run: async (context) => {
    for (let done = 0; done < context.size.kills; done += 1) {
      await context.pause(1_000);
      await freezeWorker(context, context.leaseMs * (done % 2 === 0 ? 0.5 : 1.5));
    }
  },
};

/** How long a worker that has work may take to come to its last moment, in milliseconds. */
const doomedWithinMs = 60_000;

/** Posts some sends to a worker that ends itself at one moment; what it leaves is left to the next. */
async function crashWorkerAt(
  context: Context,
  point: string,
  { sends, round }: { readonly sends: number; readonly round: number },
): Promise<void> {
  const { stack, random } = context;
  await context.post({ sends, overMs: 0, label: `${point}-${round}` });
  await context.during(`a worker ends itself: ${point}`, async () => {
    const before = new Set(stack.workers);
    await context
      .startWorker({ POSTROOM_TEST_CRASH_AT: `${point}:${1 + Math.floor(random() * 5)}` })
      .catch((error: unknown) => {
        // Its last moment may come before it has said that it works.
        if (!String(error).includes(' ended, ')) throw error;
      });
    const doomed = stack.workers.filter((worker) => !before.has(worker));
    await eventually(() => doomed.every((worker) => context.signal.aborted || !worker.isRunning()), {
      timeoutMs: doomedWithinMs,
      what: `The end of a worker at ${point}`,
    });
  });
}

/**
 * Kills the API after it has written rows and before the queue has heard of them: Redis stands still, so that the API
 * waits for it, and what it had written there is thrown away.
 */
async function crashApiBeforeEnqueue(
  context: Context,
  { sends, round }: { readonly sends: number; readonly round: number },
): Promise<void> {
  const { stack } = context;
  const redis = context.proxy('redis');
  const count = async () => Number((await stack.database.rows('SELECT count(*) FROM email_sends'))[0]?.count);
  const before = await count();
  redis.pause();
  const posted = context.post({ sends, overMs: 0, label: `unqueued-${round}` });
  await context.during('the API is killed between commit and enqueue', async () => {
    await eventually(async () => (await count()) > before, { what: 'A row that is not enqueued yet' });
    stack.api().kill('SIGKILL');
    await stack.api().exited;
    redis.resetAll();
    await redis.resume();
    await stack.startApi();
  });
  await posted;
}

const crashPointsScenario: Scenario = {
  name: 'crash-points',
  about: 'a worker ends itself at each of its named moments, and the API between commit and enqueue',
  // The API waits long enough for Redis to be caught at it.
  system: { workers: 0, headroom: 5, through: ['redis'], apiEnv: { ENQUEUE_BUDGET_MS: '5000' } },
  load: 'own',
  short: { sends: 300, kills: 1, seconds: 10 },
  long: { sends: 6_000, kills: 10, seconds: 200 },
  run: async (context) => {
    const { sends, kills } = context.size;
    const each = Math.ceil(sends / kills / (crashPoints.length + 1));
    for (let round = 0; round < kills; round += 1) {
      const part = { sends: each, round };
      for (const point of crashPoints) await crashWorkerAt(context, point, part);
      await crashApiBeforeEnqueue(context, part);
    }
    await context.startWorker();
  },
};

const apiKill: Scenario = {
  name: 'api-kill',
  about: 'the API is killed again and again while clients repeat the same keys until they are answered',
  short: { sends: 300, kills: 3, seconds: 10 },
  long: { sends: 10_000, kills: 50, seconds: 250 },
  run: (context) => spread(context, () => killApi(context, 0)),
};

const rollingSigterm: Scenario = {
  name: 'rolling-sigterm',
  about:
    'every process in turn is told to stop and replaced: each ends within 25 s and leaves nothing in doubt',
  system: { workers: 2, apis: 2 },
  short: { sends: 300, kills: 1, seconds: 10 },
  long: { sends: 6_000, kills: 5, seconds: 200 },
  run: async (context) => {
    const { stack, size } = context;
    for (let round = 0; round < size.kills; round += 1) {
      for (const worker of [...stack.workers]) await replaceWorker(context, worker);
      for (let at = 0; at < stack.apiUrls.length; at += 1) await replaceApi(context, at);
    }
  },
};

const severalSweepers: Scenario = {
  name: 'several-sweepers',
  about: 'four workers sweep without a pause while Redis is flushed and workers are killed',
  system: { workers: 4, headroom: 1, workerEnv: { SWEEP_INTERVAL_MS: '50' } },
  short: { sends: 300, kills: 2, seconds: 10 },
  long: { sends: 8_000, kills: 20, seconds: 200 },
  run: (context) =>
    spread(context, async () => {
      await Promise.all([killWorker(context, 0), flushRedis(context, 0)]);
    }),
};

/** Scenarios about our own processes. */
export const processScenarios: readonly Scenario[] = [
  workerKill,
  crashPointsScenario,
  workerFreeze,
  apiKill,
  rollingSigterm,
  severalSweepers,
];
