/** A path as one string: `user.name`, with brackets around what is no plain name: `user.[first name]`. */
export function formatPath(parts: readonly string[]): string {
  return parts.map((part) => (/^[^\s.[\]]+$/.test(part) ? part : `[${part}]`)).join('.');
}

/** The parts of a path made by `formatPath`. */
export function parsePath(path: string): string[] {
  return Array.from(path.matchAll(/\[([^\]]*)\]|[^.]+/g), ([whole, bracketed]) => bracketed ?? whole);
}
