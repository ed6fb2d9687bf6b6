import { type JsonFlaw, JsonFlawFinder } from '@postroom/contracts';
import { createPace } from '@postroom/core';

/**
 * Where a JSON text holds numbers that reading changes, and fields that stand twice in one object, in the order of the text.
 * The text has to be known as JSON. Gives others their turn of the loop.
 */
export async function findFlaws(text: string): Promise<readonly JsonFlaw[]> {
  const finder = new JsonFlawFinder(text);
  const pace = createPace();
  while (finder.read()) await pace();
  return finder.flaws;
}
