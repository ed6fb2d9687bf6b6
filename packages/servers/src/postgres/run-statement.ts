import { Client, type ClientConfig } from 'pg';

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
