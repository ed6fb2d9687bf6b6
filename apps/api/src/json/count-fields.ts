import { createPace } from '@postroom/core';

/** So many values are walked between two looks at the clock. */
const valuesPerLook = 2_000;

/** How many fields all objects of a parsed JSON value have together. Gives others their turn of the loop. */
export async function countFields(value: unknown): Promise<number> {
  const pace = createPace();
  const open: object[] = [];
  const add = (child: unknown) => {
    if (typeof child === 'object' && child !== null) open.push(child);
  };
  add(value);
  let fields = 0;
  let looked = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const children: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
    if (!Array.isArray(next)) fields += children.length;
    for (const child of children) add(child);
    looked += 1 + children.length;
    if (looked < valuesPerLook) continue;
    looked = 0;
    await pace();
  }
  return fields;
}
