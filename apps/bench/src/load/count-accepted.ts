import { itemsBatchResponseSchema } from '@postroom/contracts';
import { batchSize } from './mailbag.ts';
import type { PostAnswer } from './post-bodies.ts';

/** Adds up the new sends that answers hold; throws at an answer that did not accept its whole batch as new. */
export function countAccepted(answers: readonly PostAnswer[], size = batchSize): number {
  for (const { status, body } of answers) {
    if (status !== 200) throw new Error(`The API answered a batch with ${status}: ${body.toString()}`);
    const batch = itemsBatchResponseSchema.parse(JSON.parse(body.toString()));
    const fresh = batch.items.filter((item) => item.status === 'accepted' && !item.replayed).length;
    if (fresh === size && batch.accepted === size) continue;
    const rejected = batch.items.find((item) => item.status === 'rejected');
    throw new Error(`Of a batch of ${size}, ${fresh} were accepted as new: ${JSON.stringify(rejected)}`);
  }
  return answers.length * size;
}
