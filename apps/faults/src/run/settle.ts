import { eventually } from '@postroom/testkit';
import { brokenMsOf, type OpenSend } from '../nouns/facts.ts';
import { pauseBounds, settleBounds } from '../nouns/timing.ts';
import { countOpen } from '../system/read-facts.ts';
import type { System } from '../system/system.ts';
import type { Notes } from './notes.ts';

/** The events of SES may take so long after the last send, with their retries. */
const eventsWithinMs = 60_000;
const lookEveryMs = 200;

/** Polls until nothing is left, or for so long; answers whether nothing was. The server may still be coming back. */
const until = (isDone: () => Promise<boolean> | boolean, timeoutMs: number) =>
  eventually(isDone, { timeoutMs, intervalMs: lookEveryMs }).catch(() => false);

type Settling = {
  readonly open: readonly OpenSend[];
  readonly notes: Pick<Notes, 'sends' | 'faults'>;
  readonly signal: AbortSignal;
};

/** Waits until every send is at its end and every event has arrived; answers how long the sends took. */
export async function settle(
  { stack, timing, rate }: System,
  { open, notes, signal }: Settling,
): Promise<number | null> {
  const startedAt = performance.now();
  const now = Date.now();
  const lastDueMs = notes.sends.reduce((last, wish) => Math.max(last, (wish.scheduledAtMs ?? 0) - now), 0);
  const { backOff, hold } = pauseBounds(brokenMsOf(notes.faults));
  const drainMs = (open.length / rate) * 2_000 + 10_000;
  const boundMs = settleBounds(timing).unreported + Math.max(backOff, hold) + lastDueMs + drainMs;
  const isSettled = await until(
    async () => (await countOpen(stack.database)) === 0 || signal.aborted,
    2 * boundMs,
  );
  const tookMs = performance.now() - startedAt;
  await until(() => stack.ses.events?.counts().pending === 0 || signal.aborted, eventsWithinMs);
  return isSettled ? tookMs : null;
}
