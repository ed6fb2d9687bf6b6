import type { StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import type { ItemOutcome } from './item-outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { keyOfRaw } from './parse-item.ts';
import { type AcceptBatchInput, planItems } from './plan-items.ts';
import { newOnes } from './plan-sends.ts';
import { writeSends } from './write-sends.ts';

export type BatchOutcome = {
  /** The one batch that all accepted sends belong to, or null. */
  readonly batchId: string | null;
  readonly items: readonly ItemOutcome[];
};

/**
 * Records every acceptable item as one row. What is answered as accepted is on disk; the queue is only told
 * afterwards, and may miss it.
 */
export async function acceptItemsBatch(
  deps: AcceptBatchDeps,
  input: AcceptBatchInput,
): Promise<BatchOutcome> {
  const { workspaceId, isSimulated, confirmation } = input;
  const plan = await planItems(deps, input);
  const batch = {
    id: deps.newId(),
    workspaceId,
    isSimulated,
    confirmation,
    dialect: 'items',
    total: input.items.length,
    rejected: plan.steps.filter(({ kind }) => kind === 'rejected').length,
  } as const;
  const written = await writeSends(deps, batch, { planned: newOnes(plan), newProfiles: plan.newProfiles });
  const items = plan.steps.map(
    (step, index): ItemOutcome =>
      step.kind === 'rejected'
        ? { ...step, idempotencyKey: keyOfRaw(input.items[index]) }
        : { ...outcomeOf(step, written, input), idempotencyKey: step.asked.key },
  );
  const accepted = items.flatMap((item) => (item.kind === 'accepted' ? [item.send] : []));
  return { batchId: commonBatchId(accepted), items };
}

/** The batch that all of the sends belong to, or null. */
export function commonBatchId(sends: readonly StoredSend[]): string | null {
  const ids = new Set(sends.map(({ batchId }) => batchId));
  const [only] = ids;
  return ids.size === 1 ? (only ?? null) : null;
}
