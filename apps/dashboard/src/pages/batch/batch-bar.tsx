import type { BatchResource } from '@postroom/contracts';
import { counted } from '../../ui/words.ts';

/** The statuses at which nothing more happens. */
const ends = ['Sent', 'Skipped', 'Failed', 'Canceled'] as const;

/** How many sends of a batch are at their end, and how many there are. */
export function progressOf({ counts }: BatchResource): { readonly ended: number; readonly all: number } {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { ended: ends.reduce((sum, status) => sum + counts[status], 0), all };
}

/** How far a batch is, as a bar and in words. */
export function BatchBar({ batch }: { readonly batch: BatchResource }) {
  const { ended, all } = progressOf(batch);
  const { Failed, Sent } = batch.counts;
  return (
    <div class="bar">
      <progress max={Math.max(all, 1)} value={ended} aria-label="Sends at their end" />
      <span>
        {counted(Sent)} sent{Failed > 0 && <span class="bad-words">, {counted(Failed)} failed</span>} of{' '}
        {counted(all)}
      </span>
    </div>
  );
}
