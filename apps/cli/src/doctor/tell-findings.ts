import { reasonOf } from '../problem.ts';
import type { Terminal } from '../terminal.ts';
import type { Check, Finding } from './finding.ts';

/**
 * Looks one after another and tells what each found, or all of it as one line of JSON; code 1 when something is missing.
 * A look that fails by an error counts as missing, with the command that is most often the cure.
 */
export async function tellFindings(
  checks: readonly Check[],
  { terminal, isJson, otherwise }: { terminal: Terminal; isJson: boolean; otherwise: string },
): Promise<number> {
  const found: (readonly [string, Finding])[] = [];
  for (const [name, look] of checks) {
    if (!isJson) terminal.status(terminal.paint('dim', `  … ${name}`));
    const finding = await look().catch(
      (error: unknown): Finding => ({ kind: 'missing', what: reasonOf(error), command: otherwise }),
    );
    terminal.status(null);
    found.push([name, finding]);
    if (!isJson) show(terminal, name, finding);
  }
  const problems = found.filter(([, { kind }]) => kind === 'missing').length;
  if (isJson) {
    const told = found.map(([name, { kind, ...rest }]) => ({ name, state: kind, ...rest }));
    terminal.line(JSON.stringify({ problems, checks: told }));
  } else {
    terminal.line();
    terminal.line(problems === 0 ? '  Everything is there.' : `  ${problems} to mend.`);
  }
  return problems === 0 ? 0 : 1;
}

function show(terminal: Terminal, name: string, finding: Finding): void {
  const title = name.padEnd(14);
  switch (finding.kind) {
    case 'fine':
      terminal.line(`  ${terminal.paint('green', '✓')} ${title} ${terminal.paint('dim', finding.note)}`);
      return;
    case 'unknown':
      terminal.line(`  ${terminal.paint('yellow', '?')} ${title} ${finding.note}`);
      return;
    case 'missing':
      terminal.line(`  ${terminal.paint('red', '✗')} ${title} ${finding.what}`);
      terminal.line(`    ${''.padEnd(14)} ${cureOf(terminal, finding)}`);
  }
}

function cureOf(terminal: Terminal, finding: Extract<Finding, { kind: 'missing' }>): string {
  return 'command' in finding ? `Run: ${terminal.paint('bold', finding.command)}` : `To do: ${finding.todo}`;
}
