import { itemsBatchResponseSchema } from '@postroom/contracts';
import { batchSize } from './mailbag.ts';
import type { PostAnswer } from './post-bodies.ts';

/** Adds up the new sends that answers hold; throws at an answer that did not accept its whole batch as new. */
export function countAccepted(answers: readonly PostAnswer[]): number {
  for (const { status, body } of answers) {
    if (status !== 200) throw new Error(`The API answered a batch with ${status}: ${body.toString()}`);
    const batch = itemsBatchResponseSchema.parse(JSON.parse(body.toString()));
    const fresh = batch.items.filter((item) => item.status === 'accepted' && !item.replayed).length;
    if (fresh === batchSize && batch.accepted === batchSize) continue;
    const rejected = batch.items.find((item) => item.status === 'rejected');
    throw new Error(`Of a batch of ${batchSize}, ${fresh} were accepted as new: ${JSON.stringify(rejected)}`);
  }
  return answers.length * batchSize;
}
