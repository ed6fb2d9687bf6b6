/** 2026-01-01T00:00:00Z: no send is older. */
const firstMs = 1_767_225_600_000;

/** The sends of one process within one millisecond that are told apart. */
const perMs = 4_096;

/** The least number is 1. */
const first = 1;

/**
 * The number of the bounce of a send, for clients that know bounces by number: the send's millisecond, of which its id, a
 * UUID v7, begins with 48 bits, and the last 12 bits of the counter behind it, which grows by one from send to send. It is below
 * 2^53 until 2095, and the same for ever: nothing has to be stored for it. Pure.
 */
export function bounceNumberOf(sendId: string): number {
  const hex = sendId.replaceAll('-', '');
  const counter = (Number.parseInt(hex.slice(18, 22), 16) >>> 2) % perMs;
  return Math.max(0, Number.parseInt(hex.slice(0, 12), 16) - firstMs) * perMs + counter + first;
}

/** The millisecond in which the send of a bounce was accepted. Pure. */
export const momentOfBounce = (number: number): Date =>
  new Date(firstMs + Math.floor((number - first) / perMs));
