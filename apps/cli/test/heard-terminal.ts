import type { Terminal } from '../src/terminal.ts';

/** A terminal that nobody looks at, and what was written to it, line by line. */
export function heardTerminal(): { readonly terminal: Terminal; readonly lines: readonly string[] } {
  const lines: string[] = [];
  const line = (text = '') => void lines.push(text);
  return {
    terminal: {
      isInteractive: false,
      line,
      error: line,
      status: () => undefined,
      paint: (_style, text) => text,
    },
    lines,
  };
}
