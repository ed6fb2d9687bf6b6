import { UsageProblem } from '../problem.ts';
import { checkSes } from '../ses/check-ses.ts';
import { readCheckOptions, readSetupOptions } from '../ses/ses-options.ts';
import { setUpSes } from '../ses/set-up.ts';
import type { Terminal } from '../terminal.ts';

/** `postroom ses`: sets Amazon SES up for Postroom, and proves that its events arrive. */
export async function ses(args: readonly string[], terminal: Terminal): Promise<number> {
  const [action = '', ...rest] = args;
  const surroundings = { terminal, env: process.env };
  if (action === 'setup') return setUpSes(readSetupOptions(rest), surroundings);
  if (action === 'check') return checkSes(readCheckOptions(rest), surroundings);
  throw new UsageProblem(`ses takes setup or check${action === '' ? '' : `, not "${action}"`}.`);
}
