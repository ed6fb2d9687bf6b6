import type * as db from '../../src/index.ts';
import { asked, sharing, type World } from './world.ts';

/** The ways to the database. */
type Opened = Pick<db.Database, 'prisma' | 'sql'>;

/** What is asked of the database about a world. */
export type Run = (database: Opened, world: World) => Promise<unknown>;

/** A hot statement, and how many rows of tables and indexes it may read; or why a function is not held to it. */
export type Statement = { readonly run: Run; readonly most: number } | { readonly why: string };

/** Statements by the file and the name of the function that runs them. */
export type Statements = Readonly<Record<string, Statement | readonly Statement[]>>;

/** Reads that come on top: the roots of look-ups that find nothing, the workspace, the batch. */
const few = 12;

/** A statement that reads so many rows for each of those asked for. */
export const each = (rows: number, run: Run): Statement => ({ run, most: rows * asked + few });

/** The same, beside each of the profiles that share an address. */
export const eachAndSharing = (rows: number, run: Run): Statement => ({
  run,
  most: rows * asked + sharing + few,
});

/** A statement that reads so many rows, however many are asked for. */
export const one = (rows: number, run: Run): Statement => ({ run, most: rows + few });

/** A function that is not held to a number of rows, and the reason. */
export const why = (reason: string): Statement => ({ why: reason });

/** How many entries a list is asked for. */
export const limit = 5;

/** Addresses of profiles, as many as are asked for. */
export const addresses = (world: World): readonly string[] =>
  world.keys('reader-').map((key) => `${key}@example.com`);
