import type { NoticeStore } from '@postroom/db';
import type { RecurringErrors } from '@postroom/process';
import type { WebhookQueue } from '@postroom/redis';
import { runRepeatedly } from '../run-repeatedly.ts';

/** Endpoints that one turn looks at. */
const pageSize = 500;

/** The longest pause while PostgreSQL or Redis is away, in milliseconds. */
const longestPauseMs = 3_000;

type TellerOptions = {
  readonly intervalMs: number;
  readonly errors: RecurringErrors;
};

/**
 * Looks for endpoints that have something due and tells the queue of them, and removes what is left of deleted ones, until it
 * is stopped. Any number may do so at once: an endpoint has one job, whoever adds it.
 */
export function runTeller(
  notices: Pick<NoticeStore, 'findDue' | 'removeDeleted'>,
  queue: Pick<WebhookQueue, 'add'>,
  { intervalMs, errors }: TellerOptions,
): { stop(): Promise<void> } {
  let after: string | null = null;
  return runRepeatedly(
    async () => {
      const { due, doubtful, last } = await notices.findDue({ after, limit: pageSize });
      after = last;
      await queue.add({ sound: due, doubtful });
      const isRemoving = await notices.removeDeleted();
      return after !== null || isRemoving ? { kind: 'more', afterMs: 0 } : { kind: 'idle' };
    },
    { intervalMs, longestPauseMs, failure: 'webhooks_not_told', errors },
  );
}
