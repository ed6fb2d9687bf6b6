import type { SendLane } from '@postroom/contracts';
import type { RedisConnection } from '../../src/connection/redis.ts';
import { askAtMs, byTurn, horizonMs, type Waiting } from '../../src/pace/line.ts';
import { type GivenMoment, punctualMs, reserveMoments } from '../../src/pace/reserve-moments.ts';

type Options = {
  readonly redis: RedisConnection;
  readonly key: string;
  readonly rate: number;
  readonly workers: number;
  readonly recipients: number;
  readonly seconds: number;
  /** How often a transactional message comes; never unless told. */
  readonly urgentEveryMs?: number;
};

/** What came of it. */
type Shared = {
  /** The part of the rate that was used, from the first arrival to the last. */
  readonly used: number;
  /** The most recipients that arrived in a sliding second. */
  readonly peak: number;
  /** How long each transactional message took from being queued to its moment. */
  readonly urgentMs: readonly number[];
  /** How far ahead a moment lay at the most. */
  readonly mostAheadMs: number;
};

type Event = { readonly atMs: number; readonly act: () => Promise<void> | void };
type Mail = Waiting & { readonly queuedMs: number; readonly missed: number };
type Worker = {
  waiting: Mail[];
  returned: GivenMoment[];
  freeAtMs: number;
  waitedAtMs: number;
  wakeAtMs: number;
};
type Arrival = { readonly atMs: number; readonly recipients: number };

const startMs = 1_700_000_000_000;

/** Seconds of its share that a worker has in hand. */
const inHandSeconds = 0.4;

/** The same numbers every time, in [0, 1). */
function numbers(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Events in the order of time, whatever order they were planned in. */
class Calendar {
  nowMs = startMs;
  readonly #events: Event[] = [];

  plan(atMs: number, act: Event['act']): void {
    this.#events.push({ atMs, act });
  }

  async runUntil(endMs: number): Promise<void> {
    for (;;) {
      const next = this.#events.reduce((least, event) => (event.atMs < least.atMs ? event : least));
      if (next.atMs > endMs) return;
      this.#events.splice(this.#events.indexOf(next), 1);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      await next.act();
    }
  }
}

/** The workers of one run; each waits and asks as the pacer's line does. */
class Fleet {
  readonly arrivals: Arrival[] = [];
  readonly urgentMs: number[] = [];
  /** When each transactional message was queued that no worker has taken yet. */
  readonly urgent: number[] = [];
  mostAheadMs = 0;
  readonly #options: Options;
  readonly #calendar: Calendar;
  readonly #random: () => number;

  constructor(options: Options, calendar: Calendar, random: () => number) {
    this.#options = options;
    this.#calendar = calendar;
    this.#random = random;
  }

  /** A place of a worker is free: what is transactional is first in the queue. */
  take(worker: Worker): void {
    const { nowMs } = this.#calendar;
    const queuedMs = this.urgent.shift();
    const lane: SendLane = queuedMs === undefined ? 'marketing' : 'transactional';
    const recipients = queuedMs === undefined ? this.#options.recipients : 1;
    this.#join(worker, { recipients, lane, sinceMs: nowMs, queuedMs: queuedMs ?? nowMs, missed: 0 });
  }

  #join(worker: Worker, mail: Mail): void {
    worker.waiting.push(mail);
    this.#wake(worker);
  }

  #wake(worker: Worker): void {
    const { nowMs } = this.#calendar;
    const [first] = worker.waiting.sort(byTurn);
    if (first === undefined) return;
    const atMs = Math.max(nowMs, askAtMs(first, { ...worker, nowMs }));
    if (atMs >= worker.wakeAtMs) return;
    worker.wakeAtMs = atMs;
    // Timers are late.
    this.#calendar.plan(atMs + this.#random() * 2, () =>
      worker.wakeAtMs === atMs ? this.#ask(worker) : undefined,
    );
  }

  async #ask(worker: Worker): Promise<void> {
    const { redis, key, rate } = this.#options;
    const { nowMs } = this.#calendar;
    worker.wakeAtMs = Number.POSITIVE_INFINITY;
    const group = worker.waiting;
    const messages = group.map((mail) => ({
      recipients: mail.recipients,
      horizonMs: horizonMs(mail, nowMs),
      lateMs: punctualMs * 2 ** mail.missed,
    }));
    const wish = { rate, givenUntilMs: 0, returned: worker.returned, messages, nowMs };
    const { freeMs, moments } = await reserveMoments(redis, key, wish);
    worker.returned = [];
    worker.freeAtMs = freeMs;
    moments.forEach((given, nth) => {
      this.mostAheadMs = Math.max(this.mostAheadMs, given.atMs - nowMs);
      const mail = group[nth];
      if (mail !== undefined) this.#meet(worker, mail, given);
    });
    worker.waiting = group.slice(moments.length);
    if (worker.waiting.length > 0) worker.waitedAtMs = nowMs;
    this.#wake(worker);
  }

  #meet(worker: Worker, mail: Mail, given: GivenMoment): void {
    const random = this.#random;
    const lateMs = random() < 0.02 ? given.lateMs + 1 : random() * punctualMs;
    this.#calendar.plan(given.atMs + lateMs, () => {
      const { nowMs } = this.#calendar;
      if (lateMs > given.lateMs) {
        worker.returned.push(given);
        this.#join(worker, { ...mail, missed: mail.missed + 1 });
        return;
      }
      if (mail.lane === 'transactional') this.urgentMs.push(nowMs - mail.queuedMs);
      this.arrivals.push({ atMs: nowMs + random() * 9, recipients: mail.recipients });
      this.#calendar.plan(nowMs + 30 + random() * 60, () => this.take(worker));
    });
  }
}

/**
 * Workers that share a rate in simulated time, each with what it has in hand: a marketing backlog without end, and a
 * transactional message now and then, which the next place that becomes free takes. Moments are met up to 8 ms late, each
 * fiftieth too late, which gives it back; mail is on its way for up to 9 ms, and calls take 30 to 90.
 */
export async function share(options: Options): Promise<Shared> {
  const { rate, workers, recipients, seconds, urgentEveryMs = Number.POSITIVE_INFINITY } = options;
  const random = numbers();
  const calendar = new Calendar();
  const fleet = new Fleet(options, calendar, random);
  const inHand = Math.max(1, Math.ceil((rate / workers / recipients) * inHandSeconds));
  for (let nth = 0; nth < workers; nth += 1) {
    const never = Number.POSITIVE_INFINITY;
    const worker: Worker = { waiting: [], returned: [], freeAtMs: 0, waitedAtMs: 0, wakeAtMs: never };
    for (let place = 0; place < inHand; place += 1)
      calendar.plan(startMs + random() * 20, () => fleet.take(worker));
  }
  const endMs = startMs + seconds * 1_000;
  for (let atMs = startMs + 1_000; atMs < endMs - 1_000; atMs += urgentEveryMs * (0.5 + random()))
    calendar.plan(atMs, () => void fleet.urgent.push(atMs));
  await calendar.runUntil(endMs);
  const { urgentMs, mostAheadMs } = fleet;
  return { ...usedOf(fleet.arrivals, rate), urgentMs, mostAheadMs };
}

const recipientsOf = (arrivals: readonly Arrival[]) =>
  arrivals.reduce((total, { recipients }) => total + recipients, 0);

function usedOf(given: readonly Arrival[], rate: number): Pick<Shared, 'used' | 'peak'> {
  const arrivals = given.toSorted((one, other) => one.atMs - other.atMs);
  const [first, ...others] = arrivals;
  const seconds = ((others.at(-1)?.atMs ?? 0) - (first?.atMs ?? 0)) / 1_000;
  const inSecondTo = (endMs: number) => arrivals.filter(({ atMs }) => atMs > endMs - 1_000 && atMs <= endMs);
  return {
    used: recipientsOf(others) / seconds / rate,
    peak: Math.max(...arrivals.map(({ atMs }) => recipientsOf(inSecondTo(atMs)))),
  };
}
