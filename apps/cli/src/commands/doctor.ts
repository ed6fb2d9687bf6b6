import { readArguments, readWholeNumber } from '../arguments.ts';
import type { Finding } from '../doctor/finding.ts';
import { checkClient, checkNode, checkPackages } from '../doctor/installation.ts';
import { checkPostgres, checkRedis } from '../doctor/servers.ts';
import { checkHome, checkPort } from '../doctor/surroundings.ts';
import { reasonOf } from '../problem.ts';
import type { Terminal } from '../terminal.ts';

/** `postroom doctor`: looks at everything that a start needs; code 1 when something is missing. */
export async function doctor(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments({ args: [...args], options: { port: { type: 'string' } } });
  const { PORT } = process.env;
  const bounds = { name: '--port', min: 1, max: 65_535, fallback: 3_001 };
  const port = readWholeNumber(values.port ?? PORT, bounds);
  const checks: readonly (readonly [string, () => Promise<Finding>])[] = [
    ['Node', checkNode],
    ['npm packages', checkPackages],
    ['Prisma client', checkClient],
    ['PostgreSQL', checkPostgres],
    ['Redis', checkRedis],
    ['Port', () => checkPort(port)],
    ['State folder', checkHome],
  ];
  let problems = 0;
  for (const [name, look] of checks) {
    terminal.status(terminal.paint('dim', `  … ${name}`));
    const finding = await look().catch(
      (error: unknown): Finding => ({ kind: 'missing', what: reasonOf(error), command: 'npm run setup' }),
    );
    terminal.status(null);
    if (finding.kind === 'missing') problems += 1;
    show(terminal, name, finding);
  }
  terminal.line();
  terminal.line(problems === 0 ? '  Everything is there.' : `  ${problems} to mend.`);
  return problems === 0 ? 0 : 1;
}

function show(terminal: Terminal, name: string, finding: Finding): void {
  const title = name.padEnd(14);
  if (finding.kind === 'fine') {
    terminal.line(`  ${terminal.paint('green', '✓')} ${title} ${terminal.paint('dim', finding.note)}`);
    return;
  }
  terminal.line(`  ${terminal.paint('red', '✗')} ${title} ${finding.what}`);
  terminal.line(`    ${''.padEnd(14)} Run: ${terminal.paint('bold', finding.command)}`);
}
