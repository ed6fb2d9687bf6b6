/** The pauses after the tries of one round, in milliseconds: after the last one the notice is given up. */
const pausesMs = [5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 10 * 3_600].map((s) => s * 1_000);

/** How many tries one round has. */
export const triesPerRound = pausesMs.length + 1;

/** A receiver may ask to be left alone for so long, in milliseconds. */
const maxAskedMs = 24 * 3_600_000;

/** A pause is longer or shorter by so much of itself, by chance, so that what failed together does not come again together. */
const jitter = 0.1;

/**
 * How long to wait after the `tries`-th try of a round has failed, in milliseconds; null: it was the last one. What the
 * receiver asked for (`Retry-After`) holds where it is longer. `random` is in [0, 1).
 */
export function pauseAfterMs(
  tries: number,
  { askedMs, random }: { readonly askedMs: number | null; readonly random: number },
): number | null {
  const pauseMs = pausesMs[tries - 1];
  if (pauseMs === undefined) return null;
  const jittered = pauseMs * (1 - jitter + 2 * jitter * random);
  return Math.round(Math.max(jittered, Math.min(askedMs ?? 0, maxAskedMs)));
}

/** What `Retry-After` asks for, in milliseconds from `nowMs`: a number of seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // An HTTP date names its day: what else `Date.parse` would take is no date of HTTP.
  if (!/^[A-Z][a-z]+, /.test(text)) return null;
  const atMs = Date.parse(text);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
