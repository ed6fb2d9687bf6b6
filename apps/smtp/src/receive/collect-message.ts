import type { Readable } from 'node:stream';
import type { Room } from '@postroom/core';
import { Refusal } from '../session/reply.ts';
import { LineCheck } from './line-check.ts';

/** A message that came in whole; `release` when nothing of it is needed any more. */
export type Collected = { readonly bytes: Buffer; readonly release: () => void };

type Bounds = {
  readonly maxBytes: number;
  /** In bytes. */
  readonly memory: Room;
  /** Whose part of it the message takes. */
  readonly owner: string;
  /** Hears of each piece. */
  readonly onBytes: (count: number) => void;
};

/**
 * Reads a message to its end, whatever is wrong with it: an answer that comes before is heard by no client. Rejects with a
 * refusal, or with what broke the connection.
 */
export async function collectMessage(
  stream: Readable,
  { maxBytes, memory, owner, onBytes }: Bounds,
): Promise<Collected> {
  const lines = new LineCheck();
  let chunks: Buffer[] = [];
  let bytes = 0;
  let taken = 0;
  const wrong: { refusal: Refusal | null } = { refusal: null };
  const release = () => {
    memory.giveBack(owner, taken);
    taken = 0;
    chunks = [];
  };
  const refuse = (one: Refusal) => {
    wrong.refusal = one;
    release();
  };
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) throw new Error('the stream of a message is no stream of bytes');
      bytes += chunk.length;
      onBytes(chunk.length);
      lines.add(chunk);
      if (wrong.refusal !== null) continue;
      if (bytes > maxBytes) refuse(new Refusal(552, '5.3.4', `The message has more than ${maxBytes} bytes.`));
      else if (!memory.take(owner, chunk.length)) {
        refuse(new Refusal(452, '4.3.1', 'Too many large messages at once: try again shortly.'));
      } else {
        taken += chunk.length;
        chunks.push(chunk);
      }
    }
    if (wrong.refusal === null && lines.problem !== null) refuse(badLines(lines.problem));
    if (wrong.refusal !== null) throw wrong.refusal;
    return { bytes: joined(chunks), release };
  } catch (error) {
    release();
    throw error;
  }
}

const badLines = (problem: string) => new Refusal(554, '5.6.0', `The message is not taken: ${problem}.`);

/** Lets go of each piece as it is copied: there are not two of a large message for long. */
function joined(chunks: Buffer[]): Buffer {
  const whole = Buffer.concat(chunks);
  chunks.length = 0;
  return whole;
}
