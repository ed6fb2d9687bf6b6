import { type Database, openDatabase, refuseUnmigrated, UnfitDatabaseError } from '@postroom/db';
import { Problem } from '../problem.ts';
import { typed } from './checkout.ts';
import { given } from './given.ts';
import { databaseProblem, poolerOf } from './given-servers.ts';
import { locateHome } from './home.ts';
import { readStackFile } from './stack-file.ts';

/** Opens the database of `DATABASE_URL`, else that of the stack that is up here, for as long as it is used. */
export async function withDatabase(use: (database: Database) => Promise<number>): Promise<number> {
  const url = given(process.env, 'DATABASE_URL') ?? readStackFile(locateHome(process.env))?.databaseUrl;
  if (url === undefined) {
    throw new Problem(
      `There is no database: DATABASE_URL is not set and nothing is up here.\nRun: ${typed('up')}`,
    );
  }
  const problem = await databaseProblem(url);
  if (problem !== null) throw new Problem(problem);
  const database = openDatabase({ url, maxConnections: 1, pooler: poolerOf(process.env) });
  try {
    await refuseUnmigrated(database);
    return await use(database);
  } catch (error) {
    throw error instanceof UnfitDatabaseError ? new Problem(error.message, { cause: error }) : error;
  } finally {
    await database.close();
  }
}
