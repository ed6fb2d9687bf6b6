import type { Facts } from '../nouns/facts.ts';
import { type IndexedFacts, indexFacts } from './index-facts.ts';
import * as accepting from './invariants/accepting.ts';
import * as consequences from './invariants/consequences.ts';
import * as delivering from './invariants/delivering.ts';
import * as erasing from './invariants/erasing.ts';
import * as history from './invariants/history.ts';
import * as processes from './invariants/processes.ts';
import * as settling from './invariants/settling.ts';
import * as telling from './invariants/telling.ts';
import * as wishes from './invariants/wishes.ts';
import { type QueueCounts, totalQueue } from './total-queue.ts';
import type { Check, Violation } from './violation.ts';

/** Whatever the rooms of invariants export. What ended by itself is first of all: it may be why others do not hold. */
const checks: readonly Check[] = [
  processes,
  accepting,
  settling,
  delivering,
  history,
  wishes,
  consequences,
  erasing,
  telling,
].flatMap((room) => Object.values<Check>(room));

/** What the checker makes of one run. */
export type Checked = {
  readonly facts: IndexedFacts;
  readonly queue: QueueCounts;
  readonly violations: readonly Violation[];
};

/** Compares the clients' logs, the provider's ledger and the tables of one run, in every way that there is a rule for. */
export function checkFacts(given: Facts): Checked {
  const facts = indexFacts(given);
  return { facts, queue: totalQueue(facts), violations: checks.flatMap((check) => [...check(facts)]) };
}
