const styles = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** How a piece of text may look; on a pipe, and with NO_COLOR, it looks like all others. */
type Style = keyof typeof styles;

/** Where a command writes to: plain text to pipes and files, colours and a moving last line to a person. */
export type Terminal = {
  /** Whether a person looks at it, so that a line may be drawn again in place. */
  readonly isInteractive: boolean;
  /** Writes one line to standard output. */
  line(text?: string): void;
  /** Writes one line to standard error. */
  error(text: string): void;
  /** Draws the text below everything else, in place of the last one; null takes it away. Nothing on a pipe. */
  status(text: string | null): void;
  paint(style: Style, text: string): string;
};

/** What moves about on a terminal; of escape sequences those of `paint` are left. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not get through.
const moving = /\u001b(?!\[\d{1,2}m)|[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g;

const eraseLine = '\r\u001b[2K';

/** The terminal of this process. Output that nobody takes any more is dropped without an error. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  for (const stream of [stdout, stderr]) stream.on('error', () => {});
  const isInteractive = stdout.isTTY === true && env.TERM !== 'dumb';
  const hasColours = isInteractive && (env.NO_COLOR ?? '') === '';
  let status: string | null = null;
  // Names and causes are others' words: none of them takes a line away from whoever reads.
  const write = (stream: NodeJS.WriteStream, words: string) => {
    const text = words.replaceAll(moving, '\ufffd');
    if (status === null) return void stream.write(`${text}\n`);
    stdout.write(eraseLine);
    stream.write(`${text}\n`);
    stdout.write(status);
  };
  return {
    isInteractive,
    line: (text = '') => write(stdout, text),
    error: (text) => write(stderr, text),
    status: (text) => {
      if (!isInteractive || text === status) return;
      if (status !== null) stdout.write(eraseLine);
      status = text;
      if (text !== null) stdout.write(text);
    },
    paint: (style, text) => (hasColours ? styled(style, text) : text),
  };
}

function styled(style: Style, text: string): string {
  const [on, off] = styles[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}
