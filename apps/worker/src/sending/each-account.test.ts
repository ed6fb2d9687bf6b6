import { expect, test } from '@jest/globals';
import { sendThroughEach } from './each-account.ts';

/** A promise that is resolved from outside. */
function makeGate() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}

/** Something that sends, and ends its sends when it is let. */
function makeSending(name: string, told: string[]) {
  const ended = makeGate();
  return {
    end: () => ended.resolve(),
    start: () => void told.push(`${name} starts`),
    stop: () => {
      told.push(`${name} stops`);
      return ended.promise;
    },
  };
}

test('all accounts stop together, and one that is being opened meanwhile is closed without a start', async () => {
  const told: string[] = [];
  const own = makeSending('own', told);
  const [first, late] = [makeSending('first', told), makeSending('late', told)];
  const firstIsStarted = makeGate();
  const lateIsOpen = makeGate();
  const each = sendThroughEach(own, {
    list: async () => [{ id: 'never' }, { id: 'late' }, { id: 'first' }],
    open: async ({ id }) => {
      if (id === 'first') return first;
      if (id === 'never') return new Promise<never>(() => undefined);
      await lateIsOpen.promise;
      return late;
    },
    onStarted: (_, { id }) => {
      told.push(`${id} is started`);
      firstIsStarted.resolve();
    },
    errors: { note: ({ error }) => expect(error).toBeUndefined(), close: () => undefined },
  });
  await firstIsStarted.promise;
  expect(told).toEqual(['own starts', 'first starts', 'first is started']);
  told.length = 0;
  const stopped = each.stop();
  expect(told).toEqual(['own stops', 'first stops']);
  for (const sending of [own, first]) sending.end();
  await stopped;
  lateIsOpen.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(['own stops', 'first stops', 'late stops']);
});

test('an account that cannot be opened keeps no other waiting, and is tried again', async () => {
  const told: string[] = [];
  const isTriedAgain = makeGate();
  let tries = 0;
  const own = makeSending('own', told);
  const sound = makeSending('sound', told);
  const each = sendThroughEach(own, {
    list: async () => [{ id: 'broken' }, { id: 'sound' }],
    open: async ({ id }) => {
      if (id === 'sound') return sound;
      tries += 1;
      if (tries === 2) isTriedAgain.resolve();
      throw new Error('no such profile');
    },
    onStarted: (_, { id }) => told.push(`${id} is started`),
    errors: { note: ({ event, fields }) => told.push(`${event} ${fields?.account}`), close: () => undefined },
    pause: () => Promise.resolve(),
  });
  await isTriedAgain.promise;
  for (const sending of [own, sound]) sending.end();
  await each.stop();
  expect(told.slice(0, 4)).toEqual([
    'own starts',
    'sound starts',
    'sound is started',
    'account_unopened broken',
  ]);
});
