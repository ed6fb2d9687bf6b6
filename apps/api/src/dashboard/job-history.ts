import { queueName, type SendQueue } from '@postroom/redis';

/** BullMQ keeps what ended in each minute of a fortnight. */
const keptMinutes = 60 * 24 * 14;

const minuteMs = 60_000;
const bucketMs = { hour: 60 * minuteMs, day: 24 * 60 * minuteMs } as const;

type HistoryQuery = {
  /** Left out: of all queues. */
  readonly queue?: string;
  readonly metric: string;
  /** Both inclusive, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly granularity: keyof typeof bucketMs;
};

type HistoryPoint = { readonly ts: number; readonly value: number };

/**
 * Jobs that ended in each hour or day, from the counts of minutes that BullMQ keeps: in the queue that is shown, of the
 * environment's account alone. Those of webhooks are not counted.
 */
export function createJobHistory({
  throughput,
  now,
}: Pick<SendQueue, 'throughput'> & { readonly now: () => number }): {
  getHistory(query: HistoryQuery): Promise<HistoryPoint[]>;
} {
  return {
    getHistory: async ({ queue = queueName, metric, from, to, granularity }) => {
      if (queue !== queueName || (metric !== 'completed' && metric !== 'failed')) return [];
      const minutes = Math.min(keptMinutes, Math.ceil((now() - from) / minuteMs) + 1);
      if (minutes < 1) return [];
      const counted = await throughput(minutes, 'default');
      const sums = new Map<number, number>();
      for (const [at, count] of counted[metric].entries()) {
        const minute = (counted.firstMinute + at) * minuteMs;
        const bucket = Math.floor(minute / bucketMs[granularity]) * bucketMs[granularity];
        if (minute + minuteMs > from && minute <= to) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
      }
      return [...sums].map(([ts, value]) => ({ ts, value }));
    },
  };
}
