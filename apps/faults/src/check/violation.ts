import type { DeathFact } from '../nouns/facts.ts';
import type { IndexedFacts } from './index-facts.ts';

/** The invariants of the pipeline, and what a scenario promises beside them. */
export const invariants = {
  I1: 'every accepted item has exactly one row',
  I2: 'a refused request or item left no row, and each row was asked for',
  I3: 'every row is at its end in time',
  I4: 'Sent rows and the ledger hold the same sends',
  I5: 'no send is in the ledger twice, but for marked ones',
  I6: 'claims of one send never overlap',
  I7: 'attempts equal the attempt rows and stay within the maximum',
  I8: 'Failed has a message, without addresses or secrets',
  I9: 'the status moves only along the allowed edges',
  I10: 'the same key is the same send, and another body is turned down',
  I11: 'nothing of one workspace shows in another',
  I14: 'recipients of any sliding second stay within the rate',
  I15: 'throttling, quota and pause fail no row and spend no attempt',
  I16: 'suppressed or unsubscribed is never in the ledger',
  I17: 'canceled is never in the ledger, and it is too late only after the claim',
  I18: 'nothing before its time',
  I19: 'the delivery is what the events say, in any order',
  I20: 'headers hold no line breaks, and each recipient was asked for',
  I21: 'no rendering delays other sends',
  I22: 'SIGTERM ends a process in time, with nothing left behind',
  I23: 'no address, variable or key in logs, metrics or errors',
  I30: 'who bounced or complained is suppressed, and each event counts once',
  I27: 'every event arrives at its webhook, each time under one id, or is shown as given up',
  erasing: 'an erased person leaves no word and gets no mail, and all that is of others stays',
  answers: 'the API answers in time while a fault lasts',
  recovery: 'mail goes out again soon after a fault',
  deaths: 'no process ends unless it is ended',
  scenario: 'what only the scenario can know',
} as const;

/** The name of an invariant. */
export type Invariant = keyof typeof invariants;

/** One thing that does not hold. `sendId` or `key` name whose history tells more; both may be null. */
export type Violation = {
  readonly invariant: Invariant;
  readonly what: string;
  readonly sendId: string | null;
  readonly key: string | null;
};

/** A check that looks at the facts of one run and yields what does not hold. */
export type Check = (facts: IndexedFacts) => Iterable<Violation>;

/** A violation about one send, which is looked up by its id. */
export const aboutSend = (invariant: Invariant, sendId: string, what: string): Violation => ({
  invariant,
  what,
  sendId,
  key: null,
});

/** A violation about one key of a workspace, of which there may be no send. */
export const aboutKey = (invariant: Invariant, key: string, what: string): Violation => ({
  invariant,
  what,
  sendId: null,
  key,
});

/** A violation of the run as a whole. */
export const aboutRun = (invariant: Invariant, what: string): Violation => ({
  invariant,
  what,
  sendId: null,
  key: null,
});

/** A death in words. */
export const wordsOfDeath = ({ kind, pid, code, signal, lastLines }: DeathFact): string =>
  [`${kind} ${pid} ended by itself with ${code ?? signal}; its last lines:`, ...lastLines].join('\n      ');
