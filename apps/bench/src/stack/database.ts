import { migrate } from '@postroom/db';
import { runSql } from '@postroom/testkit';

/** Names another database of the same server. */
export function databaseUrlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Makes one migrated database for Postroom and an equal one for each of the floors named. */
export async function makeDatabases(serverUrl: string, floors: readonly string[]): Promise<string> {
  await runSql(serverUrl, 'CREATE DATABASE postroom');
  const databaseUrl = databaseUrlOf(serverUrl, 'postroom');
  await migrate({ databaseUrl });
  for (const floor of floors) await runSql(serverUrl, `CREATE DATABASE ${floor} TEMPLATE postroom`);
  return databaseUrl;
}
