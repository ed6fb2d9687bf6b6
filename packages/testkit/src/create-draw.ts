import { seededRandom, shuffled } from '@postroom/servers';

/**
 * A function that draws so many of a list of alike cases, in their order, which ones by the run's seed; without a seed all of
 * them. `.ci/run` has another seed for each commit, `npm test` has none.
 */
export function createDraw(): <Case>(cases: readonly Case[], count: number) => readonly Case[] {
  const seed = process.env.POSTROOM_TEST_SEED;
  if (seed === undefined) return (cases) => cases;
  const random = seededRandom(Number(seed));
  return (cases, count) => {
    const places = new Set(shuffled([...cases.keys()], random).slice(0, count));
    return cases.filter((_, at) => places.has(at));
  };
}
