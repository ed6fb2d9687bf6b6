import { portRefusal } from '@postroom/servers';
import { Problem } from '../problem.ts';
import { typed } from './checkout.ts';

/** What is wrong with a port, and one that could be used instead; null when nothing is. */
export async function portProblem(
  port: number,
  host: string,
): Promise<{ readonly what: string; readonly freePort: number } | null> {
  const refusal = await portRefusal(port, host);
  if (refusal === null) return null;
  const what =
    refusal === 'EADDRINUSE'
      ? `Port ${port} is taken by another program.`
      : `Port ${port} of ${host} cannot be used (${refusal}).`;
  return { what, freePort: await freePortAfter(Math.max(port, 3_000), host) };
}

/** Rejects, naming a port that is free, when this one is not. */
export async function requirePort(port: number, host: string): Promise<void> {
  const problem = await portProblem(port, host);
  if (problem === null) return;
  throw new Problem(`${problem.what}\nRun: ${typed('up', `--port ${problem.freePort}`)}`);
}

async function freePortAfter(port: number, host: string): Promise<number> {
  for (let next = port + 1; next <= Math.min(65_535, port + 50); next += 1) {
    if ((await portRefusal(next, host)) === null) return next;
  }
  return port + 1;
}
