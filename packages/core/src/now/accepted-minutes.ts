import type { NowSources } from './now-sources.ts';

const minuteMs = 60_000;

/** A minute that has been over for so long gets no more, in milliseconds: whatever was accepted in it is committed. */
const settleMs = 30_000;

/** Minutes that are shown. */
export const shownMinutes = 60;

/**
 * Remembers what was accepted in minutes that are settled, each counted once, so that a count reads the newest alone. Where more
 * was accepted than is counted at once, earlier minutes are counted next time, and are not known until then.
 */
export function createAcceptedMinutes(operations: Pick<NowSources['operations'], 'countAccepted'>) {
  const settled = new Map<number, number>();
  let newest = new Map<number, number>();
  const keep = async (from: number, below: number, into: Map<number, number>) => {
    const counted = await operations.countAccepted(from, below);
    const counts = new Map(counted.minutes.map(({ minute, count }) => [minute, count]));
    for (let minute = counted.from; minute < below; minute += 1) into.set(minute, counts.get(minute) ?? 0);
  };
  return {
    /** Counts what is not known yet. Rejects where PostgreSQL does not answer; then the minutes that are not settled are not known. */
    count: async (nowMs: number): Promise<void> => {
      const last = Math.floor(nowMs / minuteMs);
      const first = last - shownMinutes + 1;
      const unsettled = Math.floor((nowMs - settleMs) / minuteMs);
      // What was counted while the clock was ahead was not over.
      for (const minute of settled.keys()) if (minute < first || minute >= unsettled) settled.delete(minute);
      const missing = Array.from({ length: unsettled - first }, (_, at) => first + at).filter(
        (minute) => !settled.has(minute),
      );
      const counted = new Map<number, number>();
      try {
        // One minute more: another machine's clock may be ahead.
        await keep(unsettled, last + 2, counted);
        const [from, to] = [missing[0], missing.at(-1)];
        if (from !== undefined && to !== undefined) await keep(from, to + 1, settled);
        newest = counted;
      } catch (error) {
        newest = new Map();
        throw error;
      }
    },
    /** So many of each minute from one on; null: not known. */
    from: (firstMinute: number): readonly (number | null)[] =>
      Array.from({ length: shownMinutes }, (_, at) => {
        const minute = firstMinute + at;
        return settled.get(minute) ?? newest.get(minute) ?? null;
      }),
  };
}
