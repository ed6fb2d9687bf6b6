import { asComparable, isFalsy } from './as-text.ts';
import { type HelperSpec, valueHelper } from './spec.ts';

/** Comparisons and fallbacks, mostly for use inside `#if`. */
export const logicHelpers: Readonly<Record<string, HelperSpec>> = {
  default: valueHelper({
    minArguments: 2,
    maxArguments: 2,
    acceptsMissing: true,
    description:
      'The first value, or the second if the first is missing, null or empty: {{default name "there"}}',
    run: ([value, fallback]) => (value === undefined || value === null || value === '' ? fallback : value),
  }),
  eq: comparison(
    'Whether two values are the same, type included: {{#if (eq plan "pro")}}',
    (a, b) => a === b,
  ),
  ne: comparison('Whether two values differ: {{#if (ne plan "free")}}', (a, b) => a !== b),
  gt: comparison(
    'Whether the first is greater, as numbers if both are, else as text: {{#if (gt total 100)}}',
    (a, b) => isBelow(b, a),
  ),
  lt: comparison(
    'Whether the first is less, as numbers if both are, else as text: {{#if (lt stock 5)}}',
    isBelow,
  ),
  and: valueHelper({
    minArguments: 2,
    maxArguments: 10,
    acceptsMissing: true,
    description: 'The first value that #if takes for false, else the last: {{#if (and name (gt total 0))}}',
    run: (values) => values[decisive(values, isFalsy)],
  }),
  or: valueHelper({
    minArguments: 2,
    maxArguments: 10,
    acceptsMissing: true,
    description: 'The first value that #if takes for true, else the last: {{#if (or phone email)}}',
    run: (values) => values[decisive(values, (value) => !isFalsy(value))],
  }),
  not: valueHelper({
    minArguments: 1,
    maxArguments: 1,
    acceptsMissing: true,
    description: 'Whether #if takes the value for false: {{#if (not paid)}}',
    run: ([value]) => isFalsy(value),
  }),
};

/** The index of the first value that decides, else of the last. */
function decisive(values: readonly unknown[], decides: (value: unknown) => boolean): number {
  const index = values.findIndex(decides);
  return index === -1 ? values.length - 1 : index;
}

function comparison(description: string, holds: (a: unknown, b: unknown) => boolean): HelperSpec {
  const run: HelperSpec['run'] = ([a, b]) => holds(a, b);
  return valueHelper({ minArguments: 2, maxArguments: 2, acceptsMissing: true, description, run });
}

function isBelow(a: unknown, b: unknown): boolean {
  const [left, right] = [asComparable(a), asComparable(b)];
  if (left !== null && right !== null) return left < right;
  return typeof a === 'string' && typeof b === 'string' && a < b;
}
