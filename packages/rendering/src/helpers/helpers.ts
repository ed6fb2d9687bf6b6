import { createFormatHelpers } from './format-helpers.ts';
import { logicHelpers } from './logic-helpers.ts';
import type { HelperSpec } from './spec.ts';
import { textHelpers } from './text-helpers.ts';

const blockHelper = {
  kind: 'block',
  minArguments: 1,
  maxArguments: 1,
  options: [],
  blockParams: 0,
  acceptsMissing: true,
  weight: 2,
  run: null,
} as const satisfies Partial<HelperSpec>;

const builtInHelpers: Readonly<Record<string, HelperSpec>> = {
  if: {
    ...blockHelper,
    options: ['includeZero'],
    description:
      'Renders its body if the value is not false, 0, empty or missing: {{#if paid}}...{{else}}...{{/if}}',
  },
  unless: {
    ...blockHelper,
    options: ['includeZero'],
    description: 'Renders its body if #if would not: {{#unless paid}}...{{/unless}}',
  },
  each: {
    ...blockHelper,
    blockParams: 2,
    description:
      'Renders its body for each entry of a list or object: {{#each items as |item index|}}...{{/each}}',
  },
  with: {
    ...blockHelper,
    blockParams: 1,
    description:
      'Renders its body with a value as its context, if there is one: {{#with user}}{{name}}{{/with}}',
  },
  raw: {
    ...blockHelper,
    minArguments: 0,
    maxArguments: 0,
    acceptsMissing: false,
    description: 'Leaves its body as it is, braces included: {{{{raw}}}}{{not a variable}}{{{{/raw}}}}',
  },
  lookup: {
    ...blockHelper,
    kind: 'value',
    minArguments: 2,
    maxArguments: 2,
    acceptsMissing: false,
    description:
      'The entry of a list or object under a key that is itself a value: {{lookup prices currency}}',
  },
};

/** The helpers that templates may use, by name; nothing else may be called. */
export type HelperTable = ReadonlyMap<string, HelperSpec>;

/** Makes the table of helpers; the formatters that they keep are its own. */
export function createHelperTable(): HelperTable {
  const specs = { ...builtInHelpers, ...logicHelpers, ...textHelpers, ...createFormatHelpers() };
  return new Map(Object.entries(specs));
}

/** Every helper with one line on what it does and an example, for the documentation. */
export const helperNames: readonly { readonly name: string; readonly description: string }[] = [
  ...createHelperTable(),
].map(([name, { description }]) => ({ name, description }));

/** The known name that is nearest to a mistyped one, if one is near. */
export function nearestName(name: string, known: Iterable<string>): string | null {
  let nearest: string | null = null;
  let least = Math.min(3, Math.ceil(name.length / 2));
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return nearest;
}

/** Levenshtein's distance; names beyond 40 characters are near nothing. */
function editDistance(a: string, b: string): number {
  if (a.length > 40 || b.length > 40) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
