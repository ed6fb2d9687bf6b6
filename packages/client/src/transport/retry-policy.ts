import type { PostroomError } from '../postroom-error.ts';

/**
 * What a call does to the server, which decides when it may be repeated:
 * - `none`: it only reads, so it may be repeated whatever happened;
 * - `idempotent`: to do it twice is to do it once, by an idempotency key or by its nature;
 * - `once`: it is repeated only when the server surely has not done it.
 */
export type Effect = 'none' | 'idempotent' | 'once';

/** The first wait is at most so long, and each one after it at most twice as long as the one before. */
const firstBackOffMs = 500;
const maxBackOffMs = 16_000;

/** A server that asks for a longer wait than this is not waited for: the caller is told instead. */
const maxRetryAfterMs = 60_000;

const transient = new Set([408, 429, 500, 502, 503, 504]);

/**
 * Whether the server surely did nothing, and said or showed that it may later. A 503 may come of a connection to the database that broke
 * while what was asked for was committed.
 */
function isSurelyUndone({ code, status, inDoubt }: PostroomError): boolean {
  return status === 429 || (code === 'network_error' && !inDoubt);
}

function isTransient({ code, status }: PostroomError): boolean {
  if (status !== null) return transient.has(status);
  return code === 'network_error' || code === 'timeout';
}

/**
 * How long to wait before the try after `tries` tries, or null to give up. Without a word of the server it is
 * exponential, from half the back-off up to all of it; with `Retry-After` it is never shorter than that.
 */
export function retryDelayMs(
  error: PostroomError,
  { tries, maxRetries, effect }: { tries: number; maxRetries: number; effect: Effect },
  random: number,
): number | null {
  if (tries > maxRetries) return null;
  if (effect === 'once' ? !isSurelyUndone(error) : !isTransient(error)) return null;
  const { retryAfterMs } = error;
  if (retryAfterMs !== undefined) {
    return retryAfterMs > maxRetryAfterMs ? null : Math.ceil(retryAfterMs + random * firstBackOffMs);
  }
  const backOffMs = Math.min(firstBackOffMs * 2 ** (tries - 1), maxBackOffMs);
  return Math.ceil((backOffMs * (1 + random)) / 2);
}
