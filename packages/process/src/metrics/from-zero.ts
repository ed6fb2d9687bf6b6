import type { Counter } from './metrics.ts';

/** A counter that has each value of its one label from the start, at nothing: the first that is counted is seen as an increase. */
export function fromZero<Label extends string>(
  counter: Counter<Label>,
  values: readonly string[],
): Counter<Label> {
  for (const value of values) counter.labels(value).inc(0);
  return counter;
}
