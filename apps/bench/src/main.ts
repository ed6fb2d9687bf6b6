import { setTimeout as sleep } from 'node:timers/promises';
import { createCloseStack, createLogger } from '@postroom/process';
import { build, describeMachine, runProgram, untilStopped } from '@postroom/testkit';
import { runAccept } from './accept/run-accept.ts';
import { runEvents } from './events/run-events.ts';
import { runHostile } from './hostile/run-hostile.ts';
import { runLinks } from './links/run-links.ts';
import { runLists } from './lists/run-lists.ts';
import { type BenchOptions, help, readOptions } from './options.ts';
import { runLanes } from './rate/run-lanes.ts';
import { runQuota } from './rate/run-quota.ts';
import type { BenchReport } from './report/bench-report.ts';
import { textOf } from './report/print.ts';
import { runSend } from './send/run-send.ts';
import { runSmtp } from './smtp/run-smtp.ts';
import { runBacklog } from './steady/run-backlog.ts';
import { runFresh } from './steady/run-fresh.ts';

const commands = {
  accept: runAccept,
  send: runSend,
  events: runEvents,
  quota: runQuota,
  lanes: runLanes,
  links: runLinks,
  smtp: runSmtp,
  lists: runLists,
  hostile: runHostile,
  fresh: runFresh,
  backlog: runBacklog,
} as const;

type AnyReport = BenchReport['commands'][number];

/** The longest that one command may take, in milliseconds. */
const commandWithinMs = 900_000;
const closeWithinMs = 60_000;

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** Runs one command on servers of its own, and stops them however it ends. */
async function runCommand(name: keyof typeof commands, options: BenchOptions): Promise<AnyReport> {
  const closeStack = createCloseStack(createLogger({ service: 'bench', level: 'silent' }));
  const running = commands[name]({ ...options, closeStack, say });
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
  process.stdout.write(options.isJson ? `${JSON.stringify(report)}\n` : textOf(report));
  return report.isHonest ? 0 : 1;
}

runProgram(main, 'npm run bench -- --help');
