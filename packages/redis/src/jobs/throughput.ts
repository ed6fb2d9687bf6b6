import type { Metrics } from 'bullmq';

const minuteMs = 60_000;

/** Jobs that ended in each minute, oldest first; the last of them is not over. */
export type JobThroughput = {
  /** The first of the minutes, counted from 1970. */
  readonly firstMinute: number;
  readonly completed: readonly number[];
  readonly failed: readonly number[];
};

/**
 * What BullMQ has counted, minute by minute. It counts on when a job ends: `count - prevCount` is of the minute of `prevTS`,
 * `data` of those before it, newest first, and since then nothing has ended.
 */
export function alignMinutes(
  { meta, data }: Pick<Metrics, 'meta' | 'data'>,
  minutes: readonly number[],
): number[] {
  const last = Math.floor(meta.prevTS / minuteMs);
  return minutes.map((minute) => {
    if (meta.prevTS === 0 || minute > last) return 0;
    return minute === last ? meta.count - meta.prevCount : (data[last - 1 - minute] ?? 0);
  });
}

/** The minutes up to that of a moment. */
export function minutesUntil(nowMs: number, count: number): readonly number[] {
  const last = Math.floor(nowMs / minuteMs);
  return Array.from({ length: count }, (_, at) => last - count + 1 + at);
}

/** What several queues did together. */
export function sumThroughput(all: readonly JobThroughput[]): JobThroughput {
  const [first] = all;
  const sum = (state: 'completed' | 'failed') =>
    (first?.[state] ?? []).map((_, at) => all.reduce((total, own) => total + (own[state][at] ?? 0), 0));
  return { firstMinute: first?.firstMinute ?? 0, completed: sum('completed'), failed: sum('failed') };
}
