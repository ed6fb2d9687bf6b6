import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { close, freePort, listen } from '@postroom/servers';
import { onFreePort } from '../../src/stack/servers.ts';

const host = '127.0.0.1';

/** Starts as `start` says, and answers the ports that were tried, and what came of it. */
async function triedPorts(usual: number, start: (port: number) => Promise<void>) {
  const ports: number[] = [];
  const outcome = await onFreePort({ usual, host }, async (port) => {
    ports.push(port);
    await start(port);
    return 'started';
  }).catch(String);
  return { ports, outcome };
}

test('a port is given out once, also to other processes, for as long as the one that has it runs', async () => {
  const name = `\0postroom-port-${await freePort()}`;
  await expect(once(createServer().listen(name), 'listening')).rejects.toThrow('EADDRINUSE');
});

test('the usual port is taken where it is free', async () => {
  const usual = await freePort();
  expect(await triedPorts(usual, async () => undefined)).toEqual({ ports: [usual], outcome: 'started' });
});

test('another one is taken where somebody has it', async () => {
  const usual = await freePort();
  const somebody = createServer();
  await listen(somebody, { port: usual, host });
  const { ports, outcome } = await triedPorts(usual, async () => undefined);
  await close(somebody);
  expect([ports.length, ports.includes(usual), outcome]).toEqual([1, false, 'started']);
});

test('another one is taken where somebody took it just before us, and has let it go since', async () => {
  const usual = await freePort();
  const { ports, outcome } = await triedPorts(usual, async (port) => {
    if (port === usual) throw new Error(`it ended. Its last words: listen EADDRINUSE: ${host}:${port}`);
  });
  expect([ports.length, ports[0], outcome]).toEqual([2, usual, 'started']);
});

test('what fails for another reason is not started twice', async () => {
  const usual = await freePort();
  const { ports, outcome } = await triedPorts(usual, () => Promise.reject(new Error('no memory')));
  expect({ ports, outcome }).toEqual({ ports: [usual], outcome: 'Error: no memory' });
});
