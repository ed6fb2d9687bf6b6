import { expect, test } from '@jest/globals';
import { type Caller, generateApiKey } from './api-key.ts';
import { rememberCallers } from './remember-callers.ts';

const caller: Caller = {
  keyId: 'key',
  workspaceId: 'workspace',
  senderProfileIds: null,
  scopes: ['full'],
  mode: 'live',
};

test('however many keys are made up, few statements look them up, and none is refused for them', async () => {
  const key = generateApiKey('live');
  const sizes: number[] = [];
  let running = 0;
  let most = 0;
  const find = rememberCallers({
    cacheMs: 60_000,
    findCallers: async (keys) => {
      sizes.push(keys.length);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return keys.map((one) => (one === key ? caller : null));
    },
  });
  const madeUp = Array.from({ length: 3_000 }, () => find(generateApiKey('live')));
  const known = [find(key), find(key)];
  expect(await Promise.all(known)).toEqual([caller, caller]);
  expect(new Set(await Promise.all(madeUp))).toEqual(new Set([null]));
  expect(sizes.reduce((sum, size) => sum + size)).toBe(3_001);
  expect(sizes.length).toBeLessThanOrEqual(7);
  expect(most).toBeLessThanOrEqual(3);
  expect(await find(key)).toBe(caller);
  expect(sizes.reduce((sum, size) => sum + size)).toBe(3_001);
});

test('a look-up that is never answered holds up no later one, be it of the same key', async () => {
  let asked = 0;
  const find = rememberCallers({
    cacheMs: 60_000,
    findCallers: async (keys) => {
      asked += 1;
      if (asked === 1) await new Promise(() => undefined);
      return keys.map(() => caller);
    },
  });
  const key = generateApiKey('live');
  void find(key);
  void find(key);
  await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toBe(1);
  expect(await find(generateApiKey('live'))).toBe(caller);
  // By then patience with the first is over as well.
  expect(await find(key)).toBe(caller);
  expect(asked).toBe(3);
});

test('a look-up that answers late lets no key in that was refused meanwhile, and is believed from when it began', async () => {
  const key = generateApiKey('live');
  const answers: ((callers: readonly (Caller | null)[]) => void)[] = [];
  const find = rememberCallers({
    cacheMs: 60_000,
    findCallers: () => new Promise((answer) => answers.push(answer)),
  });
  const asked = async (count: number) => {
    while (answers.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  const late = find(key);
  await asked(1);
  // Behind the first, once patience with it is over.
  const other = find(generateApiKey('live'));
  await asked(2);
  answers[1]?.([null]);
  await other;
  const refused = find(key);
  await asked(3);
  answers[2]?.([null]);
  expect(await refused).toBeNull();
  answers[0]?.([caller]);
  expect(await late).toBeNull();
  void find(key);
  await asked(4);
});
