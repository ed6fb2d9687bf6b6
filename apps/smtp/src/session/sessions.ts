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

/** The connections that have come to speak SMTP, by the ids that the server gives them. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();

  open(id: string, address: string, nowMs: number): Session {
    const session = { address, openedAtMs: nowMs, caller: null, failures: 0, message: null };
    this.#sessions.set(id, session);
    return session;
  }

  find(id: string): Session | null {
    return this.#sessions.get(id) ?? null;
  }

  /** The ids of those of which that holds. */
  ids(holds: (session: Session) => boolean): ReadonlySet<string> {
    return new Set([...this.#sessions].flatMap(([id, session]) => (holds(session) ? [id] : [])));
  }

  close(id: string): void {
    this.#sessions.delete(id);
  }
}
