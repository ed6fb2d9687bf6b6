import type { LedgerEntry, ReceivedHeader, SesArrival } from '@postroom/servers';
import type { ClientRequest, ClientSend } from './client-log.ts';

/** A send as its row stands when everything has come to rest; times are milliseconds since 1970. */
export type RowFact = {
  readonly id: string;
  readonly workspaceId: string;
  readonly key: string | null;
  readonly status: string;
  readonly delivery: string | null;
  readonly lane: string;
  readonly simulated: boolean;
  readonly attempts: number;
  readonly attemptsSpent: number;
  readonly resends: number;
  readonly epoch: number;
  readonly failureClass: string | null;
  readonly failureMessage: string | null;
  readonly leaseToken: string | null;
  readonly isInDoubt: boolean;
  readonly createdAtMs: number;
};

/** One claim as the pipeline itself noted it. */
export type AttemptFact = {
  readonly sendId: string;
  readonly number: number;
  readonly worker: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly outcome: string | null;
  readonly isSpent: boolean;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
};

/** An event of the provider that the pipeline stored. */
export type EventFact = {
  readonly sendId: string;
  readonly type: string;
  readonly sourceId: string;
  /** Which attempt it is about, and under which id the provider took that; null: it does not say. */
  readonly attempt: number | null;
  readonly messageId: string | null;
  readonly receivedAtMs: number;
  readonly isPermanentBounce: boolean;
};

/** One change of a row, as the database's own trigger noted it, in the order of `seq`. */
export type ChangeFact = {
  readonly seq: number;
  readonly sendId: string;
  readonly atMs: number;
  readonly status: string;
  readonly epoch: number;
  readonly attempts: number;
  readonly resends: number;
  readonly leaseToken: string | null;
  readonly isInDoubt: boolean;
};

/** A person who was erased, as the tables tell it. */
export type ErasureFact = {
  readonly id: string;
  readonly stage: string;
  readonly finishedAtMs: number | null;
};

/** What was counted of a workspace's mail. */
export type Counted = { readonly delivered: number; readonly bounced: number; readonly complained: number };

/** What events of SES have made of the tables beside the sends. */
export type ConsequenceFacts = {
  /** Suppressions that events made, as `<workspace> <address>`. */
  readonly suppressed: ReadonlySet<string>;
  /** What was counted of each workspace. */
  readonly counted: ReadonlyMap<string, Counted>;
};

/** One event that a receiver of webhooks took. */
export type ReceivedFact = {
  readonly webhookId: string;
  readonly type: string;
  readonly sendId: string;
  readonly atMs: number;
};

/** One event on its way to a webhook, as its row stands in the end. */
export type NoticeFact = {
  readonly id: string;
  readonly type: string;
  readonly sendId: string | null;
  readonly state: string;
};

/** What receivers of every event got, and what the tables say of it. */
export type WebhookFacts = {
  readonly received: readonly ReceivedFact[];
  readonly notices: readonly NoticeFact[];
};

/** The words of the load, addresses and own texts of sends, that stand in the tables. */
export type KeptWords = {
  /** In the rows of the sends and of their contents. */
  readonly inSends: ReadonlySet<string>;
  /** In any table, each with the first that has it. */
  readonly anywhere: ReadonlyMap<string, string>;
};

/** Something that was done to the system, and for how long. */
export type FaultFact = {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** What it keeps standing meanwhile and lets go at once at its end, so that a rate then says nothing. */
  readonly holds: 'workers' | 'messages' | null;
};

/** How long things were broken altogether, in milliseconds; what overlaps counts twice. */
export const brokenMsOf = (faults: readonly FaultFact[]): number =>
  faults.reduce((total, { fromMs, untilMs }) => total + untilMs - fromMs, 0);

/** A process that was told to stop, and how it ended. */
export type ExitFact = {
  readonly kind: 'api' | 'smtp' | 'worker';
  readonly pid: number;
  /** When it was told. */
  readonly atMs: number;
  readonly tookMs: number;
  readonly code: number | null;
  readonly signal: string | null;
};

/** An API or a worker that ended although nobody ended it, with its last lines. */
export type DeathFact = {
  readonly kind: 'api' | 'smtp' | 'worker';
  readonly pid: number;
  readonly atMs: number;
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastLines: readonly string[];
};

/** A line that must not have been written, with what it gave away. */
export type LeakFact = { readonly where: string; readonly line: string; readonly what: string };

/** A send that was not at its end when the faults stopped. */
export type OpenSend = { readonly id: string };

/** How long the pipeline's own deadlines are in this run, in milliseconds. */
export type Timing = {
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
  readonly inDoubtWindowMs: number;
  readonly sweepIntervalMs: number;
};

/** What a scenario promises beside what always holds. */
export type Expectations = {
  /** Whether events may come after the window that waits for them: they are delayed, or their receiver is away. */
  readonly mayEventsBeLate: boolean;
  /** Failure classes that are as they should be. */
  readonly allowedFailures: readonly string[];
  /** Whether nothing that the provider did may count as an attempt. */
  readonly isNoAttemptSpent: boolean;
  /** How long the API may take for a 200 while a fault lasts, or null. */
  readonly answersWithinMs: number | null;
  /** How soon after a fault SES gets mail again, or null. */
  readonly mailAgainWithinMs: number | null;
  /** How long a send may take from its row to SES, or null. */
  readonly sendsWithinMs: number | null;
  /** Whether an action retries what failed: once each. */
  readonly areFailuresRetried: boolean;
  /** Whether every event of the provider arrives in the end. */
  readonly areEventsComplete: boolean;
};

/** Everything that is known about one run once it has come to rest, read once. */
export type Facts = {
  readonly requests: readonly ClientRequest[];
  readonly sends: readonly ClientSend[];
  readonly rows: readonly RowFact[];
  readonly attempts: readonly AttemptFact[];
  readonly events: readonly EventFact[];
  readonly changes: readonly ChangeFact[];
  readonly erasures: readonly ErasureFact[];
  /** Null: nobody looked. */
  readonly consequences: ConsequenceFacts | null;
  /** Null: nobody was erased, and nobody looked. */
  readonly words: KeptWords | null;
  /** Null: nobody was told of anything. */
  readonly webhooks: WebhookFacts | null;
  readonly ledger: readonly LedgerEntry[];
  /** Everything that was given to SES, accepted or not, in the order of time. */
  readonly arrivals: readonly SesArrival[];
  /** Headers of the messages whose contents the fake SES still has, by the entry's number. */
  readonly headers: ReadonlyMap<number, readonly ReceivedHeader[]>;
  /** Ids of the messages of which the fake SES has lost every event. */
  readonly unreported: ReadonlySet<string>;
  readonly faults: readonly FaultFact[];
  readonly exits: readonly ExitFact[];
  readonly deaths: readonly DeathFact[];
  readonly leaks: readonly LeakFact[];
  /** Recipients that SES allows in a second, in all accounts together. */
  readonly ratePerSecond: number;
  /** When the last fault ended and the last request was answered. */
  readonly quietAtMs: number;
  readonly openAtQuiet: readonly OpenSend[];
  readonly timing: Timing;
  readonly maxAttempts: number;
  readonly expects: Expectations;
  /** Whether bounds of time are judged: a machine that does other work says nothing about them. */
  readonly isClockJudged: boolean;
};
