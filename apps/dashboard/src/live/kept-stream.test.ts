import { expect, test } from '@jest/globals';
import { keepStream } from './kept-stream.ts';

/** A page at a time of its own, and the streams that it opened. */
function startPage() {
  const opened: { readyState: number; close(): void; heard(): void }[] = [];
  const page = { atMs: 0, isLive: false };
  const stream = keepStream({
    open: (heard) => {
      const source = {
        readyState: 1,
        close: () => {
          source.readyState = 2;
        },
        heard: () => {
          page.isLive = true;
          heard();
        },
      };
      opened.push(source);
      return source;
    },
    clock: () => page.atMs,
    onClosed: () => {
      page.isLive = false;
    },
  });
  const lookAt = (atMs: number) => {
    page.atMs = atMs;
    stream.look();
  };
  const statesOf = () => opened.map(({ readyState }) => readyState);
  return { page, opened, lookAt, statesOf, close: stream.close };
}

test('a stream that goes on is left open', () => {
  const { page, opened, lookAt, statesOf } = startPage();
  for (let atMs = 0; atMs <= 60_000; atMs += 5_000) {
    lookAt(atMs);
    opened[0]?.heard();
  }
  lookAt(75_000);
  expect([page.isLive, statesOf()]).toEqual([true, [1]]);
});

test('a stream that fell silent is live no more, is closed, and another is opened', () => {
  const { page, opened, lookAt, statesOf } = startPage();
  lookAt(0);
  opened[0]?.heard();
  lookAt(15_001);
  expect([page.isLive, statesOf()]).toEqual([false, [2, 1]]);
  opened[1]?.heard();
  lookAt(20_000);
  expect([page.isLive, statesOf()]).toEqual([true, [2, 1]]);
});

test('a stream that was told nothing yet is waited for: what the API counts first may take long', () => {
  const { lookAt, statesOf } = startPage();
  for (const atMs of [0, 5_000, 60_000]) lookAt(atMs);
  expect(statesOf()).toEqual([1]);
});

test('a stream that was refused is opened anew, and one that is wanted no more is closed and live no more', () => {
  const { page, opened, lookAt, statesOf, close } = startPage();
  lookAt(0);
  opened[0]?.close();
  lookAt(5_000);
  expect(statesOf()).toEqual([2, 1]);
  opened[1]?.heard();
  close();
  expect([page.isLive, statesOf()]).toEqual([false, [2, 2]]);
});
