import { type EmailsDryRunResponse, formatAddress, type ItemsDryRunResponse } from '@postroom/contracts';
import type { DryRunEmail, DryRunItem } from '@postroom/core';
import { presentEmailRecord } from './email-record.ts';
import { presentRejection } from './items-batch.ts';
import { presentWarnings } from './warnings.ts';

function presentItem(outcome: DryRunItem, index: number): ItemsDryRunResponse['items'][number] {
  if (outcome.kind === 'rejected') return presentRejection(outcome, index);
  const { idempotencyKey, replayed, rendered, warnings } = outcome;
  return { index, idempotencyKey, status: 'accepted', replayed, rendered, ...presentWarnings(warnings) };
}

/** What a batch of items would have come to. */
export function presentItemsDryRun(outcomes: readonly DryRunItem[]): ItemsDryRunResponse {
  const items = outcomes.map(presentItem);
  const accepted = items.filter(({ status }) => status === 'accepted').length;
  return { dryRun: true, total: items.length, accepted, rejected: items.length - accepted, items };
}

function presentEmail(email: DryRunEmail): EmailsDryRunResponse['emails'][number] {
  if (email.existing !== null) {
    const { id: _id, created_at: _at, ...record } = presentEmailRecord(email.existing);
    return { ...record, rendered: null };
  }
  return {
    status: email.error === null ? 'queued' : 'failed',
    from: formatAddress(email.from),
    to: email.to,
    subject: email.subject,
    ...(email.error === null ? {} : { error: email.error }),
    rendered: email.rendered,
  };
}

/** What a batch of emails would have come to. */
export function presentEmailsDryRun(emails: readonly DryRunEmail[]): EmailsDryRunResponse {
  return { dryRun: true, emails: emails.map(presentEmail), count: emails.length };
}
