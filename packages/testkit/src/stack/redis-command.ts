import { connect } from 'node:net';

/** Sends one command to a Redis on 127.0.0.1 and waits for its answer (RESP2); rejects what is an error. */
export function sendRedisCommand(port: number, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
      );
    });
    socket.setTimeout(10_000, () => socket.destroy(new Error('Redis did not answer')));
    socket.once('data', (data) => {
      const answer = data.toString();
      socket.end();
      if (answer.startsWith('-')) reject(new Error(answer.trim()));
      else resolve(answer.trim());
    });
    socket.once('error', reject);
  });
}
