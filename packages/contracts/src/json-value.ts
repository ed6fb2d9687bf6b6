/** The deepest nesting of `data` that is taken; PostgreSQL and the renderer walk it recursively. */
export const maxJsonDepth = 32;

/**
 * Says why a parsed JSON value cannot be stored or rendered, or null when it can. PostgreSQL refuses U+0000
 * and lone surrogates in jsonb, and in a shared statement one such item would spoil all the others.
 */
export function jsonProblem(value: unknown, depth = 1): string | null {
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'number') return Number.isFinite(value) ? null : 'holds a number out of range';
  if (typeof value !== 'object' || value === null) return null;
  if (depth > maxJsonDepth) return `is nested deeper than ${maxJsonDepth} levels`;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return 'holds a key named __proto__';
    const problem = textProblem(key);
    if (problem !== null) return problem;
  }
  for (const child of Object.values(value)) {
    const problem = jsonProblem(child, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}

/** Says why a string cannot be stored as text, or null when it can. */
export function textProblem(text: string): string | null {
  if (text.includes('\u0000')) return 'holds the character U+0000';
  return text.isWellFormed() ? null : 'holds half of a surrogate pair';
}

/** JSON with sorted keys: equal values have equal text, whatever order their keys came in. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, child]) => child !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${entries.map(([key, child]) => `${JSON.stringify(key)}:${canonicalJson(child)}`).join(',')}}`;
}
