import { randomUUID } from 'node:crypto';
import type { SendLane } from '@postroom/contracts';
import type { Permit } from '@postroom/core';
import type { Ask } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';
import { askAtMs, byTurn, horizonMs, type Waiting } from './line.ts';
import { type GivenMoment, punctualMs, type Reservation, reserveMoments } from './reserve-moments.ts';

type Refusal = Extract<Permit, { readonly kind: 'refused' }>;

/** A moment by the clock of this process that never goes back: it may be met from `fromMs` to `untilMs`. */
export type Grant = {
  readonly kind: 'moment';
  readonly fromMs: number;
  readonly untilMs: number;
  readonly given: GivenMoment;
};

type Waiter = Waiting & {
  /** How late it has to expect to be, in milliseconds. */
  readonly lateMs: number;
  readonly signal: AbortSignal;
  readonly resolve: (grant: Grant | Refusal) => void;
};

export type MomentsOptions = {
  readonly redis: RedisConnection;
  readonly key: string;
  readonly currentRate: () => number;
  /** Nobody waits much longer for a moment, in milliseconds. */
  readonly maxWaitMs: number;
};

/** The process stops, or was late for too long: the send may be taken anew at once. */
export const comeAgain: Refusal = { kind: 'refused', waitMs: 0 };

/** How long to leave Redis alone when it did not answer, in milliseconds. */
const withoutRedisMs = 1_000;

/** How often this process says that it is among the workers, in milliseconds. */
const namedEveryMs = 1_000;

/** After somebody had to wait, marketing that is claimed within so many milliseconds will have to, too. */
const busyForMs = 1_000;

/** The most that is asked for at once, in seconds of the rate: nobody gets more. */
const mostSeconds = 0.5;

/** No moment may be met later than this, in milliseconds, however late a process was before. */
const latestMs = 200;

/** What was too late for a moment may be so many times as late for the next. */
const laterPerMiss = 2;

/**
 * How late this process has to expect to be, in milliseconds: it grows by each moment that was missed, and shrinks by each
 * that was met, so that about one in a hundred is missed. What it grows by, others cannot use of the rate.
 */
const lateness = { perMissMs: 4, perMeetingMs: 0.04, mostMs: 30 } as const;

/** How much the newest message counts in the mean of their recipients. */
const newestPart = 0.05;

/**
 * The line of this process for moments, one question at a time for all who stand in it: at once for who comes to an empty
 * line, else when the next moment comes within the horizon of the first. Never rejects.
 */
export class Moments {
  readonly #options: MomentsOptions;
  readonly #ask: Ask;
  readonly #name = randomUUID();
  #waiting: Waiter[] = [];
  #returned: GivenMoment[] = [];
  #isAsking = false;
  #wakeAtMs = Number.POSITIVE_INFINITY;
  #cancelWake: () => void = () => undefined;
  #namedAtMs = Number.NEGATIVE_INFINITY;
  #roundTripMs = 0;
  #latenessMs: number = punctualMs;
  #freeAtMs = 0;
  #givenUntilMs = 0;
  #waitedAtMs = Number.NEGATIVE_INFINITY;
  #blockedUntilMs = 0;
  #workers = 1;
  #recipients = 1;

  constructor(options: MomentsOptions, ask: Ask) {
    this.#options = options;
    this.#ask = ask;
  }

  get blockedUntilMs(): number {
    return this.#blockedUntilMs;
  }

  get isBusy(): boolean {
    return this.#waiting.length > 0 || performance.now() < this.#waitedAtMs + busyForMs;
  }

  /** Messages a second that this process may send as its share of the rate, by the messages of late. */
  get share(): number {
    return this.#options.currentRate() / this.#workers / this.#recipients;
  }

  /** Resolves with a moment, or with a refusal: at once when it is stopped, and when the wait is or would be too long. */
  next(wish: {
    readonly recipients: number;
    readonly lane: SendLane;
    readonly sinceMs: number;
    /** Moments that it was too late for. */
    readonly missed: number;
    readonly signal: AbortSignal;
  }): Promise<Grant | Refusal> {
    const { signal } = wish;
    if (signal.aborted) return Promise.resolve(comeAgain);
    this.#recipients += newestPart * (wish.recipients - this.#recipients);
    return new Promise((resolve) => {
      const end = (grant: Grant | Refusal) => {
        signal.removeEventListener('abort', stop);
        resolve(grant);
      };
      const stop = () => end(comeAgain);
      signal.addEventListener('abort', stop, { once: true });
      const lateMs = Math.min(
        latestMs,
        this.#latenessMs * laterPerMiss ** wish.missed + Math.min(this.#roundTripMs, latestMs / 2),
      );
      this.#waiting.push({ ...wish, lateMs, resolve: end });
      this.#schedule();
    });
  }

  /** A moment was met in time, or was missed. */
  learn(isMet: boolean): void {
    const { perMissMs, perMeetingMs, mostMs } = lateness;
    const changedMs = this.#latenessMs + (isMet ? -perMeetingMs : perMissMs);
    this.#latenessMs = Math.max(punctualMs, Math.min(mostMs, changedMs));
  }

  /** Lets others have a moment that nothing was sent at, and nothing will be. */
  giveBack({ given }: Grant): void {
    this.#returned.push(given);
  }

  /** Sees to it that Redis is asked in time for the first in line, and that nobody waits for too long. */
  #schedule(): void {
    const nowMs = performance.now();
    if (this.#isAsking || this.#wakeAtMs <= nowMs) return;
    const first = firstOf(this.#waiting);
    if (first === null) return;
    const times = { nowMs, freeAtMs: this.#freeAtMs, waitedAtMs: this.#waitedAtMs };
    const atMs = Math.min(askAtMs(first, times), first.sinceMs + this.#options.maxWaitMs);
    if (this.#wakeAtMs <= atMs) return;
    this.#cancelWake();
    this.#wakeAtMs = atMs;
    const wake = () => {
      this.#wakeAtMs = Number.POSITIVE_INFINITY;
      void this.#flush();
    };
    if (atMs <= nowMs) {
      const immediate = setImmediate(wake);
      this.#cancelWake = () => clearImmediate(immediate);
    } else {
      const timer = setTimeout(wake, Math.ceil(atMs - nowMs));
      this.#cancelWake = () => clearTimeout(timer);
    }
  }

  async #flush(): Promise<void> {
    const most = Math.max(1, Math.ceil(this.#options.currentRate() * mostSeconds));
    const waiting = this.#waiting.filter(({ signal }) => !signal.aborted).sort(byTurn);
    const group = waiting.slice(0, most);
    this.#waiting = waiting.slice(most);
    if (group.length === 0) return;
    this.#isAsking = true;
    const askedAtMs = performance.now();
    try {
      this.#give(group, await this.#reserve(group, askedAtMs), askedAtMs);
    } catch {
      // Without Redis there is no permit to be had: the sends go back, and the jobs come again with it. What an
      // overdue answer would give is lost: those it was for are on their way back by then.
      refuse(group, withoutRedisMs);
    }
    this.#isAsking = false;
    this.#schedule();
  }

  #reserve(group: readonly Waiter[], nowMs: number): Promise<Reservation> {
    const { redis, key, currentRate } = this.#options;
    const isNamed = nowMs - this.#namedAtMs < namedEveryMs;
    if (!isNamed) this.#namedAtMs = nowMs;
    const returned = this.#returned;
    this.#returned = [];
    const wish = {
      rate: currentRate(),
      givenUntilMs: this.#givenUntilMs,
      worker: isNamed ? undefined : this.#name,
      returned,
      messages: group.map((waiter) => ({ ...waiter, horizonMs: horizonMs(waiter, nowMs) })),
    };
    return this.#ask(() => reserveMoments(redis, key, wish));
  }

  /**
   * Redis read its clock between the question and the answer. A moment is not met before it has come if that was at the end,
   * nor after it has lapsed if that was at the beginning.
   */
  #give(group: readonly Waiter[], reservation: Reservation, askedAtMs: number): void {
    const { nowMs, freeMs, moments } = reservation;
    const answeredAtMs = performance.now();
    this.#roundTripMs = answeredAtMs - askedAtMs;
    this.#freeAtMs = answeredAtMs + freeMs - nowMs;
    this.#workers = reservation.workers ?? this.#workers;
    this.#givenUntilMs = Math.max(this.#givenUntilMs, reservation.givenUntilMs);
    moments.forEach((given, nth) => {
      const fromMs = answeredAtMs + given.atMs - nowMs;
      const untilMs = askedAtMs + given.atMs - nowMs + given.lateMs;
      group[nth]?.resolve({ kind: 'moment', fromMs, untilMs, given });
    });
    if (moments.length < group.length) this.#putBack(group.slice(moments.length), freeMs - nowMs);
  }

  /** Lets those wait on that may; `waitMs`: when the first of them would have its moment. */
  #putBack(group: readonly Waiter[], waitMs: number): void {
    const { maxWaitMs } = this.#options;
    const nowMs = performance.now();
    this.#waitedAtMs = nowMs;
    const all = [...group, ...this.#waiting];
    if (waitMs > maxWaitMs) this.#blockedUntilMs = nowMs + waitMs - maxWaitMs;
    const mayWait = ({ sinceMs }: Waiter) => waitMs <= maxWaitMs && nowMs < sinceMs + maxWaitMs;
    this.#waiting = all.filter(mayWait);
    refuse(
      all.filter((waiter) => !mayWait(waiter)),
      waitMs,
    );
  }
}

const firstOf = (waiters: readonly Waiter[]): Waiter | null =>
  waiters.reduce<Waiter | null>(
    (first, waiter) => (first === null || byTurn(waiter, first) < 0 ? waiter : first),
    null,
  );

function refuse(waiters: readonly Waiter[], waitMs: number): void {
  for (const { resolve } of waiters) resolve({ kind: 'refused', waitMs: Math.max(0, Math.ceil(waitMs)) });
}
