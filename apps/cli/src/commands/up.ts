import { readArguments } from '../arguments.ts';
import { runStack } from '../stack/run-stack.ts';
import { showStack } from '../stack/show-stack.ts';
import { aborted } from '../stack/stop-request.ts';
import type { Terminal } from '../terminal.ts';
import { stackArguments, stackOptionsOf } from './stack-arguments.ts';

/** `postroom up`: starts everything, keeps it running, and stops it when asked. */
export async function up(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments({ args: [...args], options: stackArguments });
  return runStack(stackOptionsOf(values), terminal, async (stack, stop) => {
    const { apiUrl, key } = stack.foundation;
    showStack(stack, terminal, `curl '${apiUrl}/api/v1/templates' \\\n  --header 'x-api-key: ${key}'`);
    await aborted(stop.signal);
    return 0;
  });
}
