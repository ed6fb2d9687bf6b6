import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { isDatabaseUnavailable } from '../../src/index.ts';

const servers: { readonly server: Server; readonly sockets: readonly Socket[] }[] = [];
afterEach(() => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A port at which this is done with each connection. */
async function meetWith(meet: (socket: Socket) => void): Promise<number> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    meet(socket);
  });
  servers.push({ server, sockets });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const places: readonly (readonly [string, (socket: Socket) => void, { readonly ssl?: true }])[] = [
  ['takes connections and says nothing', () => undefined, {}],
  ['says nothing of TLS', () => undefined, { ssl: true }],
  ['ends each connection', (socket) => socket.end(), {}],
  ['resets each connection', (socket) => socket.once('data', () => socket.resetAndDestroy()), {}],
  ['ends a handshake of TLS', (socket) => socket.once('data', () => socket.end('S')), { ssl: true }],
];

/** The ways in which this package connects. */
const ways: readonly (readonly [string, (config: pg.PoolConfig) => Promise<unknown>])[] = [
  [
    'a client',
    async (config) => {
      const client = new pg.Client(config);
      client.on('error', () => undefined);
      try {
        await client.connect();
      } finally {
        await client.end().catch(() => undefined);
      }
    },
  ],
  [
    'a pool',
    async (config) => {
      const pool = new pg.Pool(config);
      try {
        await pool.query('SELECT 1');
      } finally {
        await pool.end();
      }
    },
  ],
  [
    'a pool whose connections are all in hand',
    async (config) => {
      const pool = new pg.Pool({ ...config, max: 1 });
      const inHand = pool.query('SELECT 1').catch(() => undefined);
      try {
        await pool.query('SELECT 1');
      } finally {
        await inHand;
      }
    },
  ],
];

test.each(
  places.flatMap(([place, meet, more]) =>
    ways.map(([way, connect]) => ({ place, meet, more, way, connect })),
  ),
)('a server that $place is an outage for $way', async ({ meet, more, connect }) => {
  const port = await meetWith(meet);
  const config = { host: '127.0.0.1', port, user: 'u', connectionTimeoutMillis: 50, ...more };
  const error: unknown = await connect({
    ...config,
    ...(more.ssl && { ssl: { rejectUnauthorized: false } }),
  }).catch((reason: unknown) => reason);
  expect(String(error)).toMatch(/Error: ./);
  expect(isDatabaseUnavailable(error)).toBe(true);
});
