import { EventEmitter, on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { serveHttp } from './serve-http.ts';

/** For ever: longer than a test may take. */
const never = 60_000;

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/**
 * A server that gives the answers that it is told, then begins one, and leaves it to `end`. `begun` resolves with that one, or
 * with the last that it is told.
 */
async function start(closing: { headMs: number; exchangeMs: number }, ...whole: Buffer[]) {
  let end = () => {};
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const accepted = new EventEmitter();
  const server = await serveHttp(
    (request, response) => {
      const answer = whole.shift();
      if (answer === undefined) response.write('half');
      else response.end(answer);
      end = () => response.end(' and half');
      // Whatever is there of a body is taken.
      request.resume();
      if (whole.length === 0) begin();
    },
    {
      host: '127.0.0.1',
      port: 0,
      closing,
      prepare: (bare) => bare.on('connection', () => accepted.emit('one')),
    },
  );
  /** A connection that the server has accepted, and that has written. */
  const connected = async (written: string) => {
    const isAccepted = once(accepted, 'one');
    const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    let heard = '';
    socket.setEncoding('latin1').on('data', (text) => {
      heard += text;
    });
    socket.write(written);
    await isAccepted;
    return { socket, ended: once(socket, 'close').then(() => heard) };
  };
  return { server, begun, end: () => end(), connected };
}

const get = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

test.each([
  ['is silent', ''],
  ['has brought half a head', 'GET / HTTP/1.1\r\nho'],
])(
  'a connection that %s is ended, before an answer in hand, which is given whole',
  async (_name, written) => {
    const { server, begun, end, connected } = await start({ headMs: 5, exchangeMs: never });
    const other = await connected(written);
    const asking = await connected(get);
    await begun;
    const closed = server.close();
    expect(await other.ended).toBe('');
    end();
    expect(await asking.ended).toMatch(/^HTTP\/1\.1 200 .*half.* and half\r\n0\r\n\r\n$/s);
    await closed;
  },
);

describe('a body that does not come', () => {
  const part = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nx';

  test('is waited for longer than a head', async () => {
    const { server, begun, end, connected } = await start({ headMs: 5, exchangeMs: never });
    const silent = await connected('');
    const sending = await connected(part);
    await begun;
    const closed = server.close();
    await silent.ended;
    sending.socket.write('xxxx');
    end();
    expect(await sending.ended).toMatch(/^HTTP\/1\.1 200 .*half.* and half/s);
    await closed;
  });

  test('is not waited for for ever', async () => {
    const { server, begun, connected } = await start({ headMs: never, exchangeMs: 5 });
    const sending = await connected(part);
    await begun;
    await server.close();
    expect(await sending.ended).not.toContain(' and half');
  });
});

test('whoever asks again while the server closes is answered, and told that it was the last time', async () => {
  const { server, begun, end, connected } = await start({ headMs: never, exchangeMs: never });
  const asking = await connected('GET / HTTP/1.1\r\nho');
  const closed = server.close();
  asking.socket.write('st: x\r\n\r\n');
  await begun;
  end();
  expect(await asking.ended).toMatch(/^HTTP\/1\.1 200 .*connection: close.* and half/is);
  await closed;
});

describe('when the answer has been given as a whole', () => {
  const whole = Buffer.from('whole');
  const ask = async ({ socket }: { socket: Socket }) => {
    socket.write(get);
    for await (const [text] of on(socket, 'data')) if (String(text).endsWith('whole')) return;
  };

  test('a connection that still takes it gets all of it, however late', async () => {
    // More than the buffers of both sockets hold, behind an answer that they do.
    const much = Buffer.alloc(20_000_000, 'x');
    const { server, begun, connected } = await start({ headMs: 5, exchangeMs: never }, whole, much);
    const silent = await connected('');
    const taking = await connected(get + get);
    taking.socket.pause();
    await begun;
    const closed = server.close();
    // All that ends a connection sooner than a request in hand may take has been called by then.
    await silent.ended;
    taking.socket.resume();
    const heard = await taking.ended;
    expect(heard.split('\r\n\r\n').at(-1)).toHaveLength(much.length);
    await closed;
  });

  test('a connection that has brought no more is ended, before those that may bring a head', async () => {
    const { server, connected } = await start({ headMs: never, exchangeMs: never }, whole, whole);
    const silent = await connected('');
    const idle = await connected('');
    await ask(idle);
    const closed = server.close();
    await idle.ended;
    silent.socket.write(get);
    expect(await silent.ended).toMatch(/^HTTP\/1\.1 200 .*connection: close.*whole$/is);
    await closed;
  });

  test('a connection that has brought half of its next head may bring the rest', async () => {
    const { server, connected } = await start({ headMs: never, exchangeMs: never }, whole, whole, whole);
    const [asking, other] = [await connected(''), await connected('')];
    await ask(asking);
    // What was written before another's request has been read before its answer.
    asking.socket.write('GET / HTTP/1.1\r\nho');
    await ask(other);
    const closed = server.close();
    await other.ended;
    asking.socket.write('st: x\r\n\r\n');
    expect(await asking.ended).toMatch(/whole.*connection: close.*whole$/is);
    await closed;
  });
});
