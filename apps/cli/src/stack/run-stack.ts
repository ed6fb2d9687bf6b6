import type { Terminal } from '../terminal.ts';
import type { StackOptions } from './processes.ts';
import { type Stack, startStack } from './stack.ts';
import { listenForStop, type StopRequest } from './stop-request.ts';

/**
 * Starts a stack, uses it, and stops it: when `use` is done, when it fails, and when somebody asks for it
 * meanwhile. Answers what `use` answered, and 1 when the start was broken off.
 */
export async function runStack(
  options: StackOptions,
  terminal: Terminal,
  use: (stack: Stack, stop: StopRequest) => Promise<number>,
): Promise<number> {
  const stop = listenForStop();
  let stack: Stack;
  try {
    stack = await startStack(options, { terminal, stop });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    terminal.line('Stopped before it was up.');
    return 1;
  }
  try {
    return await use(stack, stop);
  } finally {
    terminal.status(null);
    terminal.line();
    terminal.status('Stopping … (Ctrl-C again: at once)');
    await stack.stop();
    terminal.status(null);
    terminal.line(`Stopped. The state is kept in ${stack.home.dir}`);
  }
}
