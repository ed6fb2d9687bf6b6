import { describe, expect, test } from '@jest/globals';
import { seldom, shared } from './shared.ts';

/** Longer than the tests run. */
const keptMs = 120 * 1_000;

describe('what many ask for is made once:', () => {
  test('a scrape by one who asks for one after the other, once the first few have been made', async () => {
    let made = 0;
    const ask = seldom(
      async () => {
        made += 1;
        return made;
      },
      { burst: 10, everyMs: keptMs },
    );
    const told = [];
    for (let at = 0; at < 50; at += 1) told.push(await ask());
    expect(told.slice(0, 11)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10]);
    expect(made).toBe(10);
  });

  test('a failed scrape is told once', async () => {
    let made = 0;
    const ask = seldom(
      async () => {
        made += 1;
        if (made === 1) throw new Error('away');
        return made;
      },
      { burst: 1, everyMs: keptMs },
    );
    await expect(ask()).rejects.toThrow('away');
    await new Promise((resolve) => setImmediate(resolve));
    expect([await ask(), await ask()]).toEqual([2, 2]);
  });

  test('what a scrape asks others for, once in a while', async () => {
    let asked = 0;
    const ask = shared(async () => {
      asked += 1;
      return asked;
    }, keptMs);
    expect([await ask(), await ask(), asked]).toEqual([1, 1, 1]);
  });

  test('a failure is nobody else’s: the next one asks again', async () => {
    let asked = 0;
    const ask = shared(async () => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return asked;
    }, keptMs);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe(2);
  });
});
