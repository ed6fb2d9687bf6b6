import { runCommand } from './run-command.ts';
import { processTerminal } from './terminal.ts';

runCommand(process.argv.slice(2), processTerminal()).then(
  (code) => process.exit(code),
  () => process.exit(1),
);
