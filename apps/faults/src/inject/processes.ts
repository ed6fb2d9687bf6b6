import { type Env, eventually, type SpawnedNode } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import { stopProcess } from '../run/stop-processes.ts';
import type { Disturbance } from './disturbance.ts';

/** One of the workers that run, whichever the seed picks; waits until there is one. */
async function anyWorker({ stack, random }: Context): Promise<SpawnedNode> {
  return eventually(() => stack.workers[Math.floor(random() * stack.workers.length)] ?? false, {
    timeoutMs: 30_000,
    what: 'A worker that runs',
  });
}

/** Attempts that a worker has claimed and not closed, or closed so. */
const countAttempts = ({ stack }: Context, { pid }: SpawnedNode, which: string): Promise<number> =>
  stack.database.count(`SELECT count(*) FROM send_attempts WHERE worker LIKE $1 AND ${which}`, [`%-${pid}`]);

const countFinished = (context: Context, worker: SpawnedNode) =>
  countAttempts(context, worker, `outcome = 'sent'`);

const countLostLeases = (context: Context, worker: SpawnedNode) =>
  countAttempts(context, worker, `error_code = 'LeaseExpired'`);

/** Of so many sends in hand some are on their way to SES. */
const enoughInHand = 3;
const busyWithinMs = 15_000;

/** Resolves once a worker is in the middle of its work. */
async function untilBusy(context: Context, worker: SpawnedNode): Promise<void> {
  const inHand = () => countAttempts(context, worker, 'outcome IS NULL');
  const isBusy = async () => (await inHand()) >= enoughInHand && (await countFinished(context, worker)) > 0;
  await eventually(isBusy, { timeoutMs: busyWithinMs, what: 'A worker that has much in hand' });
}

/** SIGKILL for a random worker, and another in its place. */
export const killWorker: Disturbance = (context) =>
  context.during('a worker is killed', async () => {
    const worker = await anyWorker(context);
    await context.kill(worker);
    await context.startWorker();
  });

/** How soon others find the leases of a worker that stands still, once those have ended, in milliseconds. */
const lostWithinMs = 30_000;

/** Waits until leases of a worker that stands still were seen to end: how soon is the machine's affair. */
async function untilLost(context: Context, worker: SpawnedNode): Promise<void> {
  const areLost = async () => context.signal.aborted || (await countLostLeases(context, worker)) > 0;
  await eventually(areLost, { timeoutMs: lostWithinMs, intervalMs: 100 }).catch(() =>
    context.fail('a worker was frozen for longer than its lease, and lost none'),
  );
}

/**
 * SIGSTOP for a random worker, and SIGCONT after a while. A call that it was stopped in between its last look at the lease
 * and the write right after it goes out then, after the lease if that has ended.
 */
export async function freezeWorker(context: Context, forMs: number): Promise<void> {
  const isForLong = forMs > context.leaseMs;
  const freeze = async () => {
    const worker = await anyWorker(context);
    if (isForLong) await untilBusy(context, worker);
    worker.kill('SIGSTOP');
    try {
      await context.pause(forMs);
      if (isForLong) await untilLost(context, worker);
    } finally {
      worker.kill('SIGCONT');
    }
  };
  await context.during('a worker is frozen', freeze, { holds: isForLong ? 'messages' : 'workers' });
}

/** SIGKILL for an API, and a new one on its port. */
export const killApi: Disturbance = (context) =>
  context.during('an API is killed', async () => {
    const { stack, random } = context;
    const at = Math.floor(random() * stack.apiUrls.length);
    await context.kill(stack.api(at));
    await stack.startApi(at);
  });

/** How long a request takes that is still under way when the API is killed, at most, in milliseconds. */
const underWayMs = 30;

/** At the end of a load nobody may ask any more. */
const withoutRequestMs = 2_000;

/** SIGKILL for an API a moment after a request has begun, and a new one on its port. */
export const killApiInRequest: Disturbance = async (context, forMs) => {
  await Promise.race([context.nextRequest(), context.pause(withoutRequestMs)]);
  await context.pause(context.random() * underWayMs);
  await killApi(context, forMs);
};

/** SIGTERM for an API, and a new one on its port once it has ended. */
export async function replaceApi(context: Context, at: number): Promise<void> {
  await context.during('an API is told to stop', async () => {
    await stopProcess(context, 'api', context.stack.api(at));
    await context.stack.startApi(at);
  });
}

/** SIGTERM for a worker that has sends in hand, while its successor starts. */
export async function replaceWorker(context: Context, worker: SpawnedNode): Promise<void> {
  await untilBusy(context, worker);
  const before = await countFinished(context, worker);
  await context.during('a worker is told to stop', async () => {
    await Promise.all([stopProcess(context, 'worker', worker), context.startWorker()]);
  });
  const more = (await countFinished(context, worker)) - before;
  context.tell(`a worker that was told to stop finished ${more} calls first`);
  if (more === 0) context.fail('a worker that was told to stop was in the middle of no call');
}

/** How soon a worker that has work comes to the moment at which it blocks, beside the lease, in milliseconds. */
const blockedWithinMs = 30_000;

/**
 * The event loop of a new worker stands still at one moment of a send, for longer than its leases; then it goes on. The
 * leases are seen to end meanwhile.
 */
export async function blockWorker(
  context: Context,
  { moment, env }: { readonly moment: string; readonly env: Env },
): Promise<void> {
  const blockMs = context.leaseMs * 1.5;
  await context.during(
    `the event loop of a worker is blocked: ${moment}`,
    async () => {
      const { process, metricsUrl } = await context.startWorker({
        ...env,
        POSTROOM_TEST_BLOCK_AT: moment,
        POSTROOM_TEST_BLOCK_MS: String(blockMs),
      });
      const lost = () => countLostLeases(context, process);
      await eventually(async () => (await lost()) > 0, {
        timeoutMs: context.leaseMs + blockedWithinMs,
        intervalMs: 100,
        what: `The end of a lease of a worker that is blocked ${moment}`,
      });
      await process.waitForHttp(metricsUrl, blockMs + blockedWithinMs);
      context.tell(`a worker that was blocked ${moment} lost ${await lost()} leases`);
    },
    { holds: 'workers' },
  );
}
