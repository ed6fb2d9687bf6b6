import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingMessage, ProviderEvent, ProviderOutcome } from '@postroom/core';
import type { EventQueue, QueuedMessage } from '../queue/event-queue.ts';
import { parseQueuedEvent } from '../queue/parse-queued-event.ts';
import type { SesProvider } from '../ses-provider.ts';

/** SES developer guide, "Using the mailbox simulator": what each of its addresses brings about. */
const mailboxes = [
  { address: 'success@simulator.amazonses.com', expected: 'delivery' },
  { address: 'bounce@simulator.amazonses.com', expected: 'bounce' },
  { address: 'complaint@simulator.amazonses.com', expected: 'complaint' },
] as const;

type Mailbox = (typeof mailboxes)[number];

/** Mail to one address, and whether the event that it brings about came to the queue. */
export type ProofResult = Mailbox & {
  readonly outcome: /** On the queue, or where processes that run record what they took from there. */
    | { readonly kind: 'seen'; readonly afterMs: number; readonly on: 'the queue' | 'record' }
    /** SES did not take the mail. */
    | { readonly kind: 'refused'; readonly why: Exclude<ProviderOutcome, { kind: 'accepted' }> }
    /** It came, and workers would not take it: its topic is none of theirs. */
    | { readonly kind: 'not allowed' }
    | { readonly kind: 'not seen' };
};

/** Takes away the events that were recorded of these sends, and answers of which kind they were. */
export type TakeRecorded = (
  sendIds: readonly string[],
) => Promise<readonly { readonly sendId: string; readonly type: string }[]>;

/** What a proof is made with; `waitMs` bounds it, but for calls that have begun. */
export type ProofOptions = {
  readonly provider: Pick<SesProvider, 'send'>;
  readonly queue: Pick<EventQueue, 'receive' | 'remove'>;
  /** Takes what running processes recorded of this mail; null: it cannot be looked at. */
  readonly takeRecorded: TakeRecorded | null;
  readonly allowedTopicArns: readonly string[];
  readonly from: string;
  readonly configurationSet: string;
  readonly waitMs: number;
  readonly newId: () => string;
  /** Milliseconds of a clock that is never set. */
  readonly clock: () => number;
};

/** What came of it; `others` are events of other mail, which stay in the queue. */
export type Proof = { readonly results: readonly ProofResult[]; readonly others: number };

/** What is new takes a moment to work, and what was published before is lost: half of the time each gets its own mail. */
const rounds = 2;

type State = ProofOptions & {
  readonly mailboxBySend: Map<string, { readonly mailbox: Mailbox; readonly sentAtMs: number }>;
  readonly outcomes: Map<Mailbox, ProofResult['outcome']>;
  readonly others: Set<string>;
};

/**
 * Sends mail to SES's mailbox simulator as a worker does, and reads the queue as a worker does until the event of each came
 * or the time is over. Workers that run take some or all of them off the queue: what they recorded counts too. What is not about
 * this mail is left where it is, hidden for as long as the queue was opened to hide it.
 */
export async function proveEvents(options: ProofOptions): Promise<Proof> {
  const state: State = { ...options, mailboxBySend: new Map(), outcomes: new Map(), others: new Set() };
  for (let round = 1; round <= rounds; round += 1) {
    const untilMs = options.clock() + options.waitMs / rounds;
    for (const mailbox of mailboxes.filter((one) => !isOver(state, one))) await send(state, mailbox);
    while (mailboxes.some((one) => !isOver(state, one)) && options.clock() < untilMs) {
      await take(state);
      await takeRecorded(state);
    }
  }
  const results = mailboxes.map((mailbox) => ({
    ...mailbox,
    outcome: state.outcomes.get(mailbox) ?? ({ kind: 'not seen' } as const),
  }));
  return { results, others: state.others.size };
}

const isOver = ({ outcomes }: State, mailbox: Mailbox) => outcomes.has(mailbox);

/** In the sandbox SES takes one message a second. */
const sendAgainMs = 1_100;
const sendTries = 5;

async function send(state: State, mailbox: Mailbox): Promise<void> {
  const sendId = state.newId();
  const message = messageTo(mailbox.address, sendId, state);
  let outcome = await state.provider.send(message);
  for (let tries = 1; outcome.kind === 'throttled' && tries < sendTries; tries += 1) {
    await sleep(sendAgainMs);
    outcome = await state.provider.send(message);
  }
  if (outcome.kind === 'accepted' || outcome.kind === 'in_doubt') {
    state.mailboxBySend.set(sendId, { mailbox, sentAtMs: state.clock() });
  } else state.outcomes.set(mailbox, { kind: 'refused', why: outcome });
}

function messageTo(
  address: string,
  sendId: string,
  { from, configurationSet }: Pick<ProofOptions, 'from' | 'configurationSet'>,
): OutgoingMessage {
  return {
    sendId,
    attempt: 1,
    from: { email: from, name: null },
    replyTo: null,
    to: [{ email: address, name: null }],
    cc: [],
    bcc: [],
    subject: 'Postroom looks whether events arrive',
    html: null,
    text: 'Sent by postroom ses check, to the mailbox simulator of Amazon SES.',
    headers: [],
    attachments: [],
    configurationSet,
  };
}

async function take(state: State): Promise<void> {
  const messages = await state.queue.receive(new AbortController().signal);
  const ours: QueuedMessage[] = [];
  for (const message of messages) {
    const event = eventIn(message.body, []);
    const sent = event === null ? undefined : state.mailboxBySend.get(event.sendId);
    if (event === null || sent === undefined) {
      if (event !== null) state.others.add(message.id);
      continue;
    }
    ours.push(message);
    if (event.type !== sent.mailbox.expected) continue;
    const isTaken = eventIn(message.body, state.allowedTopicArns) !== null;
    const afterMs = state.clock() - sent.sentAtMs;
    const seen = { kind: 'seen', afterMs, on: 'the queue' } as const;
    state.outcomes.set(sent.mailbox, isTaken ? seen : { kind: 'not allowed' });
  }
  await state.queue.remove(ours);
}

async function takeRecorded({ takeRecorded: takeOf, mailboxBySend, outcomes, clock }: State): Promise<void> {
  const recorded = takeOf === null ? [] : await takeOf([...mailboxBySend.keys()]);
  for (const { sendId, type } of recorded) {
    const sent = mailboxBySend.get(sendId);
    if (sent === undefined || type !== sent.mailbox.expected) continue;
    outcomes.set(sent.mailbox, { kind: 'seen', afterMs: clock() - sent.sentAtMs, on: 'record' });
  }
}

function eventIn(body: string, allowedTopicArns: readonly string[]): ProviderEvent | null {
  const parsed = parseQueuedEvent(body, { allowedTopicArns });
  return parsed.kind === 'event' ? (parsed.events[0] ?? null) : null;
}
