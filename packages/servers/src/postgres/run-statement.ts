import { Client, type ClientConfig } from 'pg';

/** The URL of another database of the same server. */
export function databaseUrlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs one statement on a connection of its own. */
export async function runStatement(config: string | ClientConfig, statement: string): Promise<void> {
  const client = new Client(config);
  // A server that goes away while idle must not end the process; the query itself rejects.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(statement);
  } finally {
    await client.end();
  }
}
