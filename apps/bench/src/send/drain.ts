import type { SendQueue } from '@postroom/redis';
import { eventually } from '@postroom/testkit';
import { countAccepted } from '../load/count-accepted.ts';
import { batchSize, type Mailbag } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import { between, type Reading, serversCpu } from '../report/reading.ts';
import type { Bench } from '../stack/start-bench.ts';

/** What a drain works on. */
export type DrainContext = {
  readonly bench: Bench;
  readonly workers: readonly BenchChild[];
  readonly queue: SendQueue;
};

/** How a queue is filled. */
export type Filling = {
  readonly bench: Bench;
  readonly mailbag: Mailbag;
  readonly onAccepted: (sends: number) => void;
};

const drainWithinMs = 180_000;
const lookEveryMs = 20;

/** Posts so many emails by the hundred, five requests at once. */
export async function fill({ bench, mailbag, onAccepted }: Filling, sends: number): Promise<void> {
  const answers = await postBodies(mailbag.bodies(sends / batchSize, 'known'), {
    ...batchesOf(bench),
    atOnce: 5,
  });
  onAccepted(countAccepted(answers));
}

const until = (what: string, check: () => Promise<boolean>) =>
  eventually(check, { timeoutMs: drainWithinMs, intervalMs: lookEveryMs, what });

/** Whether every send has come to its end; the partial index of unfinished sends makes it cheap to ask. */
async function isSettled({ database }: Bench): Promise<boolean> {
  const found = await database.rows(
    "SELECT FROM email_sends WHERE status IN ('Scheduled', 'Queued', 'Processing') LIMIT 1",
  );
  return found.length === 0;
}

async function isQueueEmpty(queue: SendQueue): Promise<boolean> {
  const { waiting, prioritized, active, delayed } = await queue.counts();
  return waiting + prioritized + active + delayed === 0;
}

/**
 * Queues sends, as `queueThem` does it, while the workers are held still, lets them go, and measures until every one is settled
 * in the database. CPU time, of the workers together, is read when the last job is off the queue, which comes a moment later.
 */
export async function measureDrain(
  { bench, workers, queue }: DrainContext,
  sends: number,
  queueThem: () => Promise<unknown>,
): Promise<Reading> {
  const cpuOfWorkers = async () => {
    const seconds = await Promise.all(workers.map((worker) => worker.cpuSeconds()));
    return seconds.reduce((sum, one) => sum + one, 0);
  };
  const thaw = () => {
    for (const worker of workers) worker.thaw();
  };
  await until('An empty queue', () => isQueueEmpty(queue));
  // A frozen process cannot be asked, and uses nothing until it is let go.
  const cpuSeconds = await cpuOfWorkers();
  for (const worker of workers) worker.freeze();
  try {
    await queueThem();
  } catch (error) {
    thaw();
    throw error;
  }
  const before = { cpuSeconds, ...(await serversCpu(bench)) };
  const startedAt = performance.now();
  thaw();
  await until(`The end of ${sends} sends`, () => isSettled(bench));
  const seconds = (performance.now() - startedAt) / 1000;
  await until('An empty queue', () => isQueueEmpty(queue));
  const after = { cpuSeconds: await cpuOfWorkers(), ...(await serversCpu(bench)) };
  return { emails: sends, seconds, latenciesMs: [], ...between(before, after) };
}
