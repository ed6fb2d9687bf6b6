import type { LedgerEntry, SesArrival } from '@postroom/servers';
import { checkFacts } from '../../src/check/check-facts.ts';
import type { ClientSend } from '../../src/nouns/client-log.ts';
import type { AttemptFact, ChangeFact, EventFact, Facts, RowFact } from '../../src/nouns/facts.ts';
import { productionTiming } from '../../src/nouns/timing.ts';

/** Every fact about one send. */
export type SendFacts = {
  readonly wish: ClientSend | null;
  readonly row: RowFact | null;
  readonly attempts: readonly AttemptFact[];
  readonly changes: readonly ChangeFact[];
  readonly events: readonly EventFact[];
  readonly ledger: readonly LedgerEntry[];
};

const ours = 'workspace-a';
export const theirs = 'workspace-b';
/** When every run begins. */
export const startMs = 1_000_000;

export const aWish = (overrides: Partial<ClientSend> = {}): ClientSend => ({
  workspaceId: ours,
  key: 'k1',
  kind: 'plain',
  from: 'orders@acme.example',
  subject: 'Hello',
  recipients: ['k1@recipients.example'],
  scheduledAtMs: null,
  tries: [{ atMs: startMs, ms: 10, kind: 'accepted', sendId: 'send-1', replayed: false }],
  cancel: null,
  refusal: null,
  erasure: null,
  ...overrides,
});

export const aRow = (overrides: Partial<RowFact> = {}): RowFact => ({
  id: 'send-1',
  workspaceId: ours,
  key: 'k1',
  status: 'Sent',
  delivery: 'delivered',
  lane: 'transactional',
  simulated: false,
  attempts: 1,
  attemptsSpent: 1,
  resends: 0,
  epoch: 0,
  failureClass: null,
  failureMessage: null,
  leaseToken: null,
  isInDoubt: false,
  createdAtMs: startMs,
  ...overrides,
});

export const anAttempt = (overrides: Partial<AttemptFact> = {}): AttemptFact => ({
  sendId: 'send-1',
  number: 1,
  worker: 'host-77',
  startedAtMs: startMs + 20,
  finishedAtMs: startMs + 60,
  outcome: 'sent',
  isSpent: true,
  errorCode: null,
  errorMessage: null,
  ...overrides,
});

export const aChange = (overrides: Partial<ChangeFact> = {}): ChangeFact => ({
  seq: 1,
  sendId: 'send-1',
  atMs: startMs,
  status: 'Queued',
  epoch: 0,
  attempts: 0,
  resends: 0,
  leaseToken: null,
  isInDoubt: false,
  ...overrides,
});

export const anEntry = (overrides: Partial<LedgerEntry> = {}): LedgerEntry => ({
  seq: 1,
  at: startMs + 40,
  monotonicMs: 40,
  messageId: 'm1',
  sendId: 'send-1',
  attempt: 1,
  from: 'Acme <orders@acme.example>',
  to: ['k1@recipients.example'],
  cc: [],
  bcc: [],
  subject: 'Hello',
  tags: {},
  configurationSet: null,
  recipientsCount: 1,
  fault: null,
  ...overrides,
});

export const anArrival = (overrides: Partial<SesArrival> = {}): SesArrival => ({
  at: startMs + 40,
  monotonicMs: 40,
  sendId: 'send-1',
  attempt: 1,
  recipientsCount: 1,
  outcome: 'accepted',
  ...overrides,
});

export const anEvent = (overrides: Partial<EventFact> = {}): EventFact => ({
  sendId: 'send-1',
  type: 'delivery',
  sourceId: 'delivery:1',
  attempt: 1,
  messageId: 'm1',
  receivedAtMs: startMs + 100,
  isPermanentBounce: false,
  ...overrides,
});

const usualChanges: readonly ChangeFact[] = [
  aChange(),
  aChange({ seq: 2, atMs: startMs + 20, status: 'Processing', attempts: 1, leaseToken: 'lease-1' }),
  aChange({ seq: 3, atMs: startMs + 60, status: 'Sent', attempts: 1 }),
];

/** A cancellation that was asked for so many milliseconds after the beginning, and answered at once. */
export const aCancel = (afterMs: number, status: number) => ({ atMs: startMs + afterMs, ms: 5, status });

/** A send that went as it should; parts of it are replaced by what is given. */
export const aSend = (overrides: Partial<SendFacts> = {}): SendFacts => ({
  wish: aWish(),
  row: aRow(),
  attempts: [anAttempt()],
  changes: usualChanges,
  events: [anEvent()],
  ledger: [anEntry()],
  ...overrides,
});

const arrivalOf = ({ at, monotonicMs, sendId, attempt, recipientsCount }: LedgerEntry): SesArrival =>
  anArrival({ at, monotonicMs, sendId, attempt, recipientsCount });

const present = <Item>(item: Item | null): readonly Item[] => (item === null ? [] : [item]);

/** A run in which nothing went wrong but what the sends and the overrides say. */
export const aRun = (sends: readonly SendFacts[], overrides: Partial<Facts> = {}): Facts => ({
  requests: [{ atMs: startMs, ms: 10, status: 200 }],
  sends: sends.flatMap(({ wish }) => present(wish)),
  rows: sends.flatMap(({ row }) => present(row)),
  attempts: sends.flatMap(({ attempts }) => attempts),
  events: sends.flatMap(({ events }) => events),
  changes: sends.flatMap(({ changes }) => changes),
  erasures: [],
  consequences: null,
  words: null,
  webhooks: null,
  ledger: sends.flatMap(({ ledger }) => ledger),
  arrivals: sends.flatMap(({ ledger }) => ledger.map(arrivalOf)),
  headers: new Map(),
  unreported: new Set(),
  faults: [],
  exits: [],
  deaths: [],
  leaks: [],
  ratePerSecond: 10,
  quietAtMs: startMs + 1_000,
  openAtQuiet: [],
  timing: productionTiming,
  maxAttempts: 8,
  expects: {
    mayEventsBeLate: false,
    allowedFailures: [],
    isNoAttemptSpent: false,
    answersWithinMs: null,
    mailAgainWithinMs: null,
    sendsWithinMs: null,
    areFailuresRetried: false,
    areEventsComplete: true,
  },
  isClockJudged: true,
  ...overrides,
});

/** The invariants that the checker finds broken, each once. */
export const brokenIn = (facts: Facts): string[] => [
  ...new Set(checkFacts(facts).violations.map(({ invariant }) => invariant)),
];
