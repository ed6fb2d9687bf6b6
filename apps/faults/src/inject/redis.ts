import { sendRedisCommand } from '@postroom/testkit';
import type { Context } from '../run/context.ts';
import { breakFor, type Disturbance, repeatFor } from './disturbance.ts';

const command = ({ stack }: Context, ...words: readonly string[]) =>
  sendRedisCommand(stack.redis().port, words);

/** FLUSHALL. */
export const flushRedis: Disturbance = (context) =>
  context.during('Redis is flushed', () => context.stack.flushRedis());

/** SIGKILL without persistence; it comes back empty. */
export const killRedis: Disturbance = (context, forMs) =>
  context.during('Redis is killed', async () => {
    await context.stack.redis().kill('SIGKILL');
    await breakFor(context, { forMs, undo: () => context.stack.startRedisAgain() });
  });

/** Nobody can connect; what it holds stays. */
export const refuseRedis: Disturbance = (context, forMs) =>
  context.during('Redis is away', async () => {
    const proxy = context.proxy('redis');
    await proxy.refuse();
    await breakFor(context, { forMs, undo: () => proxy.resume() });
  });

/** Connections stand, and nothing comes back; at the end they are reset, and what was written is gone. */
export const swallowRedis: Disturbance = (context, forMs) =>
  context.during('Redis is a black hole', async () => {
    const proxy = context.proxy('redis');
    proxy.pause();
    await breakFor(context, {
      forMs,
      undo: async () => {
        proxy.resetAll();
        await proxy.resume();
      },
    });
  });

/** Its memory is full, and nothing may be evicted. */
export const fillRedis: Disturbance = (context, forMs) =>
  context.during('Redis is full', async () => {
    await command(context, 'CONFIG', 'SET', 'maxmemory', '1mb');
    await breakFor(context, {
      forMs,
      undo: async () => void (await command(context, 'CONFIG', 'SET', 'maxmemory', '0')),
    });
  });

/** Every client is thrown out again and again. */
export const killRedisClients: Disturbance = (context, forMs) =>
  context.during('the clients of Redis are killed', () =>
    repeatFor(context, {
      forMs,
      everyMs: 250,
      act: async () => {
        await command(context, 'CLIENT', 'KILL', 'TYPE', 'normal');
        // A client that blocks is of the same type, one that listens is not.
        await command(context, 'CLIENT', 'KILL', 'TYPE', 'pubsub');
      },
    }),
  );

/** A replica of a master that is not there: it answers, and takes no writes. */
export const makeRedisReadOnly: Disturbance = (context, forMs) =>
  context.during('Redis is read-only', async () => {
    await command(context, 'REPLICAOF', '127.0.0.1', '1');
    await breakFor(context, {
      forMs,
      undo: async () => void (await command(context, 'REPLICAOF', 'NO', 'ONE')),
    });
  });
