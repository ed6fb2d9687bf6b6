import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** What PostgreSQL says to a connection that an operator ends; see its protocol, ErrorResponse. */
const fatal = Buffer.from('E\0\0\0\0SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0', 'latin1');
fatal.writeInt32BE(fatal.length - 1, 1);

/** The type of ReadyForQuery, which with its length and its status is six bytes. */
const ready = 'Z'.charCodeAt(0);

/** Stands before the server of that URL. Once `endNew` was called, a new connection hears in one piece that it is ready and that it is ended. */
export async function startEndingProxy(url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isEnding = false;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    upstream.once('end', () => client.end());
    upstream.on('data', (bytes) => {
      const isEnd = isEnding && bytes.at(-6) === ready;
      client.write(isEnd ? Buffer.concat([bytes, fatal]) : bytes);
      if (isEnd) client.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const own = new URL(url);
  if (typeof address === 'object' && address !== null) own.port = String(address.port);
  return {
    url: own.href,
    endNew: () => {
      isEnding = true;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
