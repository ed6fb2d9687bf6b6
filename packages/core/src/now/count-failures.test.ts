import { expect, test } from '@jest/globals';
import { createFailureCounts } from './count-failures.ts';
import type { Viewer } from './now-sources.ts';

const none = { causes: [], isPartial: false };
const viewers = ['a', 'b', 'c'].map(
  (workspaceId): Viewer => ({ workspaceId, isSimulated: false, seesMail: true, isOperator: false }),
);

/** Counts whose looks take so long each by their own clock; answers for whom they were, and who is told something after it. */
function counting(answer: (workspaceId: string) => Promise<typeof none>, tookMs: () => number) {
  let nowMs = 1_000;
  let looks: string[] = [];
  const find = async ({ workspaceId }: { readonly workspaceId: string }) => {
    nowMs += tookMs();
    looks.push(workspaceId);
    return answer(workspaceId);
  };
  const failures = { findByCause: find, findCausesOfAll: async () => none };
  const count = createFailureCounts(failures, () => nowMs);
  return async () => {
    looks = [];
    const of = await count(viewers);
    return {
      looks: looks.join(''),
      told: viewers.map((viewer) => (of(viewer) === null ? '-' : '+')).join(''),
    };
  };
}

test('whom a count has no time for comes first with the next, and keeps what was told last', async () => {
  const count = counting(
    async () => none,
    () => 800,
  );
  expect(await count()).toEqual({ looks: 'ab', told: '++-' });
  expect(await count()).toEqual({ looks: 'ca', told: '+++' });
  expect(await count()).toEqual({ looks: 'bc', told: '+++' });
});

test('who is cut short keeps it as well, and what is refused is not known', async () => {
  let isAway = false;
  let tookMs = 10;
  const answer = async (workspaceId: string) => {
    if (isAway) throw new Error('away');
    return tookMs > 10 && workspaceId === 'b' ? new Promise<typeof none>(() => undefined) : none;
  };
  const count = counting(answer, () => tookMs);
  expect(await count()).toEqual({ looks: 'abc', told: '+++' });
  tookMs = 1_499;
  expect(await count()).toEqual({ looks: 'ab', told: '+++' });
  isAway = true;
  tookMs = 1;
  expect(await count()).toMatchObject({ told: '---' });
});

test('of however many viewers, each is counted for before any is once more', async () => {
  const many = Array.from(
    { length: 500 },
    (_, at): Viewer => ({ workspaceId: `w${at}`, isSimulated: false, seesMail: true, isOperator: false }),
  );
  let nowMs = 1_000;
  const looks: string[] = [];
  const findByCause = async ({ workspaceId }: { readonly workspaceId: string }) => {
    nowMs += 1_000;
    looks.push(workspaceId);
    return none;
  };
  const count = createFailureCounts({ findByCause, findCausesOfAll: async () => none }, () => nowMs);
  // Two of a count: what the first were told is kept no more when the last are counted for.
  while (looks.length < 2 * many.length) await count(many);
  expect(new Set(looks.slice(0, many.length)).size).toBe(many.length);
  expect(looks.slice(many.length)).toEqual(looks.slice(0, many.length));
});

test('whom the whole budget is too short for keeps what was told last', async () => {
  let hangs = false;
  let nowMs = 1_000;
  const findByCause = () => (hangs ? new Promise<typeof none>(() => undefined) : Promise.resolve(none));
  const failures = { findByCause, findCausesOfAll: async () => none };
  const count = createFailureCounts(failures, () => (nowMs += 1_499));
  const told = async () => {
    const of = await count(viewers.slice(0, 1));
    return viewers.slice(0, 1).map(of);
  };
  const toldFirst = await told();
  expect(toldFirst).toMatchObject([none]);
  hangs = true;
  expect(await told()).toEqual(toldFirst);
});
