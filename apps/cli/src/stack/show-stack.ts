import { relative } from 'node:path';
import type { Terminal } from '../terminal.ts';
import type { Stack } from './stack.ts';

/** Writes where everything is, the key, and a command to paste. */
export function showStack({ foundation, smtpUrl, home }: Stack, terminal: Terminal, curl: string): void {
  const { apiUrl, ses, key } = foundation;
  const rows: readonly (readonly [string, string | null])[] = [
    ['API', apiUrl],
    ['Dashboard', `${apiUrl}/dashboard`],
    ['SMTP', `${smtpUrl}, any user, the key as the password`],
    ['Inbox', ses.inboxUrl],
    ['Metrics', `${apiUrl}/metrics`],
    ['Logs', shortest(home.logsDir)],
    ['Key', key],
  ];
  terminal.line();
  for (const [name, value] of rows) {
    if (value !== null) terminal.line(`  ${name.padEnd(10)} ${terminal.paint('bold', value)}`);
  }
  terminal.line();
  for (const line of curl.split('\n')) terminal.line(`  ${line}`);
  terminal.line();
  terminal.line(terminal.paint('dim', '  Ctrl-C stops everything.'));
}

function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
