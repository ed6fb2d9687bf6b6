import { readArguments } from '../arguments.ts';
import { Problem } from '../problem.ts';
import { given } from '../stack/given.ts';
import { databaseProblem, migrateGiven } from '../stack/given-servers.ts';
import type { Terminal } from '../terminal.ts';

/** `postroom migrate`: applies what the database of `DATABASE_URL` lacks and names it. */
export async function migrateDatabase(args: readonly string[], terminal: Terminal): Promise<number> {
  readArguments({ args: [...args], options: {} });
  const databaseUrl = given(process.env, 'DATABASE_URL');
  if (databaseUrl === undefined) {
    throw new Problem('DATABASE_URL is not set: it names the database to migrate.');
  }
  const problem = await databaseProblem(databaseUrl);
  if (problem !== null) throw new Problem(problem);
  const applied = await migrateGiven(databaseUrl);
  for (const name of applied) terminal.line(`Applied ${name}`);
  if (applied.length === 0) terminal.line('Nothing to apply: the database is up to date.');
  return 0;
}
