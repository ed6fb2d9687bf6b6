import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import type { ListeningServer } from '../http/serve-http.ts';
import { serveMetrics } from './serve-metrics.ts';

const open: ListeningServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(text = 'up 1\n', untakenMs?: number) {
  const count = { scrapes: 0 };
  const registry = {
    contentType: 'text/plain',
    metrics: async () => {
      count.scrapes += 1;
      return text;
    },
  };
  const server = await serveMetrics({ host: '127.0.0.1', port: 0, registry, untakenMs });
  open.push(server);
  return { port: server.port, count };
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

/** Writes all at once; answers all that came until the connection ended. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answers = '';
  socket.setEncoding('latin1').on('data', (part) => {
    answers += part;
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return answers;
}

test('metrics and health are on a port of their own, and nothing else', async () => {
  const { port } = await start();
  const answerOf = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return [response.status, response.headers.get('content-type'), await response.text()];
  };
  expect(await answerOf('/metrics')).toEqual([200, 'text/plain', 'up 1\n']);
  expect(await answerOf('/healthz')).toEqual([200, 'application/json', '{"status":"ok"}']);
  expect(await answerOf('/')).toEqual([404, null, '']);
});

test('of 2,000 requests that one connection writes at once a few are answered, with the few scrapes that there may be', async () => {
  const { port, count } = await start();
  const answers = (await exchange(port, get('/metrics').repeat(2_000))).split('HTTP/1.1 200').length - 1;
  expect(answers).toBeGreaterThan(16);
  expect(answers).toBeLessThan(100);
  expect(count.scrapes).toBeLessThanOrEqual(20);
});

test('an answer that is not taken ends its connection', async () => {
  const { port } = await start('x'.repeat(16 * 1024 * 1024), 200);
  const socket = connect(port, '127.0.0.1').pause();
  const ended = new Promise((resolve) => socket.once('error', resolve).once('close', resolve));
  socket.write(get('/metrics'));
  // Whoever reads nothing hears of nothing, until what it writes is refused.
  const writing = setInterval(() => socket.write(' '), 50);
  await ended;
  clearInterval(writing);
  socket.destroy();
});

test('a body is not read: its connection ends with the answer', async () => {
  const { port } = await start();
  const head = 'POST /metrics HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
  expect(await exchange(port, `${head}1\r\nx\r\n`)).toMatch(/^HTTP\/1\.1 200.*connection: close/s);
});
