import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LedgerEntry, StoredMessage } from '../ledger.ts';
import { type Random, seededRandom } from '../random.ts';
import { outcomesOf, type SesEventDetail, type SesEventType, sesEventBody } from './ses-event.ts';
import {
  type SnsMessage,
  type SnsSender,
  snsNotification,
  snsSubscriptionConfirmation,
} from './sns-message.ts';

/** Where events go, how late, and what goes wrong on the way. */
export type EventOptions = SnsSender & {
  readonly url: string;
  /** How long after the acceptance an event is posted (50 ms unless told). */
  readonly delayMs?: number;
  /** The share of events that is never posted, 0 to 1. */
  readonly loseFraction?: number;
  /** The share of notifications that is posted twice, 0 to 1. */
  readonly duplicateFraction?: number;
  /** Adds a random delay of up to four times `delayMs` (at least 200 ms) to each, so that order is lost. */
  readonly shuffle?: boolean;
  readonly seed?: number;
  /** How many posts run at once (16 unless told). */
  readonly concurrency?: number;
};

/** How many notifications there were, by what became of them. */
export type EventCounts = {
  readonly posted: number;
  readonly refused: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly givenUp: number;
  /** Waiting for their time or for an answer. */
  readonly pending: number;
};

const postWithinMs = 15_000;
const maxAttempts = 50;

/** Starts a publisher; SNS itself would go on retrying for 23 days, this one gives up after 50 attempts. */
export function createEventPublisher(options: EventOptions): EventPublisher {
  return new EventPublisher(options);
}

/**
 * The part of SNS: posts signed notifications about messages to a subscriber, with retries. A notification waits for its
 * time (`#timers`), then for its turn (`#due`), then is posted (`#running`). One that was refused goes on running while it
 * waits for its next attempt, but is counted in `retrying` and so leaves its place to others. `stop` empties all three.
 */
export class EventPublisher {
  readonly #options: EventOptions;
  readonly #random: Random;
  readonly #stopping = new AbortController();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #due: SnsMessage[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #unreported = new Set<string>();
  readonly #counts = { posted: 0, refused: 0, lost: 0, duplicated: 0, givenUp: 0 };
  #retrying = 0;

  constructor(options: EventOptions) {
    this.#options = options;
    // Every post under way listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#random = seededRandom(options.seed ?? 1);
  }

  /** Schedules what SES publishes about an accepted message: Send, then what became of it. */
  messageAccepted(message: StoredMessage, isSuppressed: (email: string) => boolean = () => false): void {
    const { loseFraction = 0, duplicateFraction = 0 } = this.#options;
    this.#unreported.add(message.messageId);
    this.#scheduleOne('Send', message, { loseFraction, duplicateFraction });
    for (const { type, detail } of outcomesOf(message, isSuppressed)) {
      this.#scheduleOne(type, message, { loseFraction, duplicateFraction, detail });
    }
  }

  /** Schedules one event by hand, without loss, doubling or delay. */
  publish(type: SesEventType, message: LedgerEntry | StoredMessage, detail?: SesEventDetail): void {
    this.#unreported.delete(message.messageId);
    this.#after(0, this.#notification(type, message, detail));
  }

  confirmSubscription(): void {
    this.#after(0, snsSubscriptionConfirmation(this.#options));
  }

  counts(): EventCounts {
    return { ...this.#counts, pending: this.#timers.size + this.#due.length + this.#running.size };
  }

  /** Ids of the accepted messages of which every event was lost, so that nobody can know that SES took them. */
  unreported(): ReadonlySet<string> {
    return new Set(this.#unreported);
  }

  /** Drops what is pending and resolves when no post runs any more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#due.length = 0;
    await Promise.all(this.#running);
  }

  #scheduleOne(
    type: SesEventType,
    message: StoredMessage,
    fate: { loseFraction: number; duplicateFraction: number; detail?: SesEventDetail },
  ): void {
    if (this.#random() < fate.loseFraction) {
      this.#counts.lost += 1;
      return;
    }
    this.#unreported.delete(message.messageId);
    const notification = this.#notification(type, message, fate.detail);
    this.#after(this.#delayMs(), notification);
    if (this.#random() >= fate.duplicateFraction) return;
    this.#counts.duplicated += 1;
    this.#after(this.#delayMs(), notification);
  }

  #notification(type: SesEventType, message: LedgerEntry, detail?: SesEventDetail): SnsMessage {
    return snsNotification(this.#options, JSON.stringify(sesEventBody(type, message, detail)));
  }

  #delayMs(): number {
    const { delayMs = 50, shuffle = false } = this.#options;
    return delayMs + (shuffle ? this.#random() * Math.max(200, delayMs * 4) : 0);
  }

  #after(waitMs: number, message: SnsMessage): void {
    if (this.#stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#due.push(message);
      this.#startNext();
    }, waitMs);
    this.#timers.add(timer);
  }

  #startNext(): void {
    while (this.#running.size - this.#retrying < (this.#options.concurrency ?? 16)) {
      const message = this.#due.shift();
      if (message === undefined) return;
      const post = this.#deliver(message).finally(() => {
        this.#running.delete(post);
        this.#startNext();
      });
      this.#running.add(post);
    }
  }

  async #deliver(message: SnsMessage): Promise<void> {
    const { signal } = this.#stopping;
    for (let attempt = 1; attempt <= maxAttempts && !signal.aborted; attempt += 1) {
      if (await postSns(this.#options.url, message, signal)) {
        this.#counts.posted += 1;
        return;
      }
      this.#counts.refused += 1;
      this.#retrying += 1;
      this.#startNext();
      await sleep(retryDelayMs(attempt), undefined, { signal }).catch(() => {});
      this.#retrying -= 1;
    }
    this.#counts.givenUp += 1;
  }
}

/** Three quick retries, two a second later, then from 1 s doubling up to 20 s, as SNS does for HTTP. */
export function retryDelayMs(attempt: number): number {
  if (attempt <= 3) return 50;
  if (attempt <= 5) return 1_000;
  return Math.min(20_000, 1_000 * 2 ** (attempt - 6));
}

/** Posts one SNS message with SNS's headers; false unless the answer is a 2xx within 15 s. */
export async function postSns(url: string, message: SnsMessage, signal?: AbortSignal): Promise<boolean> {
  const timeout = AbortSignal.timeout(postWithinMs);
  const response = await fetch(url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
      'x-amz-sns-message-type': message.Type ?? '',
      'x-amz-sns-message-id': message.MessageId ?? '',
      'x-amz-sns-topic-arn': message.TopicArn ?? '',
    },
    body: JSON.stringify(message),
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  }).catch(() => null);
  await response?.body?.cancel().catch(() => {});
  return response?.ok ?? false;
}
