/** A JSON value as text: null, objects and arrays are nothing. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Digits as JSON writes them (RFC 8259, section 6), without an exponent: no spaces, no `0x10`, no `007`. */
const decimalPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

function isDecimal(text: string): text is `${number}` {
  return decimalPattern.test(text) && Number.isFinite(Number(text));
}

/** A number, or a string that is one to the letter, with all its digits; null for anything else. */
export function asDecimal(value: unknown): number | `${number}` | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' && isDecimal(value) ? value : null;
}

/** The same as the number that is nearest. */
export function asNumber(value: unknown): number | null {
  const decimal = asDecimal(value);
  return decimal === null ? null : Number(decimal);
}

/** The same for comparing: whole numbers written as text keep all their digits. */
export function asComparable(value: unknown): number | bigint | null {
  const decimal = asDecimal(value);
  return typeof decimal === 'string' && /^-?\d+$/.test(decimal) ? BigInt(decimal) : asNumber(decimal);
}

/** A whole number from `min` to `max`; `fallback` for anything that is not a number. */
export function asCount(value: unknown, bounds: { min: number; max: number; fallback: number }): number {
  const number = asNumber(value);
  if (number === null) return bounds.fallback;
  return Math.min(bounds.max, Math.max(bounds.min, Math.trunc(number)));
}

/** Whether a value counts as false for `#if`: false, 0, '', null, undefined, NaN and the empty array. */
export function isFalsy(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}
