/** How many recipients were taken in the second before now, and the most there ever were in one second. */
export type RecipientRate = {
  add(recipients: number, nowMs: number): void;
  inLastSecond(nowMs: number): number;
  peak(): number;
  clear(): void;
};

/** A window of one second that slides with the clock it is given, the way SES counts `MaxSendRate`. */
export function createRecipientRate(): RecipientRate {
  let window: { readonly atMs: number; readonly recipients: number }[] = [];
  let start = 0;
  let sum = 0;
  let peak = 0;

  const slideTo = (nowMs: number) => {
    for (let oldest = window[start]; oldest !== undefined; oldest = window[start]) {
      if (oldest.atMs > nowMs - 1_000) break;
      sum -= oldest.recipients;
      start += 1;
    }
    if (start > 1_024 && start * 2 > window.length) {
      window = window.slice(start);
      start = 0;
    }
  };

  return {
    add(recipients, nowMs) {
      slideTo(nowMs);
      window.push({ atMs: nowMs, recipients });
      sum += recipients;
      peak = Math.max(peak, sum);
    },
    inLastSecond(nowMs) {
      slideTo(nowMs);
      return sum;
    },
    peak: () => peak,
    clear() {
      window = [];
      start = 0;
      sum = 0;
      peak = 0;
    },
  };
}
