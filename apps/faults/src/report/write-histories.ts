import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historiesText } from './print.ts';
import type { ScenarioReport } from './report.ts';

/** Writes the history of every violation of a run into a file of its own in `dir`, and tells in the report which it is. */
export async function withHistories(report: ScenarioReport, dir: string): Promise<ScenarioReport> {
  if (report.kind === 'broken' || report.violations.length === 0) return report;
  await mkdir(dir, { recursive: true });
  const historyFile = join(dir, `${report.scenario}-${report.seed}-histories.txt`);
  await writeFile(historyFile, historiesText(report));
  return { ...report, historyFile };
}
