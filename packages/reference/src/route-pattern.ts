import { operations } from './route-table.ts';

const partsOf = (path: string): readonly string[] => path.split('/');

const patterns = operations.map(({ method, path }) => ({
  method: method.toUpperCase(),
  path,
  parts: partsOf(path),
}));

// As the router compares them: letter case does not count, nor does a slash at the end.
const isMatch = (parts: readonly string[], path: readonly string[]): boolean =>
  parts.length === path.length &&
  parts.every((part, at) => part.startsWith('{') || part.toLowerCase() === path[at]?.toLowerCase());

/**
 * The route that a path belongs to, as the document writes it: `/u/{token}`. A path itself holds what is nobody's
 * business, an address or the token of a link, in whatever encoding. `(none)` for a path of no route.
 */
export function routePatternOf(method: string, path: string): string {
  const parts = partsOf(path.replace(/\/$/, ''));
  const found = patterns.filter((pattern) => isMatch(pattern.parts, parts));
  const best = found.find((pattern) => pattern.method === method) ?? found[0];
  return best?.path ?? '(none)';
}
