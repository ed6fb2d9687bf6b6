import type { Facts } from '../nouns/facts.ts';
import { type IndexedFacts, indexFacts } from './index-facts.ts';
import {
  answersFitWishes,
  everyAcceptedHasOneRow,
  everyRowWasAskedFor,
  refusedLeavesNoRow,
  sameKeyIsSameSend,
  workspacesStayApart,
} from './invariants/accepting.ts';
import { badAddressesAreSuppressed, ratesAreTrue } from './invariants/consequences.ts';
import {
  nothingIsDoubled,
  nothingIsSpent,
  rateIsKept,
  runawaysFail,
  sentIsInLedger,
} from './invariants/delivering.ts';
import { erasedLeavesNothing, othersKeepTheirs } from './invariants/erasing.ts';
import {
  attemptsAddUp,
  callsStayWithinLeases,
  claimsNeverOverlap,
  failuresAreTold,
  statusMovesAlongEdges,
} from './invariants/history.ts';
import { nothingDies, nothingLeaks, processesEndWell } from './invariants/processes.ts';
import {
  apiAnswers,
  everyoneIsAnswered,
  everythingSettles,
  mailGoesOutAgain,
  nothingWaitsForOthers,
} from './invariants/settling.ts';
import { everyEventIsTold, noticesArrive } from './invariants/telling.ts';
import {
  canceledIsNotSent,
  deliveryFitsEvents,
  messagesAreAsAsked,
  messagesAreOfTheirSends,
  nothingIsEarly,
  unwantedIsSkipped,
} from './invariants/wishes.ts';
import { type QueueCounts, totalQueue } from './total-queue.ts';
import type { Check, Violation } from './violation.ts';

const checks: readonly Check[] = [
  // First of all: it may be why others do not hold.
  nothingDies,
  everyAcceptedHasOneRow,
  refusedLeavesNoRow,
  everyRowWasAskedFor,
  answersFitWishes,
  everythingSettles,
  sentIsInLedger,
  runawaysFail,
  nothingIsDoubled,
  claimsNeverOverlap,
  callsStayWithinLeases,
  attemptsAddUp,
  failuresAreTold,
  statusMovesAlongEdges,
  sameKeyIsSameSend,
  workspacesStayApart,
  messagesAreOfTheirSends,
  rateIsKept,
  nothingIsSpent,
  unwantedIsSkipped,
  canceledIsNotSent,
  nothingIsEarly,
  deliveryFitsEvents,
  badAddressesAreSuppressed,
  ratesAreTrue,
  messagesAreAsAsked,
  erasedLeavesNothing,
  othersKeepTheirs,
  noticesArrive,
  everyEventIsTold,
  nothingWaitsForOthers,
  processesEndWell,
  nothingLeaks,
  everyoneIsAnswered,
  apiAnswers,
  mailGoesOutAgain,
];

/** What the checker makes of one run. */
export type Checked = {
  readonly facts: IndexedFacts;
  readonly queue: QueueCounts;
  readonly violations: readonly Violation[];
};

/** Compares the clients' logs, the provider's ledger and the tables of one run, in every way that there is a rule for. */
export function checkFacts(given: Facts): Checked {
  const facts = indexFacts(given);
  return { facts, queue: totalQueue(facts), violations: checks.flatMap((check) => check(facts)) };
}
