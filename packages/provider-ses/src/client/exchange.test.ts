import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { runExchange } from './exchange.ts';

const server = createServer().listen(0, '127.0.0.1');
afterAll(() => void server.close());

/** Both ends of a connection. */
async function aConnection(): Promise<readonly [Socket, Socket]> {
  await (server.listening || once(server, 'listening'));
  const address = server.address();
  const near = connect(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1');
  const [far] = await once(server, 'connection');
  return [near, far];
}

/** The whole process stands still. */
const standStill = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('an answer that came while the process stood still for longer than a call may take is read', async () => {
  const [near, far] = await aConnection();
  // From here on timers are looked at before connections are.
  await nextTurn();
  const result = await runExchange({ timeoutMs: 10 }, async (exchange) => {
    exchange.phase = 'written';
    const answer = once(near, 'data');
    far.write('taken');
    standStill(30);
    return String(await answer);
  });
  near.destroy();
  far.destroy();
  expect(result).toEqual({ kind: 'answered', output: 'taken' });
});

test('what is not written when its time is over is not written any more', async () => {
  let see: (isEnded: boolean) => void = () => undefined;
  const seen = new Promise<boolean>((resolve) => {
    see = resolve;
  });
  const result = await runExchange({ timeoutMs: 10 }, async (exchange) => {
    exchange.phase = 'connecting';
    // What it waits for comes right after its time is over, in the same turn.
    const connected = new Promise((resolve) => setTimeout(resolve, 11));
    standStill(30);
    await connected;
    see(exchange.end !== null);
  });
  expect(await seen).toBe(true);
  expect(result).toMatchObject({ kind: 'failed', phase: 'connecting', error: { name: 'TimeoutError' } });
});

test('a call that has no answer in time is ended, and says how far it had come', async () => {
  const result = await runExchange({ timeoutMs: 10 }, (exchange) => {
    exchange.phase = 'written';
    return new Promise<never>((_resolve, reject) => {
      exchange.onEnd = reject;
    });
  });
  expect(result).toMatchObject({ kind: 'failed', phase: 'written', error: { name: 'TimeoutError' } });
});
