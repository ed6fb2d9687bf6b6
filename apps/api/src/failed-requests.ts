import { errorFields, type Logger, type RecurringErrors } from '@postroom/process';
import type { ApiMetrics } from './metrics/metrics.ts';
import type { FailedRequest } from './middleware/handle-errors.ts';

/**
 * Counts and logs requests that failed: a fault of ours each by itself, since its id is what a client can name; those that were refused
 * while PostgreSQL was away as one line with a count.
 */
export function failureTeller(to: {
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly metrics: Pick<ApiMetrics, 'requestsFailed'>;
}): (failed: FailedRequest) => void {
  const event = 'request_failed';
  return ({ cause, ...fields }) => {
    to.metrics.requestsFailed.inc({ code: fields.code });
    if (fields.code === 'internal_error') to.logger.error({ event, ...fields, ...errorFields(cause) });
    else to.errors.note({ event, error: cause, fields });
  };
}
