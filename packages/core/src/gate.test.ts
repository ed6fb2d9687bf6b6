import { expect, test } from '@jest/globals';
import { createGate, createGateByOwner } from './gate.ts';

test('what one owner asks for leaves places to others, and is refused beyond its own line', async () => {
  const gateOf = createGateByOwner({ atOnce: 2, waiting: 3 }, createGate({ atOnce: 4, waiting: 16 }));
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const ask = (owner: string) =>
    gateOf(owner)(() => {
      begun.push(owner);
      return new Promise<string>((resolve) => ends.push(() => resolve(owner)));
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const asked = Array.from({ length: 20 }, () => ask('one').catch(({ code }) => code));
  await turn();
  expect(begun).toEqual(['one', 'one']);
  const other = ask('two');
  await turn();
  expect(begun).toEqual(['one', 'one', 'two']);
  ends.pop()?.();
  expect(await other).toBe('two');
  while (begun.length < 6 || ends.length > 0) {
    ends.pop()?.();
    await turn();
  }
  const outcomes = await Promise.all(asked);
  expect(outcomes.filter((outcome) => outcome === 'one')).toHaveLength(5);
  expect(outcomes.filter((outcome) => outcome === 'unavailable')).toHaveLength(15);
});
