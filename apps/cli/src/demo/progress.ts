import type { Terminal } from '../terminal.ts';

/** Shows how far something is: a bar on a terminal, a line for each quarter elsewhere. */
export type Progress = { show(done: number): void; end(): void };

const barWidth = 40;

/** Starts at none of `total`; `what` says what is counted. */
export function createProgress(terminal: Terminal, total: number, what: string): Progress {
  let shownQuarters = 0;
  let shown = -1;
  return {
    show(done) {
      if (done <= shown) return;
      shown = done;
      if (terminal.isInteractive) {
        const filled = Math.round((done / total) * barWidth);
        const bar = `${terminal.paint('green', '█'.repeat(filled))}${terminal.paint('dim', '░'.repeat(barWidth - filled))}`;
        terminal.status(`  ${bar} ${done} of ${total} ${what}`);
        return;
      }
      const quarters = Math.floor((done / total) * 4);
      if (quarters <= shownQuarters) return;
      shownQuarters = quarters;
      terminal.line(`    ${done} of ${total} ${what}`);
    },
    end: () => terminal.status(null),
  };
}
