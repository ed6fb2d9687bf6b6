import { hashApiKey } from '@postroom/core';
import { openDatabase } from '@postroom/db';
import { Problem } from '../problem.ts';
import { typed } from './checkout.ts';
import type { Foundation } from './environment.ts';
import { poolerOf } from './given-servers.ts';

/** Of the keys that a database has, whether there are any, and whether one is this; null: it has no table of them yet. */
async function keysIn(url: string, key: string): Promise<{ isUsed: boolean; isOurs: boolean } | null> {
  const database = openDatabase({
    url,
    maxConnections: 1,
    pooler: poolerOf(process.env),
    isSchemaOptional: true,
  });
  const { apiKey } = database.prisma;
  try {
    const [all, ours] = await Promise.all([
      apiKey.count(),
      apiKey.count({ where: { hash: hashApiKey(key) } }),
    ]);
    return { isUsed: all > 0, isOurs: ours > 0 };
  } catch {
    return null;
  } finally {
    await database.close();
  }
}

/**
 * Refuses to serve the database of another installation with a local SES: its workers would take the mail that waits there
 * into an inbox that nobody reads, and call it sent.
 */
export async function refuseInstallation({ databaseUrl, ses, key }: Foundation): Promise<void> {
  if (!ses.isEmbedded) return;
  const keys = await keysIn(databaseUrl, key);
  if (keys === null || !keys.isUsed || keys.isOurs) return;
  throw new Problem(
    `The database of DATABASE_URL is in use: its mail would go into the inbox of the local SES here, and be called sent.\nFor a database of its own, run: env -u DATABASE_URL ${typed('up')}\nIf it is one to try things on, set BOOTSTRAP_API_KEY to a key of it; to send its mail, set AWS_ENDPOINT_URL_SESV2.`,
  );
}
