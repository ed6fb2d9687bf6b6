import type { ItemResult, ItemsBatchResponse } from '@postroom/contracts';
import type { BatchOutcome, ItemOutcome, Rejection } from '@postroom/core';
import { presentEmailSend } from './email-send.ts';

function presentItem(outcome: ItemOutcome, index: number): ItemResult {
  if (outcome.kind === 'accepted') {
    const { idempotencyKey, replayed, send } = outcome;
    return { index, idempotencyKey, status: 'accepted', replayed, send: presentEmailSend(send) };
  }
  return presentRejection(outcome, index);
}

/** An item that made no row, and why. */
export function presentRejection(
  { idempotencyKey, code, message, details }: Rejection & { readonly idempotencyKey: string | null },
  index: number,
): Extract<ItemResult, { status: 'rejected' }> {
  return {
    index,
    idempotencyKey,
    status: 'rejected',
    error: code,
    message,
    ...(details === undefined ? {} : { details }),
  };
}

/** The answer to a batch of the items dialect, in the order of the request. */
export function presentItemsBatch(outcome: BatchOutcome): ItemsBatchResponse {
  const items = outcome.items.map(presentItem);
  const accepted = items.filter(({ status }) => status === 'accepted').length;
  return {
    total: items.length,
    accepted,
    rejected: items.length - accepted,
    batchId: outcome.batchId,
    items,
  };
}
