import { existsSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { build, codeUnderTest, describeMachine, runProgram } from '@postroom/testkit';
import { type FaultsOptions, help, listText, readOptions } from './options.ts';
import { summaryOf, textOf } from './report/print.ts';
import { commandOf, protocolOf } from './report/protocol.ts';
import type { ScenarioReport } from './report/report.ts';
import { runAll } from './run/run-all.ts';

/** Writes to the end: a pipe takes 64 KB at a time, and exiting would cut off the rest. */
const write = (text: string) =>
  new Promise<void>((resolve) => {
    process.stdout.write(text, () => resolve());
  });

const say = (text: string) => void process.stderr.write(`${text}\n`);

/** Adds a run to the page of runs, and begins the page where there is none. */
async function addToProtocol(
  file: string,
  { code, seed }: Pick<FaultsOptions, 'code' | 'seed'>,
  { startedAt, reports }: { readonly startedAt: Date; readonly reports: readonly ScenarioReport[] },
): Promise<void> {
  const { cores, cpu, memoryGb, platform, node } = describeMachine();
  const facts = {
    startedAt,
    command: commandOf(process.argv.slice(2), seed),
    ranOn: `${cores} cores (${cpu}), ${memoryGb} GB, ${platform}, Node ${node}, ${code === 'dist' ? 'the compiled code' : 'the source'}`,
  };
  await appendFile(file, `${existsSync(file) ? '' : '# Fault runs\n'}${protocolOf(facts, reports)}`);
}

async function main(): Promise<number> {
  const startedAt = new Date();
  const request = readOptions(process.argv.slice(2));
  if (request.kind !== 'run') {
    await write(request.kind === 'help' ? help : listText());
    return 0;
  }
  const { options } = request;
  const { code, isJson, seed, reportFile, protocolFile } = options;
  // Whoever runs this may have compiled it already.
  if (code === 'dist' && codeUnderTest() !== 'dist') await build(['api', 'smtp', 'worker']);
  say(`seed ${seed}`);
  const reports = await runAll(options, {
    say,
    onReport: (report) => {
      if (!isJson) void write(textOf(report));
    },
  });
  const isWhole = reports.length === options.scenarios.length || Number.isFinite(options.withinMs);
  const holds = isWhole && reports.length > 0 && reports.every((report) => report.holds);
  const json = `${JSON.stringify({ seed, holds, scenarios: reports })}\n`;
  if (reportFile !== null) await writeFile(reportFile, json);
  if (protocolFile !== null) await addToProtocol(protocolFile, options, { startedAt, reports });
  await write(isJson ? json : summaryOf(reports));
  return holds ? 0 : 1;
}

runProgram(main, 'npm run faults -- --help');
