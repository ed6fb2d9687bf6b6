import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { close, listen } from './listening.ts';

/**
 * Below the ports that systems give to outgoing connections (from 32768 on Linux): one of those may be taken at any
 * moment by a process that never asked for it.
 */
const range = { from: 20_000, below: 32_768 } as const;

/** Each process has a share of the range to itself, and those that started soon after it have others. */
const shares = 128;
const width = Math.floor((range.below - range.from) / shares);
const from = range.from + (process.pid % shares) * width;
let next = randomInt(width);

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

/** A TCP port of 127.0.0.1 that was free a moment ago, another each time; another process may still take it first. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < width; tries += 1) {
    const port = from + next;
    next = (next + 1) % width;
    if ((await portRefusal(port, '127.0.0.1')) === null) return port;
  }
  throw new Error(`No TCP port from ${from} to ${from + width} is free.`);
}
