import type { IncomingMessage } from 'node:http';
import {
  type BrotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  type Gunzip,
  type Inflate,
} from 'node:zlib';
import { Collector, PostroomError } from '@postroom/core';
import { bodyShareOf } from './body-budget.ts';
import { readInTurns } from './read-in-turns.ts';

type Decoder = Gunzip | Inflate | BrotliDecompress;

const decoders: ReadonlyMap<string, () => Decoder> = new Map<string, () => Decoder>([
  ['gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

/** What unpacks the body of a request; null: it is not packed. */
export function decoderOf({ headers }: IncomingMessage): Decoder | null {
  const encoding = (headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return null;
  const create = decoders.get(encoding);
  if (create !== undefined) return create();
  throw new PostroomError(
    'unsupported_media_type',
    'The body has a content-encoding that is not supported: send it plain or as gzip.',
  );
}

/** The answer to a body that is larger than its route takes. */
export const tooLarge = (limitBytes: number) =>
  new PostroomError('payload_too_large', `The body is larger than the ${limitBytes} bytes of this route.`);

/** The answer to a body that breaks off. */
export const unreadable = (cause: unknown) => {
  const message = 'The body ended too early, or is not in the content-encoding that it claims.';
  return new PostroomError('validation_failed', message, {
    details: { issues: [{ path: '', message }] },
    cause,
  });
};

/** Passes chunks on for as long as they are within the limit together, and whoever looks at them lets them pass. */
function limited(limitBytes: number, keep: (chunk: Buffer) => void, refuse: (error: unknown) => void) {
  let bytes = 0;
  return (chunk: Buffer) => {
    bytes += chunk.length;
    try {
      if (bytes > limitBytes) throw tooLarge(limitBytes);
      keep(chunk);
    } catch (error) {
      refuse(error);
    }
  };
}

function letGo(request: IncomingMessage, decoder: Decoder | null): void {
  request.pause();
  if (decoder === null) return;
  request.unpipe(decoder);
  decoder.destroy();
}

/** Unpacks what comes; answers whether all that has come so far was packed. */
function unpack(
  request: IncomingMessage,
  decoder: Decoder,
  how: {
    readonly limitBytes: number;
    readonly reject: (error: unknown) => void;
    readonly fail: (cause: unknown) => void;
  },
): () => boolean {
  let packedBytes = 0;
  const count = ({ length }: Buffer) => {
    packedBytes += length;
  };
  // What unpacks to nothing would otherwise be read for ever.
  request.on('data', limited(how.limitBytes, count, how.reject)).on('error', how.fail);
  request.pipe(decoder);
  return () => decoder.bytesWritten === packedBytes;
}

/**
 * Reads the whole body of a request, unpacked. Rejects as soon as more than the limit has come, packed or unpacked, or more
 * than there is room for beside other bodies, or `look` throws for a chunk: no more than that is ever held, and the rest is
 * left unread.
 */
export async function readBody(
  request: IncomingMessage,
  limitBytes: number,
  look: (chunk: Buffer) => void = () => {},
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const decoder = decoderOf(request);
  const source = decoder ?? request;
  const share = bodyShareOf(request);
  const body = new Collector(share.take);
  let isAllUnpacked = () => true;
  let stop = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      share.giveWay = reject;
      const fail = (cause: unknown) => reject(unreadable(cause));
      const keep = (chunk: Buffer) => {
        look(chunk);
        body.add(chunk);
      };
      const take = limited(limitBytes, keep, reject);
      if (decoder === null) stop = readInTurns(request, take);
      else decoder.on('data', take);
      source.on('error', fail);
      source.once('end', () => {
        // What follows after the end of what is packed is noticed or not, depending on how it was cut into chunks.
        const isAll = request.readableEnded && isAllUnpacked();
        if (isAll) resolve();
        else fail(new Error('something follows after the end of what is packed'));
      });
      if (decoder !== null) isAllUnpacked = unpack(request, decoder, { limitBytes, reject, fail });
    });
  } catch (error) {
    share.giveBack();
    // The request, and what has listened to it, may stay for as long as its connection does.
    body.drain();
    throw error;
  } finally {
    share.giveWay = null;
    stop();
    letGo(request, decoder);
  }
  return body.join();
}
