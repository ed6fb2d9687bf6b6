/** Values of a query; what is undefined or null is left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | Date | null | undefined>>;

/** The parts of a path below `/api/v1`, not yet encoded. */
export type Path = readonly string[];

/** A part that is empty or dots would lead to another route. */
function encodePart(part: string): string {
  if (typeof part === 'string' && !/^\.{0,2}$/.test(part)) return encodeURIComponent(part);
  throw new TypeError(`An id is needed to call Postroom; this is ${JSON.stringify(part)}.`);
}

/** The URL of a route with its query; throws for an id that is none, and for a date. */
export function toUrl(baseUrl: string, path: Path, values: QueryValues = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    if (value instanceof Date && Number.isNaN(value.getTime())) {
      throw new TypeError(`${name} is a Date that is no moment.`);
    }
    query.set(name, value instanceof Date ? value.toISOString() : String(value));
  }
  const text = query.toString();
  return `${baseUrl}/api/v1/${path.map(encodePart).join('/')}${text === '' ? '' : `?${text}`}`;
}
