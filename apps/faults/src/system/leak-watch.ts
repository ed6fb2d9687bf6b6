import type { LeakFact } from '../nouns/facts.ts';
import { recipientDomain, variableMark } from '../nouns/workspace.ts';

/** Looks for what no log, metric or error may hold. */
export type LeakWatch = {
  look(where: string, line: string): void;
  found(): readonly LeakFact[];
};

/** More of them tell nothing new. */
const maxKept = 20;

const secrets: readonly (readonly [string, RegExp])[] = [
  ['an address', new RegExp(`@${recipientDomain}|@simulator\\.amazonses\\.com`, 'i')],
  ['a variable', new RegExp(variableMark)],
  ['a key', /sk_(live|test)_[A-Za-z0-9_-]{16}/],
];

/** Starts a watch that has found nothing yet. */
export function createLeakWatch(): LeakWatch {
  const found: LeakFact[] = [];
  return {
    look: (where, line) => {
      for (const [what, pattern] of secrets) {
        if (found.length < maxKept && pattern.test(line))
          found.push({ where, line: line.slice(0, 1_000), what });
      }
    },
    found: () => found,
  };
}
