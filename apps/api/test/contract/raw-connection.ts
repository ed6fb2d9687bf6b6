import { connect } from 'node:net';
import { envelopeOf, type RawAnswer } from './raw-request.ts';

/** A connection that speaks no HTTP but what the test writes. */
export type RawConnection = {
  /** Resolves once the bytes have left; false: the connection is gone. */
  write(bytes: string | Uint8Array): Promise<boolean>;
  /** Says that nothing more will be written; what comes is still read. */
  finish(): void;
  /** Every answer that has come as a whole. */
  answers(): readonly RawAnswer[];
  /** Begins to read, on a connection that was not to do so by itself. */
  read(): void;
  /** Resolves when the other side has ended the connection, politely or not. */
  readonly hungUp: Promise<void>;
  isHungUp(): boolean;
  destroy(): void;
};

/** Connects to the server behind an origin; what comes is read at once, unless that is to wait for `read`. */
export async function connectRaw(origin: string, options = { readsAtOnce: true }): Promise<RawConnection> {
  const socket = connect({ port: Number(new URL(origin).port), host: '127.0.0.1', allowHalfOpen: true });
  const received = createAnswers();
  let isHungUp = false;
  const read = () => {
    socket.on('data', received.add);
  };
  if (options.readsAtOnce) read();
  socket.on('error', () => undefined);
  const hungUp = new Promise<void>((resolve) => {
    for (const event of ['end', 'close']) {
      socket.once(event, () => {
        isHungUp = true;
        resolve();
      });
    }
  });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  return {
    write: (bytes) =>
      new Promise((resolve) => {
        socket.write(bytes, (error) => resolve(error === null || error === undefined));
      }),
    read,
    finish: () => socket.end(),
    answers: received.whole,
    hungUp,
    isHungUp: () => isHungUp,
    destroy: () => socket.destroy(),
  };
}

/** Reads the answer that stands at a place, with its length in its headers, and where it ends; null: it is not whole. */
function answerAt(received: Buffer, at: number): { readonly answer: RawAnswer; readonly end: number } | null {
  const headEnd = received.indexOf('\r\n\r\n', at);
  if (headEnd < 0) return null;
  const [statusLine = '', ...lines] = received.subarray(at, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const [name = '', value = ''] = line.split(/: ?(.*)/s);
      return [name.toLowerCase(), value];
    }),
  );
  const end = headEnd + 4 + Number(headers['content-length'] ?? 0);
  if (end > received.length) return null;
  const text = received.subarray(headEnd + 4, end).toString('utf8');
  return { answer: { status: Number(statusLine.split(' ')[1]), headers, text }, end };
}

/** Takes answers apart that stand one after the other, each once, however often it is asked for them. */
function createAnswers() {
  const answers: RawAnswer[] = [];
  const chunks: Buffer[] = [];
  return {
    add: (chunk: Buffer) => void chunks.push(chunk),
    whole: (): readonly RawAnswer[] => {
      const received = Buffer.concat(chunks.splice(0));
      let at = 0;
      for (let next = answerAt(received, at); next !== null; next = answerAt(received, at)) {
        answers.push(next.answer);
        at = next.end;
      }
      if (at < received.length) chunks.push(received.subarray(at));
      return [...answers];
    },
  };
}

/** `<status> <code>` of an error answer in its envelope. */
export const outcomeOf = (answer: RawAnswer): string => `${answer.status} ${envelopeOf(answer).error}`;
