import { afterAll, beforeAll } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '@postroom/testkit';
import { type Database, openDatabase } from '../src/index.ts';

/** Lends the tests of a file a database of their own, in which `prepare` has made what they share. */
export function fileDatabase(
  maxConnections: number,
  prepare: (database: Database) => Promise<void> = async () => undefined,
  named?: string,
): Pick<Database, 'prisma' | 'sql'> & { readonly directUrl: string } {
  let lent: TestDatabase | undefined;
  let database: Database | undefined;
  beforeAll(async () => {
    lent = await createTestDatabase(named);
    database = openDatabase({ url: lent.url, maxConnections });
    await prepare(database);
  });
  afterAll(async () => {
    await database?.close();
    await lent?.drop();
  });
  const opened = <Lent>(what: Lent | undefined): Lent => {
    if (what === undefined) throw new Error('the database is opened before the first test');
    return what;
  };
  return {
    get prisma() {
      return opened(database).prisma;
    },
    get sql() {
      return opened(database).sql;
    },
    get directUrl() {
      return opened(lent).directUrl;
    },
  };
}
