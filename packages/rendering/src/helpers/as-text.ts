import { MAX_HELPER_CHARACTERS } from '../limits.ts';

/** A JSON value as text: null, objects and arrays are nothing, and long strings are cut. */
export function asText(value: unknown): string {
  if (typeof value === 'string') {
    return value.length > MAX_HELPER_CHARACTERS ? value.slice(0, MAX_HELPER_CHARACTERS) : value;
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A number, or a string that spells one; null for anything else. */
export function asNumber(value: unknown): number | null {
  if (typeof value === 'string' && value.trim() === '') return null;
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
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
