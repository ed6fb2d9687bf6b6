import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { close, listen } from '@postroom/servers';
import { eventually, startTcpProxy, type TcpProxy } from '../src/index.ts';

let echo: Server;
let proxy: TcpProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  proxy = await startTcpProxy({ target: { port: await listen(echo) } });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.stop();
  await close(echo);
});

function open() {
  const client = connect({ port: proxy.port, host: '127.0.0.1' });
  const heard = { text: '', error: '', isClosed: false };
  client.on('data', (chunk) => {
    heard.text += chunk.toString();
  });
  client.on('error', (error: NodeJS.ErrnoException) => {
    heard.error = error.code ?? error.message;
  });
  client.on('close', () => {
    heard.isClosed = true;
  });
  clients.push(client);
  return { client, heard };
}

async function hears(heard: { text: string }, text: string) {
  await eventually(() => expect(heard.text).toBe(text));
}

test('bytes pass unchanged, also many of them', async () => {
  const { client, heard } = open();
  const text = 'abcdefgh'.repeat(250_000);
  client.write(text);
  await eventually(() => heard.text.length === text.length);
  expect(heard.text === text).toBe(true);
});

test('an end of one side reaches the other', async () => {
  const { client, heard } = open();
  client.end('last words');
  await eventually(() => heard.isClosed);
  expect(heard).toEqual({ text: 'last words', error: '', isClosed: true });
});

test('a paused proxy accepts connections, passes nothing, and passes what it held after resume', async () => {
  const { client, heard } = open();
  client.write('one');
  await hears(heard, 'one');
  proxy.pause();
  client.write('two');
  const late = open();
  late.client.write('late');
  await eventually(() => late.client.readyState === 'open');
  expect([heard, late.heard]).toMatchObject([
    { text: 'one', isClosed: false },
    { text: '', isClosed: false },
  ]);
  await proxy.resume();
  await hears(heard, 'onetwo');
  await hears(late.heard, 'late');
});

test('stranded connections stand and carry nothing, also after resume, and new ones are as before', async () => {
  const { client, heard } = open();
  client.write('one');
  await hears(heard, 'one');
  proxy.pause();
  client.write('held');
  expect(proxy.strandAll()).toBe(1);
  await proxy.resume();
  client.write('two');
  client.end();
  const again = open();
  again.client.write('three');
  await hears(again.heard, 'three');
  expect(heard).toEqual({ text: 'one', error: '', isClosed: false });
  expect(proxy.openConnections()).toBe(2);
});

test('resetAll breaks open connections with a reset and accepts new ones', async () => {
  const { client, heard } = open();
  client.write('one');
  await hears(heard, 'one');
  proxy.resetAll();
  await eventually(() => heard.error === 'ECONNRESET');
  const again = open();
  again.client.write('two');
  await hears(again.heard, 'two');
});

test('cutAfter lets that many bytes through, then breaks the connection', async () => {
  proxy.cutAfter(14);
  const { client, heard } = open();
  client.write('0123456789');
  await eventually(() => heard.isClosed);
  expect(heard.text).toBe('0123');
});

test('latency delays each direction', async () => {
  proxy.setLatency(60);
  const { client, heard } = open();
  const startedAt = performance.now();
  client.write('slow');
  await hears(heard, 'slow');
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(110);
});

test('a refusing proxy refuses connections until it resumes on the same port', async () => {
  const before = open();
  before.client.write('one');
  await hears(before.heard, 'one');
  await proxy.refuse();
  await eventually(() => before.heard.isClosed);
  const refused = open();
  await eventually(() => refused.heard.error === 'ECONNREFUSED');
  await proxy.resume();
  const after = open();
  after.client.write('two');
  await hears(after.heard, 'two');
});
