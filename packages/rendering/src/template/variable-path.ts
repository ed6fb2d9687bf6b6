/**
 * A path as one string: `user.name`, with brackets around what is no plain name: `user.[first name]`. In brackets `]` is
 * written twice. Lists of variables are stored so, and those of earlier versions have `]` once.
 */
export function formatPath(parts: readonly string[]): string {
  return parts
    .map((part) => (/^[^\s.[\]]+$/.test(part) ? part : `[${part.replaceAll(']', ']]')}]`))
    .join('.');
}

const written = /\[((?:[^\]]|\]\])*)\](?=\.|$)|[^.]+/g;

/** Brackets of an earlier version reach to what can end them, and never around a plain name alone. */
const writtenBefore = /\[((?:[^\s.[\]]+\])?.*?)\](?=$|\.(?:\[|[^\s.[\]]+(?:\.|$)))|[^.]+/gs;

/** The parts of a path made by `formatPath`, or by that of an earlier version. */
export function parsePath(path: string): string[] {
  const parts = Array.from(path.matchAll(written), ([whole, bracketed]) =>
    bracketed === undefined ? whole : bracketed.replaceAll(']]', ']'),
  );
  if (formatPath(parts) === path) return parts;
  return Array.from(path.matchAll(writtenBefore), ([whole, bracketed]) => bracketed ?? whole);
}
