import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCloseStack, createLogger } from '@postroom/process';
import { build, describeMachine, runProgram, untilStopped } from '@postroom/testkit';
import { type BenchOptions, help, readOptions } from './options.ts';
import type { BenchReport } from './report/bench-report.ts';
import { textOf } from './report/print.ts';

/** Each is loaded when it runs: what one measures runs beside nothing that only another needs. */
const commands = {
  accept: async () => (await import('./accept/run-accept.ts')).runAccept,
  single: async () => (await import('./accept/run-single.ts')).runSingle,
  send: async () => (await import('./send/run-send.ts')).runSend,
  events: async () => (await import('./events/run-events.ts')).runEvents,
  quota: async () => (await import('./rate/run-quota.ts')).runQuota,
  lanes: async () => (await import('./rate/run-lanes.ts')).runLanes,
  links: async () => (await import('./links/run-links.ts')).runLinks,
  doors: async () => (await import('./doors/run-doors.ts')).runDoors,
  lists: async () => (await import('./lists/run-lists.ts')).runLists,
  now: async () => (await import('./now/run-now.ts')).runNow,
  hostile: async () => (await import('./hostile/run-hostile.ts')).runHostile,
  fresh: async () => (await import('./steady/run-fresh.ts')).runFresh,
  life: async () => (await import('./whole/run-life.ts')).runLife,
  scale: async () => (await import('./whole/run-scale.ts')).runScale,
  memory: async () => (await import('./whole/run-memory.ts')).runMemory,
  backlog: async () => (await import('./steady/run-backlog.ts')).runBacklog,
} as const;

type AnyReport = BenchReport['commands'][number];

/** The longest that one command may take, in milliseconds. */
const commandWithinMs = 900_000;
const closeWithinMs = 60_000;

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** Runs one command on servers of its own, and stops them however it ends. */
async function runCommand(name: keyof typeof commands, options: BenchOptions): Promise<AnyReport> {
  const closeStack = createCloseStack(createLogger({ service: 'bench', level: 'silent' }));
  const run = await commands[name]();
  const running = run({ ...options, closeStack, say });
  const timer = new AbortController();
  const signals = untilStopped();
  const ended = async (reason: Promise<string>): Promise<never> => {
    throw new Error(`${name} was ended: ${await reason}.`);
  };
  try {
    return await Promise.race([
      running,
      ended(signals.stopped),
      ended(sleep(commandWithinMs, 'it took too long', { signal: timer.signal })),
    ]);
  } finally {
    timer.abort();
    await closeStack.closeAll(closeWithinMs);
    // What it was starting when it was ended has come onto the stack since.
    await Promise.race([running.catch(() => undefined), sleep(closeWithinMs)]);
    await closeStack.closeAll(closeWithinMs);
    signals.forget();
  }
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === null) {
    process.stdout.write(help);
    return 0;
  }
  // A short run takes what is there.
  if (options.code === 'dist' && !options.isShort) {
    say('building what is measured');
    await build(['api', 'smtp', 'worker', 'bench']);
  }
  const reports: AnyReport[] = [];
  for (const name of options.commands) reports.push(await runCommand(name, options));
  const report: BenchReport = {
    machine: describeMachine(),
    measuredAt: new Date().toISOString(),
    code: options.code,
    seed: options.seed,
    isShort: options.isShort,
    isHonest: reports.every(({ problems }) => problems.length === 0),
    commands: reports,
  };
  const json = `${JSON.stringify(report)}\n`;
  if (options.jsonFile !== null && options.jsonFile !== '-') await writeFile(options.jsonFile, json);
  process.stdout.write(options.jsonFile === '-' ? json : textOf(report));
  return report.isHonest ? 0 : 1;
}

runProgram(main, 'npm run bench -- --help');
