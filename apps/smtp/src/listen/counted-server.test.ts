import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, expect, test } from '@jest/globals';
import { eventually, RawSmtp } from '@postroom/testkit';
import { Crowd, type CrowdLimits } from '../session/crowd.ts';
import { type Listener, type ListenOptions, openListener } from './listener.ts';

const open: { listener: Listener | null; sockets: Socket[] } = { listener: null, sockets: [] };
afterEach(async () => {
  for (const socket of open.sockets.splice(0)) socket.destroy();
  await open.listener?.close(10);
});

async function listen(limits: CrowdLimits, options: Partial<ListenOptions> = {}) {
  const counted = { refused: 0 };
  const crowd = new Crowd({
    ...limits,
    onRefused: () => {
      counted.refused += 1;
    },
  });
  open.listener = await openListener({ host: '127.0.0.1', port: 0, name: 'a', crowd, ...options });
  return { crowd, counted, port: open.listener.port };
}

/** Connects, and says nothing. */
async function connected(port: number, from = '127.0.0.1') {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from });
  socket.on('error', () => undefined);
  open.sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}
const isClosed = async (socket: Socket) =>
  eventually(() => expect(socket.closed).toBe(true)).then(
    () => true,
    () => false,
  );

test('whoever is silent before TLS counts: of one address so many, and of all so many', async () => {
  const { crowd, counted, port } = await listen({ maxConnections: 3, maxPerAddress: 2 }, { secure: true });
  const [first] = [await connected(port), await connected(port)];
  expect(await isClosed(await connected(port))).toBe(true);
  expect(counted.refused).toBe(1);
  await connected(port, '127.0.0.2');
  expect(await isClosed(await connected(port, '127.0.0.3'))).toBe(true);
  expect(counted.refused).toBe(2);
  expect(crowd.size).toBe(3);
  first?.destroy();
  await eventually(() => expect(crowd.size).toBe(2));
  const client = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
  open.sockets.push(client);
  await eventually(async () => expect(String((await once(client, 'data'))[0])).toMatch(/^220/));
  client.destroy();
  await eventually(() => expect(crowd.size).toBe(2));
});

test('a connection that went on to TLS counts until it ends', async () => {
  const { crowd, port } = await listen({ maxConnections: 2, maxPerAddress: 2 });
  for (const isWhole of [true, false]) {
    const socket = await connected(port);
    await once(socket, 'data');
    socket.write('EHLO x\r\nSTARTTLS\r\n');
    for (let heard = ''; !heard.includes('220'); ) heard += String((await once(socket, 'data'))[0]);
    expect(crowd.size).toBe(1);
    if (isWhole) await once(connectTls({ socket, rejectUnauthorized: false }), 'secureConnect');
    expect(crowd.size).toBe(1);
    socket.destroy();
    await eventually(() => expect(crowd.size).toBe(0));
  }
});

test('in the clear, whoever is one too many is told so, and counted', async () => {
  const { counted, port } = await listen({ maxConnections: 3, maxPerAddress: 2 });
  for (const _ of [1, 2]) await connected(port);
  for (const [refused, from] of [
    [1, '127.0.0.1'],
    [1, '127.0.0.2'],
    [2, '127.0.0.3'],
  ] as const) {
    const [greeting] = await once(await connected(port, from), 'data');
    expect(String(greeting)).toMatch(from === '127.0.0.2' ? /^220/ : /^421 4\.7\.0 Too many connections/);
    expect(counted.refused).toBe(refused);
  }
});

test('behind a proxy, connections are counted at once, and to the place that it says, which is no single IPv6 address', async () => {
  const limits = { maxConnections: 4, maxPerAddress: 2 };
  const { crowd, counted, port } = await listen(limits, { useProxy: ['127.0.0.1'] });
  const from = async (address: string) => {
    const client = await RawSmtp.open(port);
    client.write(`PROXY ${address.includes(':') ? 'TCP6' : 'TCP4'} ${address} 198.51.100.1 5000 25\r\n`);
    return { client, greeting: await client.hear() };
  };
  const many = expect.stringMatching(/^421 4\.7\.0 Too many connections/);
  const some = [await from('2001:db8:0:1::1'), await from('2001:db8:0:1:ffff::2')];
  expect(some.map(({ greeting }) => greeting.slice(0, 3))).toEqual(['220', '220']);
  expect((await from('2001:db8:0:1::3')).greeting).toEqual(many);
  expect(counted.refused).toBe(1);
  await eventually(() => expect(crowd.size).toBe(2));
  // These two have not said anything yet.
  await Promise.all([connected(port), connected(port)]);
  await eventually(() => expect(crowd.size).toBe(4));
  expect((await from('203.0.113.7')).greeting).toEqual(many);
  expect(counted.refused).toBe(2);
  for (const { client } of some) client.end();
  await eventually(() => expect(crowd.size).toBe(2));
  const other = await from('2001:db8:0:1::3');
  expect(other.greeting).toMatch(/^220/);
  other.client.end();
});
