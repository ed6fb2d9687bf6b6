import type { Request } from 'express';

/** Gives the parameters of a query the names that are known: their case says nothing at Postmark, and its own clients write them in two. */
export function withPlainNames(query: Request['query'], names: readonly string[]): Record<string, unknown> {
  const known = new Map(names.map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [known.get(name.toLowerCase()) ?? name, value]),
  );
}
