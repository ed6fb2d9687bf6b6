import type { SendQueue } from '@postroom/redis';
import { eventually } from '@postroom/testkit';
import { countAccepted } from '../load/count-accepted.ts';
import { batchSize, type Mailbag } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import type { BenchChild } from '../process/child.ts';
import { between, cpuOf, type Reading, serversCpu } from '../report/reading.ts';
import type { Bench } from '../stack/start-bench.ts';

/** What a drain works on. */
export type DrainContext = {
  readonly bench: Bench;
  readonly worker: BenchChild;
  readonly queue: SendQueue;
  readonly mailbag: Mailbag;
  readonly onAccepted: (sends: number) => void;
};

const drainWithinMs = 180_000;
const lookEveryMs = 20;

async function fill({ bench, mailbag, onAccepted }: DrainContext, sends: number): Promise<void> {
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
 * Queues that many sends while the worker is held still, lets it go, and measures until every one is settled
 * in the database. CPU time is read when the last job is off the queue, which comes a moment later.
 */
export async function measureDrain(context: DrainContext, sends: number): Promise<Reading> {
  const { bench, worker, queue } = context;
  await until('An empty queue', () => isQueueEmpty(queue));
  // A frozen process cannot be asked, and uses nothing until it is let go.
  const cpuSeconds = await worker.cpuSeconds();
  worker.freeze();
  try {
    await fill(context, sends);
  } catch (error) {
    worker.thaw();
    throw error;
  }
  const before = { cpuSeconds, ...(await serversCpu(bench)) };
  const startedAt = performance.now();
  worker.thaw();
  await until(`The end of ${sends} sends`, () => isSettled(bench));
  const seconds = (performance.now() - startedAt) / 1000;
  await until('An empty queue', () => isQueueEmpty(queue));
  return { emails: sends, seconds, latenciesMs: [], ...between(before, await cpuOf(worker, bench)) };
}
