import { crashPoints } from '@postroom/core';
import { eventually } from '@postroom/testkit';
import {
  blockWorker,
  freezeWorker,
  killApiInRequest,
  killWorker,
  replaceApi,
  replaceWorker,
} from '../inject/processes.ts';
import { flushRedis } from '../inject/redis.ts';
import { lostAnswers, startSesFaults } from '../inject/ses.ts';
import type { ClientTry } from '../nouns/client-log.ts';
import type { Context } from '../nouns/context.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { productionTiming } from '../nouns/timing.ts';
import { endWithin } from '../run/deadline.ts';

/** Events of SES go to the first API: while that is away they are tried again, later and later. */
const withoutReceiver = { mayEventsBeLate: true } as const;

/** Does something as often as the size says, at moments that the seed picks, spread over the load; `done` counts from 0. */
export async function spread(
  context: Context,
  act: (done: number) => Promise<void> | undefined,
): Promise<void> {
  const { kills, seconds } = context.size;
  const everyMs = (seconds * 1_000) / kills;
  const startedAt = performance.now();
  for (let done = 0; done < kills; done += 1) {
    const atMs = (done + 0.2 + context.random() * 0.8) * everyMs;
    await context.pause(Math.max(0, startedAt + atMs - performance.now()));
    await act(done);
  }
}

const workerKill: Scenario = {
  name: 'worker-kill',
  about: 'workers are killed at random while 7 % of the calls end after SES has taken the message',
  system: { workers: 3, headroom: 1 },
  short: { sends: 240, kills: 4, seconds: 8 },
  long: { sends: 20_000, kills: 200, seconds: 500 },
  run: async (context) => {
    const endSesFaults = startSesFaults(context, lostAnswers);
    await spread(context, () => killWorker(context, 0));
    await endSesFaults();
  },
};

const workerKillHold: Scenario = {
  ...workerKill,
  name: 'worker-kill-hold',
  system: { ...workerKill.system, events: { loseFraction: 0.3 } },
  about:
    'the same with mail whose doubts are given up, and 30 % of the events lost: what SES reported is Sent',
  policy: 'hold',
  short: { sends: 150, kills: 3, seconds: 6 },
  long: { sends: 4_000, kills: 40, seconds: 100 },
};

const workerFreeze: Scenario = {
  name: 'worker-freeze',
  about: 'a worker is stopped for less and for more than its lease, and goes on',
  // More is asked for than the rate lets through: the one that is stopped has much in hand.
  system: { workers: 2, headroom: 0.7 },
  short: { sends: 240, kills: 2, seconds: 8 },
  long: { sends: 6_000, kills: 6, seconds: 240 },
  run: async (context) => {
    for (let done = 0; done < context.size.kills; done += 1) {
      await context.pause(1_000);
      await freezeWorker(context, context.leaseMs * (done % 2 === 0 ? 0.5 : 1.5));
    }
  },
};

/**
 * One that handles a single send cannot have another on its way to SES, and one that has its permit looks at
 * its lease again before the first byte: they call with none of the leases that they lost.
 */
const blocks = [
  { moment: 'after_claim:1', env: { WORKER_CONCURRENCY: '1' } },
  { moment: 'before_call:3', env: {} },
] as const;

const workerBlock: Scenario = {
  name: 'worker-block',
  about: 'the event loop of a worker stands still for longer than its lease, after a claim and before a call',
  system: { workers: 0, headroom: 1, hasty: { leaseMs: 4_000, requestTimeoutMs: 2_000 } },
  // The sends of a round wait for workers, and those that block get their share of them.
  load: 'own',
  short: { sends: 240, kills: 1, seconds: 10 },
  long: { sends: 6_000, kills: 5, seconds: 300 },
  run: async (context) => {
    const { sends, kills } = context.size;
    for (let round = 0; round < kills; round += 1) {
      await context.post({ sends: Math.ceil(sends / kills), overMs: 0, label: `blocked-${round}` });
      const blocked = blocks.map((block) => blockWorker(context, block));
      const successor = round === 0 ? [context.startWorker()] : [];
      await Promise.all([...blocked, ...successor]);
    }
  },
};

/** How many sends are asked for at each moment, in which round of them. */
type Part = { readonly sends: number; readonly round: number };

/** How long a worker that has work may take to come to its last moment, in milliseconds. */
const doomedWithinMs = 60_000;

/** Posts some sends to a worker that ends itself at one moment; what it leaves is left to the next. */
async function crashWorkerAt(context: Context, point: string, { sends, round }: Part): Promise<void> {
  await context.post({ sends, overMs: 0, label: `${point}-${round}` });
  await context.during(`a worker ends itself: ${point}`, async () => {
    const moment = `${point}:${1 + Math.floor(context.random() * 5)}`;
    const { process } = await context.spawnDoomedWorker({ POSTROOM_TEST_CRASH_AT: moment });
    const { code, signal } = await endWithin(process.exited, {
      what: `A worker that is to end itself at ${moment}`,
      withinMs: doomedWithinMs,
    });
    if (signal !== 'SIGKILL') throw new Error(`a worker ended with ${code ?? signal} before ${moment}`);
  });
}

/**
 * Kills the API after it has written rows and before the queue has heard of them: Redis stands still, so that the API
 * waits for it, and what it had written there is thrown away.
 */
async function crashApiBeforeEnqueue(context: Context, { sends, round }: Part): Promise<void> {
  const { stack } = context;
  const redis = context.proxy('redis');
  const count = () => stack.database.count('SELECT count(*) FROM email_sends');
  const before = await count();
  redis.pause();
  const posted = context.post({ sends, overMs: 0, label: `unqueued-${round}` });
  await context.during('the API is killed between commit and enqueue', async () => {
    await eventually(async () => (await count()) > before, { what: 'A row that is not enqueued yet' });
    await context.kill(stack.api());
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
  expects: withoutReceiver,
  load: 'own',
  short: { sends: 240, kills: 1, seconds: 8 },
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

/** A request that had reached the API, or may have: nobody listened where the others went. */
const isCutOff = (one: ClientTry) => one.kind === 'unknown' && !one.reason.includes('ECONNREFUSED');

/** Says how many keys were on their way when the API died, and how many of them it had written by then. */
function tellOfCutOff({ asked, tell, fail }: Context): void {
  const cutOff = asked.filter(({ tries }) => tries.some(isCutOff));
  const replayed = cutOff.filter(({ tries }) => {
    const first = tries.find(({ kind }) => kind !== 'unknown');
    return first?.kind === 'accepted' && first.replayed;
  });
  tell(
    `${cutOff.length} keys got no answer because the API died, ${replayed.length} of them had been written`,
  );
  if (cutOff.length === 0) fail('no request was under way when the API was killed');
}

const apiKill: Scenario = {
  name: 'api-kill',
  about:
    'the API is killed in the middle of requests while clients repeat the same keys until they are answered',
  system: { sendsPerRequest: 5 },
  expects: withoutReceiver,
  short: { sends: 240, kills: 4, seconds: 8 },
  long: { sends: 10_000, kills: 50, seconds: 250 },
  run: (context) => spread(context, () => killApiInRequest(context, 0)),
  after: async (context) => tellOfCutOff(context),
};

const rollingSigterm: Scenario = {
  name: 'rolling-sigterm',
  about:
    'every process in turn is told to stop and replaced: each ends within 25 s and leaves nothing in doubt',
  // SES takes long, and this machine may too: a call that times out would be in doubt for its own reason.
  system: { workers: 2, apis: 2, headroom: 1, hasty: productionTiming },
  expects: withoutReceiver,
  // Each worker is stopped in the middle of calls, and each API while it is asked, however long the one before it took.
  load: 'own',
  short: { sends: 450, kills: 1, seconds: 15 },
  long: { sends: 6_000, kills: 5, seconds: 200 },
  run: async (context) => {
    const { stack, size } = context;
    const replaced = size.kills * (stack.workers.length + stack.apiUrls.length);
    const part = { sends: Math.ceil(size.sends / replaced), overMs: (size.seconds * 1_000) / replaced };
    const meanwhile = async (label: string, replace: () => Promise<void>) => {
      await Promise.all([context.post({ ...part, label }), replace()]);
    };
    // Calls take 1 to 2 s, so that a process which is told to stop is in the middle of some.
    stack.ses.faults.set({ faults: [{ kind: 'latency', latencyMs: 1_000, jitterMs: 1_000 }] });
    for (let round = 0; round < size.kills; round += 1) {
      for (const [at, worker] of stack.workers.entries())
        await meanwhile(`workers-${round}-${at}`, () => replaceWorker(context, worker));
      for (let at = 0; at < stack.apiUrls.length; at += 1)
        await meanwhile(`apis-${round}-${at}`, () => replaceApi(context, at));
    }
  },
};

const severalSweepers: Scenario = {
  name: 'several-sweepers',
  about: 'four workers sweep without a pause while Redis is flushed and workers are killed',
  system: { workers: 4, headroom: 1, workerEnv: { SWEEP_INTERVAL_MS: '50' } },
  short: { sends: 240, kills: 2, seconds: 8 },
  long: { sends: 8_000, kills: 20, seconds: 200 },
  run: (context) =>
    spread(context, async () => {
      await Promise.all([killWorker(context, 0), flushRedis(context, 0)]);
    }),
};

/** Scenarios about our own processes. */
export const processScenarios: readonly Scenario[] = [
  workerKill,
  workerKillHold,
  crashPointsScenario,
  workerFreeze,
  workerBlock,
  apiKill,
  rollingSigterm,
  severalSweepers,
];
