import type { Caller } from '@postroom/core';

/** What is known of one connection, as long as it stands. */
export type Session = {
  readonly address: string;
  readonly openedAtMs: number;
  /** With its key, which is looked at again for each message; null: nobody has said who they are. */
  caller: { readonly key: string; readonly caller: Caller } | null;
  failures: number;
  /** The message that is coming in, or is being written down. */
  message: IncomingMessage | null;
};

/** How far a message has come. */
type IncomingMessage = { readonly beganAtMs: number; bytes: number; isWhole: boolean };

/** The connections that stand, by the ids that the server gives them, and how many of them each address has. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #perAddress = new Map<string, number>();

  get size(): number {
    return this.#sessions.size;
  }

  open(id: string, address: string, nowMs: number): Session {
    const session = { address, openedAtMs: nowMs, caller: null, failures: 0, message: null };
    this.#sessions.set(id, session);
    this.#perAddress.set(address, this.countOf(address) + 1);
    return session;
  }

  find(id: string): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  /** The ids of those of which that holds. */
  ids(holds: (session: Session) => boolean): ReadonlySet<string> {
    return new Set([...this.#sessions].flatMap(([id, session]) => (holds(session) ? [id] : [])));
  }

  countOf(address: string): number {
    return this.#perAddress.get(address) ?? 0;
  }

  close(id: string): void {
    const session = this.#sessions.get(id);
    if (session === undefined) return;
    this.#sessions.delete(id);
    const left = this.countOf(session.address) - 1;
    if (left > 0) this.#perAddress.set(session.address, left);
    else this.#perAddress.delete(session.address);
  }
}
