import { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { createRoom, type Room } from '@postroom/core';
import { collectMessage } from './collect-message.ts';

/** What a message takes at the least, in bytes. */
const block = 4 * 1024;

const refused = (responseCode: number, words: RegExp) => ({
  responseCode,
  message: expect.stringMatching(words),
});

/** Collects a message that comes in these pieces; answers how much was heard of it as well. */
function collect(
  memory: Room,
  pieces: readonly string[],
  { maxBytes = 100, owner = 'one' }: { maxBytes?: number; owner?: string } = {},
) {
  let heard = 0;
  const onBytes = (count: number) => {
    heard += count;
  };
  const stream = Readable.from(pieces.map((piece) => Buffer.from(piece)));
  return { collected: collectMessage(stream, { maxBytes, memory, owner, onBytes }), heard: () => heard };
}

test('what finds no room beside the others is read to its end and put off, and taken once there is room', async () => {
  const memory = createRoom(3 * block);
  const { bytes, release } = await collect(memory, ['abc', 'd\r\n']).collected;
  expect(bytes.toString()).toBe('abcd\r\n');
  const second = collect(memory, ['efg', 'hi', 'jk\r\n']);
  await expect(second.collected).rejects.toMatchObject(refused(452, /^4\.3\.1 Too many large messages/));
  expect(second.heard()).toBe(9);
  // Another owner has room.
  const other = await collect(memory, ['efg', 'hi\r\n'], { owner: 'two' }).collected;
  other.release();
  release();
  const again = await collect(memory, ['efg', 'hi', 'jk\r\n']).collected;
  expect(again.bytes.length).toBe(9);
});

test('what is refused for its size or its lines leaves its room to others', async () => {
  const memory = createRoom(2 * block);
  await expect(collect(memory, ['abc', 'defg'], { maxBytes: 5 }).collected).rejects.toMatchObject(
    refused(552, /^5\.3\.4/),
  );
  await expect(collect(memory, ['abc\n', 'defg']).collected).rejects.toMatchObject(refused(554, /^5\.6\.0/));
  expect((await collect(memory, ['0123456789']).collected).bytes.length).toBe(10);
});

test('a message in pieces of a byte holds what is counted for it', async () => {
  let most = 0;
  let held = 0;
  const memory: Room = {
    take: (_owner, amount) => {
      held += amount;
      most = Math.max(most, held);
      return true;
    },
    giveBack: (_owner, amount) => {
      held -= amount;
    },
  };
  const pieces = '.\r\n'.repeat(10_000).split('');
  const { bytes, release } = await collect(memory, pieces, { maxBytes: pieces.length }).collected;
  expect(bytes.toString()).toBe(pieces.join(''));
  expect(most).toBeGreaterThanOrEqual(pieces.length);
  expect(most).toBeLessThanOrEqual(pieces.length + block);
  release();
  expect(held).toBe(0);
});
