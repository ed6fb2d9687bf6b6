import { sendRedisCommand } from '@postroom/testkit';
import type { Context } from '../nouns/context.ts';
import { breakUntilAnswered, type Disturbance, repeatFor } from './disturbance.ts';
import { expectRefusal } from './proof.ts';

const expectNoConnection = (context: Context, port: number) =>
  expectRefusal(context, {
    what: 'A connection to Redis',
    words: /ECONNREFUSED/,
    act: () => sendRedisCommand(port, ['PING']),
  });

const expectNoWrite = (context: Context, words: RegExp) =>
  expectRefusal(context, {
    what: 'A write to Redis',
    words,
    act: () => context.stack.redisCommand('SET', 'faults:probe', 'written'),
  });

/** The number that Redis answers. */
const countIn = (answer: string) => Number(answer.replace(':', ''));

/** FLUSHALL. */
export const flushRedis: Disturbance = (context) =>
  context.during('Redis is flushed', async () => {
    if (countIn(await context.stack.redisCommand('DBSIZE')) === 0)
      context.fail('Redis held nothing to be flushed');
    await context.stack.flushRedis();
  });

/** SIGKILL without persistence; it comes back empty. */
export const killRedis: Disturbance = (context, forMs) =>
  context.during('Redis is killed', async () => {
    await context.stack.redis().kill('SIGKILL');
    await expectNoConnection(context, context.stack.redis().port);
    await breakUntilAnswered(context, forMs, () => context.stack.startRedisAgain());
  });

/** Nobody can connect; what it holds stays. */
export const refuseRedis: Disturbance = (context, forMs) =>
  context.during('Redis is away', async () => {
    const proxy = context.proxy('redis');
    await proxy.refuse();
    await expectNoConnection(context, proxy.port);
    await breakUntilAnswered(context, forMs, () => proxy.resume());
  });

/** Connections stand and carry nothing. Those of that time stay dead, without a reset; new ones are served again. */
export const swallowRedis: Disturbance = (context, forMs) =>
  context.during('Redis is a black hole', async () => {
    const proxy = context.proxy('redis');
    proxy.pause();
    await breakUntilAnswered(context, forMs, async () => {
      if (proxy.strandAll() === 0) context.fail('no connection to Redis fell into the black hole');
      await proxy.resume();
    });
  });

/** Its memory is full, and nothing may be evicted. */
export const fillRedis: Disturbance = (context, forMs) =>
  context.during('Redis is full', async () => {
    // Less than it needs for itself: what it may hold beside that is no matter of luck.
    await context.stack.redisCommand('CONFIG', 'SET', 'maxmemory', '1');
    await expectNoWrite(context, /OOM/);
    await breakUntilAnswered(context, forMs, () =>
      context.stack.redisCommand('CONFIG', 'SET', 'maxmemory', '0'),
    );
  });

/** Every client is thrown out again and again. */
export const killRedisClients: Disturbance = (context, forMs) =>
  context.during('the clients of Redis are killed', async () => {
    let killed = 0;
    await repeatFor(context, { forMs, everyMs: 250 }, async () => {
      // A client that blocks is of the first type, one that listens is not.
      for (const type of ['normal', 'pubsub'])
        killed += countIn(await context.stack.redisCommand('CLIENT', 'KILL', 'TYPE', type));
    });
    if (killed === 0) context.fail('Redis had no client to throw out');
  });

/** A replica of a master that is not there: it answers, and takes no writes. */
export const makeRedisReadOnly: Disturbance = (context, forMs) =>
  context.during('Redis is read-only', async () => {
    await context.stack.redisCommand('REPLICAOF', '127.0.0.1', '1');
    await expectNoWrite(context, /READONLY/);
    await breakUntilAnswered(context, forMs, () => context.stack.redisCommand('REPLICAOF', 'NO', 'ONE'));
  });
