import type { Terminal } from '../terminal.ts';

/** Shows the parts of a start: what is being waited for, and a line for each that is there. */
export type Steps = {
  /** Does it, and then writes its name, what `note` says of the outcome, and how long it took. */
  take<T>(name: string, action: () => Promise<T>, note: (outcome: T) => string): Promise<T>;
};

/** The width of the first column, wide enough for `PostgreSQL` and `99 workers`. */
const nameWidth = 12;

/** Shows steps on that terminal. */
export function createSteps(terminal: Terminal): Steps {
  const waiting = new Set<string>();
  const showWaiting = () => {
    const names = [...waiting].join(', ');
    terminal.status(names === '' ? null : terminal.paint('dim', `  … ${names}`));
  };
  return {
    async take(name, action, note) {
      const startedAt = performance.now();
      waiting.add(name);
      showWaiting();
      try {
        const outcome = await action();
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
        const mark = terminal.paint('green', '✓');
        terminal.line(
          `  ${mark} ${name.padEnd(nameWidth)} ${terminal.paint('dim', `${note(outcome)}, ${seconds} s`)}`,
        );
        return outcome;
      } finally {
        waiting.delete(name);
        showWaiting();
      }
    },
  };
}
