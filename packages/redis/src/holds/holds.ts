import type { HeldBy, Hold } from '@postroom/core';
import type { RedisConnection } from '../connection/redis.ts';
import { type HeldPart, heldPartOf, scopeName, scopesOf } from './hold-scope.ts';
import { type NewHold, openHoldStore, type StoredHold } from './hold-store.ts';

/** A reason for which part of the sending waits. `scope` is `account`, `configuration_set:<name>` or `sender_profile:<id>`. */
export type ActiveHold = { readonly scope: string; readonly reason: string; readonly heldForMs: number };

/** Sends that are not to be claimed, and when to look again. */
type HeldSends = HeldPart & { readonly waitMs: number };

/** Holds shared by all replicas through one hash in Redis. */
export type Holds = {
  /**
   * Tells every replica to wait. While Redis is away only this process knows of it, and tells Redis when that is
   * back. Answers whether the hold is a new one. Never rejects.
   */
  place(hold: Hold): Promise<boolean>;
  /** Whether a send may go on: nothing is held, or it is the one that tries whether the hold is over. Never rejects. */
  enter(scope: string, sendId: string): Promise<boolean>;
  /** Notes that the provider took a send: the hold that it tried is over. */
  accepted(sendId: string): void;
  /**
   * Ends what a send tried: the hold is lifted if it was accepted, and else another may try. Answers the scopes that
   * were lifted. Never rejects.
   */
  leave(sendId: string): Promise<readonly string[]>;
  /** Whether a hold reaches this send, and it is not the one that tries whether it is over. */
  isHeld(send: HeldBy): boolean;
  /** Whether this send is the one that tries whether the hold is over. */
  isTrial(scope: string, sendId: string): boolean;
  /** What is held beside the account. */
  heldSends(): readonly HeldSends[];
  find(scope: string): ActiveHold | undefined;
  /** Milliseconds for which everything has to wait; 0: none. */
  accountWaitMs(): number;
  /** Lets one send try now whether a hold is over. Never rejects. */
  endWait(scope: string): Promise<void>;
  /** Has a hold last for so long from now, if there is one and it would end sooner. Never rejects. */
  prolong(scope: string, waitMs: number): Promise<void>;
  /** Reads the holds again. Keeps the last known ones while Redis is away. Never rejects. */
  refresh(): Promise<readonly ActiveHold[]>;
};

/** What a process knows of a hold, in milliseconds of its own clock that never goes back. */
type Known = {
  readonly reason: string;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly trialUntilMs: number;
  /** Redis has not heard of it yet. */
  readonly unsaved: NewHold | null;
};

/** How soon a send looks again whose scope another one is just trying, in milliseconds. */
const trialLookMs = 2_000;

/** A hold that nobody tried to end for so long is about nothing that is sent any more, in milliseconds. */
const forgottenAfterMs = 3_600_000;

const now = () => performance.now();

/**
 * Opens the holds kept under one key.
 *
 * A hold is waiting until its end, and then open to one trial at a time: the send that takes the trial is given to
 * SES while all others go on waiting. If SES accepts it, the hold is lifted; if SES gives the same answer, the hold is
 * waiting again, for longer; if nothing is learned, or the trial's time passes, the next send may try. So a hold
 * costs one call per wait, however many sends there are. Redis losing the holds lifts them all: the next answer of
 * SES places what still stands.
 */
export function createHolds(options: {
  readonly redis: RedisConnection;
  readonly key: string;
  /** How long one trial may take before another may begin, in milliseconds; half a minute unless told. */
  readonly trialMs?: number;
}): Holds {
  return new SharedHolds(options);
}

class SharedHolds implements Holds {
  readonly #store;
  readonly #trialMs: number;
  readonly #trials = new Map<string, { readonly sendId: string; isAccepted: boolean }>();
  readonly #asking = new Set<string>();
  #known = new Map<string, Known>();
  #changes = 0;

  constructor({ redis, key, trialMs = 30_000 }: Parameters<typeof createHolds>[0]) {
    this.#store = openHoldStore(redis, key);
    this.#trialMs = trialMs;
  }

  async place({ scope, ...hold }: Hold): Promise<boolean> {
    const placed = { scope: scopeName(scope), ...hold };
    const earlier = this.#known.get(placed.scope);
    const isNew = earlier?.reason !== placed.reason;
    const sinceMs = isNew ? now() : earlier.sinceMs;
    const untilMs = Math.max(now() + placed.forMs, earlier?.untilMs ?? 0);
    // At once, and not when Redis has answered: what is in hand here looks before it calls.
    this.#set(placed.scope, { reason: placed.reason, sinceMs, untilMs, trialUntilMs: 0, unsaved: placed });
    return this.#save(placed).catch(() => isNew);
  }

  async enter(scope: string, sendId: string): Promise<boolean> {
    const hold = this.#known.get(scope);
    if (hold === undefined) return true;
    if (Math.max(hold.untilMs, hold.trialUntilMs) > now() || this.#asking.has(scope)) return false;
    this.#asking.add(scope);
    try {
      const answer = await this.#store.takeTrial(scope, sendId, this.#trialMs);
      if (answer.kind === 'free') this.#drop(scope);
      if (answer.kind === 'yours') this.#trials.set(scope, { sendId, isAccepted: false });
      if (answer.kind !== 'free') {
        const waitMs = answer.kind === 'wait' ? answer.waitMs : this.#trialMs;
        this.#set(scope, { ...hold, ...this.#known.get(scope), trialUntilMs: now() + waitMs });
      }
      return answer.kind !== 'wait';
    } catch {
      return false;
    } finally {
      this.#asking.delete(scope);
    }
  }

  accepted(sendId: string): void {
    for (const trial of this.#trials.values()) if (trial.sendId === sendId) trial.isAccepted = true;
  }

  async leave(sendId: string): Promise<readonly string[]> {
    const lifted: string[] = [];
    for (const [scope, trial] of this.#trials) {
      if (trial.sendId !== sendId) continue;
      this.#trials.delete(scope);
      const hold = this.#known.get(scope);
      // Placed again meanwhile: there is nothing to end.
      if (hold === undefined || hold.untilMs > now()) continue;
      if (trial.isAccepted) lifted.push(scope);
      if (trial.isAccepted) this.#drop(scope);
      else this.#set(scope, { ...hold, trialUntilMs: 0 });
      // Without Redis the trial's time passes, and another one finds out.
      await this.#store.endTrial(scope, sendId, trial.isAccepted).catch(() => undefined);
    }
    return lifted;
  }

  isHeld(send: HeldBy): boolean {
    return scopesOf(send).some((scope) => this.#known.has(scope) && !this.isTrial(scope, send.id));
  }

  isTrial(scope: string, sendId: string): boolean {
    return this.#trials.get(scope)?.sendId === sendId;
  }

  heldSends(): readonly HeldSends[] {
    return [...this.#known].flatMap(([scope, { untilMs }]) => {
      const part = heldPartOf(scope);
      const waitMs = untilMs > now() ? Math.ceil(untilMs - now()) : trialLookMs;
      return part === null ? [] : [{ ...part, waitMs }];
    });
  }

  find(scope: string): ActiveHold | undefined {
    const hold = this.#known.get(scope);
    return hold === undefined
      ? undefined
      : { scope, reason: hold.reason, heldForMs: Math.max(0, now() - hold.sinceMs) };
  }

  accountWaitMs(): number {
    return Math.max(0, (this.#known.get('account')?.untilMs ?? 0) - now());
  }

  async endWait(scope: string): Promise<void> {
    const hold = this.#known.get(scope);
    if (hold !== undefined) this.#set(scope, { ...hold, untilMs: Math.min(hold.untilMs, now()) });
    await this.#store.moveEnd(scope, 0).catch(() => undefined);
  }

  async prolong(scope: string, waitMs: number): Promise<void> {
    const hold = this.#known.get(scope);
    if (hold !== undefined) this.#set(scope, { ...hold, untilMs: Math.max(hold.untilMs, now() + waitMs) });
    await this.#store.moveEnd(scope, waitMs).catch(() => undefined);
  }

  async refresh(): Promise<readonly ActiveHold[]> {
    try {
      for (const { unsaved } of this.#known.values()) if (unsaved !== null) await this.#save(unsaved);
      const before = this.#changes;
      const stored = await this.#store.list();
      // Something was placed or lifted while Redis answered: the answer may be older than that.
      if (before === this.#changes) await this.#learn(stored);
    } catch {
      // Redis is away: what was held stays held until its end.
    }
    return [...this.#known.keys()].flatMap((scope) => this.find(scope) ?? []);
  }

  async #learn(stored: readonly StoredHold[]): Promise<void> {
    const isForgotten = ({ waitMs, trialMs }: StoredHold) => waitMs < -forgottenAfterMs && trialMs === 0;
    this.#known = new Map(
      stored
        .filter((hold) => !isForgotten(hold))
        .map(({ scope, reason, heldForMs, waitMs, trialMs }) => [
          scope,
          {
            reason,
            sinceMs: now() - heldForMs,
            untilMs: now() + waitMs,
            trialUntilMs: trialMs === 0 ? 0 : now() + trialMs,
            unsaved: null,
          },
        ]),
    );
    for (const { scope } of stored.filter(isForgotten)) await this.#store.forget(scope);
  }

  /** Tells Redis of a hold, and learns how long it lasts there. */
  async #save(hold: NewHold): Promise<boolean> {
    const { isNew, waitMs, heldForMs } = await this.#store.place(hold);
    const { scope, reason } = hold;
    const untilMs = now() + waitMs;
    this.#set(scope, { reason, sinceMs: now() - heldForMs, untilMs, trialUntilMs: 0, unsaved: null });
    return isNew;
  }

  #set(scope: string, hold: Known): void {
    this.#changes += 1;
    this.#known.set(scope, hold);
  }

  #drop(scope: string): void {
    this.#changes += 1;
    this.#known.delete(scope);
  }
}
