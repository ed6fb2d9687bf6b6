import type { StallFact } from '../facts/facts.ts';

const tickMs = 20;

/** A tick that comes later than this is a stall: what arrived meanwhile is noted as if it came at once. */
const noticeMs = 15;

/** Notes when this process stood still, until it is stopped. */
export function watchStalls(): { readonly stalls: readonly StallFact[]; stop(): void } {
  const stalls: StallFact[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = now - last - tickMs;
    if (lateMs > noticeMs) stalls.push({ monotonicMs: now, ms: lateMs });
    last = now;
  }, tickMs);
  return { stalls, stop: () => clearInterval(timer) };
}
