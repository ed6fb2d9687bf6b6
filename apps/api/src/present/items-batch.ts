import type { ItemResult, ItemsBatchResponse } from '@postroom/contracts';
import type { BatchOutcome, ItemOutcome } from '@postroom/core';
import { presentEmailSend } from './email-send.ts';

function presentItem(outcome: ItemOutcome, index: number): ItemResult {
  if (outcome.kind === 'accepted') {
    const { idempotencyKey, replayed, send } = outcome;
    return { index, idempotencyKey, status: 'accepted', replayed, send: presentEmailSend(send) };
  }
  return {
    index,
    idempotencyKey: outcome.idempotencyKey,
    status: 'rejected',
    error: outcome.code,
    message: outcome.message,
    ...(outcome.details === undefined ? {} : { details: outcome.details }),
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
