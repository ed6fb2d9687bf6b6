import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning, processIdentity, stopProcess } from '@postroom/servers';
import * as z from 'zod';
import { Problem } from '../problem.ts';
import type { Home } from './home.ts';
import { writeAtomically } from './write-atomically.ts';

const processSchema = z.object({ name: z.string(), pid: z.int().positive(), identity: z.string() });
const recordSchema = processSchema.extend({ children: z.array(processSchema) });

type RunRecord = z.infer<typeof recordSchema>;

/** This process's hold on a state folder; what it starts is noted, so that a successor can stop it. */
export type Run = {
  /** Notes a process that was just started. */
  add(name: string, pid: number): Promise<void>;
  remove(pid: number): void;
  /** Gives the folder up. */
  release(): void;
};

/** A leftover gets this long to end by itself, in milliseconds: as long as a worker may take to stop. */
const leftoverEndsWithinMs = 25_000;

/**
 * Takes the state folder for this process. Rejects when another one that still runs has it; what a killed one
 * left running is stopped first, its newest process first.
 */
export async function claimHome(home: Home, say: (text: string) => void): Promise<Run> {
  const earlier = readRecord(home);
  if (earlier !== null) {
    if (await isRunning(earlier)) throw inUse(home, earlier.pid);
    await stopLeftovers(earlier, say);
    rmSync(home.runFile, { force: true });
  }
  rmSync(home.stackFile, { force: true });
  const identity = (await processIdentity(process.pid)) ?? '';
  const record: RunRecord = { name: 'postroom', pid: process.pid, identity, children: [] };
  try {
    // Of its owner alone: it names what runs here.
    writeFileSync(home.runFile, JSON.stringify(record), { flag: 'wx', mode: 0o600 });
  } catch {
    throw inUse(home, readRecord(home)?.pid ?? null);
  }
  const write = () => writeAtomically(home.runFile, JSON.stringify(record), 0o600);
  return {
    async add(name, pid) {
      const childIdentity = await processIdentity(pid);
      if (childIdentity === null) return;
      record.children.push({ name, pid, identity: childIdentity });
      write();
    },
    remove(pid) {
      record.children = record.children.filter((child) => child.pid !== pid);
      write();
    },
    release: () => rmSync(home.runFile, { force: true }),
  };
}

/** The process that has the state folder now, or null. */
export async function holderOf(home: Home): Promise<number | null> {
  const record = readRecord(home);
  return record !== null && (await isRunning(record)) ? record.pid : null;
}

function inUse(home: Home, pid: number | null): Problem {
  return new Problem(
    `Postroom already runs in ${home.dir}, as process ${pid ?? 'of another terminal'}.\nStop it with Ctrl-C there${pid === null ? '' : ` or with: kill ${pid}`}`,
  );
}

function readRecord(home: Home): RunRecord | null {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(home.runFile, 'utf8')));
  } catch {
    return null;
  }
}

async function stopLeftovers({ children }: RunRecord, say: (text: string) => void): Promise<void> {
  for (const child of children.toReversed()) {
    if (!(await isRunning(child))) continue;
    say(`Stopping what an earlier run left behind: ${child.name} (process ${child.pid})`);
    // PostgreSQL ends at once, and orderly, on SIGINT; on SIGTERM it waits for its clients.
    const signal = child.name === 'PostgreSQL' ? 'SIGINT' : 'SIGTERM';
    await stopProcess(child, { signal, withinMs: leftoverEndsWithinMs });
  }
}
