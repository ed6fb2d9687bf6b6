import type { Bench } from '../stack/start-bench.ts';

/** What the workers step back by: else the fake SES would see what it is told of when they let it. */
const niceness = 19;

/** Does something while so many workers share a rate, and stops them again. */
export async function withWorkers<Result>(
  bench: Bench,
  { rate, workers }: { readonly rate: number; readonly workers: number },
  work: () => Promise<Result>,
): Promise<Result> {
  const env = { SES_MAX_SEND_RATE: String(rate) };
  const started = await Promise.all(Array.from({ length: workers }, () => bench.startWorker(env, niceness)));
  try {
    return await work();
  } finally {
    await Promise.all(started.map((worker) => worker.stop()));
  }
}
