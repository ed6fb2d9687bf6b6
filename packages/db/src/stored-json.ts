/** Reads a JSON object that the database keeps as it was written. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new Error('what was stored is not an object');
  return { ...value };
}

/** Whether a value has a -0 somewhere, which `JSON.stringify` writes as 0. */
function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasNegativeZero);
  return Object.is(value, -0);
}

function write(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  // What is undefined is left out, as `JSON.stringify` does.
  return `{${Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => `${JSON.stringify(key)}:${write(member)}`)
    .join(',')}}`;
}

/** JSON of a value that came as JSON, from which the same value is read again, -0 among it. */
export const exactJson = (value: unknown): string =>
  hasNegativeZero(value) ? write(value) : JSON.stringify(value);

/** As PostgreSQL can store it: without U+0000, and without halves of surrogate pairs, which jsonb refuses. */
export const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '');
