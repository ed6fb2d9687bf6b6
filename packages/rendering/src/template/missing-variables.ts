import { parsePath } from './variable-path.ts';

/**
 * Which of the required variables the data lacks, in their order.
 * Undefined and null are missing; '', 0 and false are there. Prototypes do not count.
 */
export function missingVariables(required: readonly string[], data: unknown): string[] {
  return required.filter((path) => valueAt(data, parsePath(path)) === undefined);
}

function valueAt(data: unknown, parts: readonly string[]): unknown {
  let value = data;
  for (const part of parts) {
    if (value === undefined || value === null || !Object.hasOwn(Object(value), part)) return undefined;
    value = Reflect.get(Object(value), part);
  }
  return value ?? undefined;
}
