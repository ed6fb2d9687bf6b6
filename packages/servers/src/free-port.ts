import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { close, listen } from './listening.ts';

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux): one of those may be taken at any
 * moment by a process that never asked for it.
 */
const range = { from: 20_000, below: 32_768 } as const;
const maxTries = 100;

/** Why nothing can listen there now, as a code of the system (`EADDRINUSE`, `EACCES`), or null. */
export async function portRefusal(port: number, host: string): Promise<string | null> {
  const server = createServer();
  try {
    await listen(server, { port, host });
    await close(server);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

/**
 * Whether this process is the first that would have this port, of all that ask here: it says so for as long as it runs, by a
 * name that Linux forgets with it, and that is seen where its ports are (unix(7), abstract sockets). Other systems have none.
 */
async function isFirstAt(port: number): Promise<boolean> {
  const name = createServer().listen(`\0postroom-port-${port}`).unref();
  try {
    await once(name, 'listening');
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE');
  }
}

/**
 * A TCP port of 127.0.0.1 that was free a moment ago, and is given out once among the processes that ask here; another
 * program may still take it first.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const port = randomInt(range.from, range.below);
    if ((await isFirstAt(port)) && (await portRefusal(port, '127.0.0.1')) === null) return port;
  }
  throw new Error(`No TCP port from ${range.from} to ${range.below} is free.`);
}
