import type { Readable } from 'node:stream';
import { Collector, type Room } from '@postroom/core';
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
  let bytes = 0;
  let taken = 0;
  const message = new Collector((more) => {
    if (!memory.take(owner, more)) throw noRoom();
    taken += more;
  });
  const wrong: { refusal: Refusal | null } = { refusal: null };
  const release = () => {
    memory.giveBack(owner, taken);
    taken = 0;
    message.drain();
  };
  const refuse = (error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
    wrong.refusal = error;
    release();
  };
  try {
    for await (const chunk of stream) {
      if (!Buffer.isBuffer(chunk)) throw new Error('the stream of a message is no stream of bytes');
      bytes += chunk.length;
      onBytes(chunk.length);
      lines.add(chunk);
      if (wrong.refusal !== null) continue;
      try {
        if (bytes > maxBytes) throw tooLarge(maxBytes);
        message.add(chunk);
      } catch (error) {
        refuse(error);
      }
    }
    if (wrong.refusal === null && lines.problem !== null) refuse(badLines(lines.problem));
    if (wrong.refusal !== null) throw wrong.refusal;
    return { bytes: await message.join(), release };
  } catch (error) {
    release();
    throw error;
  }
}

const tooLarge = (maxBytes: number) =>
  new Refusal(552, '5.3.4', `The message has more than ${maxBytes} bytes.`);

const noRoom = () => new Refusal(452, '4.3.1', 'Too many large messages at once: try again shortly.');

const badLines = (problem: string) => new Refusal(554, '5.6.0', `The message is not taken: ${problem}.`);
