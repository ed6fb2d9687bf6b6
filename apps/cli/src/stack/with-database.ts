import { type Database, openDatabase, refuseUnmigrated, UnfitDatabaseError } from '@postroom/db';
import { Problem } from '../problem.ts';
import { databaseProblem, poolerOf } from './given-servers.ts';
import { runningServer } from './running-servers.ts';

/** Opens the database of `DATABASE_URL`, else that of the stack that is up here, for as long as it is used. */
export async function withDatabase(
  use: (database: Database) => Promise<number>,
  maxConnections = 1,
): Promise<number> {
  const url = runningServer('DATABASE_URL', 'database');
  const problem = await databaseProblem(url);
  if (problem !== null) throw new Problem(problem);
  const database = openDatabase({ url, maxConnections, pooler: poolerOf(process.env) });
  try {
    await refuseUnmigrated(database);
    return await use(database);
  } catch (error) {
    throw error instanceof UnfitDatabaseError ? new Problem(error.message, { cause: error }) : error;
  } finally {
    await database.close();
  }
}
