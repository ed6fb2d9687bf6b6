import type { Ask, World } from '../world.ts';

/** The largest request that one of a route's limits allows, or one of those that lie just beyond it. */
export type Row = {
  readonly what: string;
  /** What it has to be answered, where a refusal for another reason would measure nothing. */
  readonly status?: number;
  readonly ask: (world: World) => Ask | Promise<Ask>;
};

/** Rows by route, as the document names them. */
export type Rows = Readonly<Record<string, readonly Row[]>>;

export const KiB = 1024;
export const MiB = 1024 * 1024;

/** As many as it says, made by their place. */
export const many = <Item>(count: number, make: (at: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, at) => make(at));

/** The text of an object of so many fields. */
export const fields = (count: number, name = 'k'): string =>
  `{${many(count, (at) => `"${name}${at}":0`).join(',')}}`;

/** The text of an array that repeats a value. */
export const list = (count: number, value: string): string => `[${`${value},`.repeat(count - 1)}${value}]`;

export const unknownId = '01a20167-d6aa-7109-b97c-1eb707aa4c10';
