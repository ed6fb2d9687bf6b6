import type { NoticeReport } from '@postroom/core';
import type { Logger } from '@postroom/process';
import type { WorkerMetrics } from '../metrics.ts';

/** What one try came to, in the words of the metrics. */
const resultOf = ({ record: { state } }: NoticeReport) => (state === 'pending' ? 'retried' : state);

/** Writes one line for each try, with ids and without anything of what was sent or answered, and counts it. */
export function reportNotice(
  report: NoticeReport,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: WorkerMetrics['webhooks'] },
): void {
  const { notice, record, disabled } = report;
  const { workspaceId, endpointId, type, attempt } = notice;
  const { durationMs, statusCode, error } = record;
  const result = resultOf(report);
  metrics.attempts.inc({ result });
  metrics.seconds.observe(durationMs / 1_000);
  const sendId = notice.send === null ? {} : { sendId: notice.send.id };
  const ids = { deliveryId: notice.id, webhookId: endpointId, ...sendId, workspaceId };
  logger.info({
    event: 'webhook_attempt',
    ...ids,
    type,
    attempt,
    result,
    durationMs,
    ...(statusCode === null ? {} : { statusCode }),
    ...(error === null ? {} : { reason: error }),
  });
  if (disabled === null) return;
  metrics.disabled.inc({ reason: disabled });
  logger.warn({ event: 'webhook_disabled', ...ids, reason: disabled });
}
