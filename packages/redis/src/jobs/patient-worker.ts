import { type Processor, Worker, type WorkerOptions } from 'bullmq';
import { ReplyError } from 'ioredis';
import type { RedisConnection } from '../connection/redis.ts';
import type { GrowingPause } from './growing-pause.ts';

/** The longest that one command waits in Redis for a job, in seconds: less than what counts as no answer. */
export const blockSeconds = 1;

/** What one worker waits for before it takes more: Redis to do what it is told, and the work itself to be possible. */
type Pauses = { readonly redis: GrowingPause; readonly work: GrowingPause };

/**
 * BullMQ's worker, but for what it lacks. It blocks for up to ten seconds when the next job is a delayed one, whatever
 * the drain delay is. And it waits after errors of the connection alone: a Redis that is full, read-only or refuses a
 * command would be asked again at once, for ever, by a loop that keeps a core busy.
 */
export class PatientWorker extends Worker {
  readonly pauses: Pauses;

  constructor(
    queueName: string,
    processor: Processor,
    { pauses, ...options }: WorkerOptions & { readonly pauses: Pauses },
  ) {
    super(queueName, processor, options);
    this.pauses = pauses;
    // A connection that is lost is waited for by itself.
    this.on('error', (error) => {
      if (error instanceof ReplyError) pauses.redis.met();
    });
  }

  protected override getBlockTimeout(blockUntil: number): number {
    return Math.min(super.getBlockTimeout(blockUntil), blockSeconds);
  }

  /** Takes a job, after whatever pause there is: every way to one leads through here, or begins with a job that ended well. */
  protected override async moveToActive(token: string, name?: string): ReturnType<Worker['moveToActive']> {
    const { redis, work } = this.pauses;
    const mayGoOn = (await work.pass()) && (await redis.pass());
    // Nobody is told: a worker that is stopping keeps its errors to itself.
    if (!mayGoOn) throw new Error('The worker is stopping.');
    const job = await super.moveToActive(token, name);
    redis.over();
    return job;
  }

  /** Without a time it is the pause after a failed wait for jobs, which is a tenth of a second however often it fails. */
  override async delay(...how: Parameters<Worker['delay']>): Promise<void> {
    await super.delay(...how);
    if (how[0] === undefined) await this.pauses.redis.pass();
  }
}

/** Whether something takes longer than it may; rejects as it does before. */
async function isLaterThan(done: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), deadlineMs);
  });
  try {
    return (await Promise.race([done, deadline])) === 'late';
  } finally {
    clearTimeout(timer);
  }
}

type Stop = {
  readonly connection: RedisConnection;
  /** The jobs in hand; none of them rejects. */
  readonly inHand: ReadonlySet<Promise<void>>;
  readonly deadlineMs: number;
  /** Called once no more jobs are taken. */
  readonly beforeWaiting: () => void;
};

/** Takes no more jobs, waits for those in hand as long as it may, and closes. */
export async function stopWorker(
  worker: Worker,
  { connection, inHand, deadlineMs, beforeWaiting }: Stop,
): Promise<void> {
  await worker.pause(true);
  beforeWaiting();
  // Without Redis its loop would be waited for, which waits for Redis.
  const drained = Promise.all(inHand).then(() => worker.close(connection.status !== 'ready'));
  const isLate = await isLaterThan(drained, deadlineMs);
  // One that is closing already has lost Redis since, and cannot be told a second time.
  if (isLate && worker.closing === undefined) await worker.close(true);
}
