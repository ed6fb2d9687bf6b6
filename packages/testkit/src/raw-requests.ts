import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Opens so many connections to the server of that URL; errors of theirs are nobody's. */
export async function openSockets(url: string, count: number): Promise<readonly Socket[]> {
  const { hostname, port } = new URL(url);
  const open = async () => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  return Promise.all(Array.from({ length: count }, open));
}

/** Thousands of requests in one piece, which need no key. */
export const pipelineOf = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(2_000);

type BatchHead = {
  readonly key: string;
  readonly lengthBytes: number;
  readonly headers?: readonly string[];
};

/** The head of a batch whose body is written, or not, by the caller. */
export const batchHeadOf = ({ key, lengthBytes, headers = [] }: BatchHead): string =>
  [
    'POST /api/v1/emails/batch HTTP/1.1',
    'Host: a',
    `x-api-key: ${key}`,
    'content-type: application/json',
    `content-length: ${lengthBytes}`,
    ...headers,
    '\r\n',
  ].join('\r\n');
