import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createPace, PostroomError } from '@postroom/core';
import { decoderOf, tooLarge, unreadable } from './read-body.ts';

/** The body of a request as it is unpacked; what is wrong with the request is wrong with what comes of it. */
function unpacked(request: IncomingMessage, limitBytes: number): Readable {
  const decoder = decoderOf(request);
  if (decoder === null) return request;
  let packedBytes = 0;
  // What unpacks to nothing would otherwise be read for ever.
  request.on('data', (chunk: Buffer) => {
    packedBytes += chunk.length;
    if (packedBytes > limitBytes) decoder.destroy(tooLarge(limitBytes));
  });
  // The failure reaches whoever reads what comes out.
  pipeline(request, decoder, () => undefined);
  return decoder;
}

/**
 * The body of a request chunk by chunk, no faster than it is taken, with turns of the loop for others between them. Rejects
 * when more than the limit has come, packed or unpacked, or the body breaks off; what is left of it is left unread.
 */
export async function* streamBody(request: IncomingMessage, limitBytes: number): AsyncGenerator<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const pace = createPace();
  let bytes = 0;
  try {
    for await (const chunk of unpacked(request, limitBytes).iterator({ destroyOnReturn: false })) {
      bytes += chunk.length;
      if (bytes > limitBytes) throw tooLarge(limitBytes);
      yield chunk;
      await pace();
    }
  } catch (error) {
    throw error instanceof PostroomError ? error : unreadable(error);
  }
}
