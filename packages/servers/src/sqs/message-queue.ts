import { randomUUID } from 'node:crypto';

/** One message as a test sees it. */
export type QueueMessage = {
  readonly id: string;
  readonly body: string;
  /** How often it was given to a receiver. */
  readonly receives: number;
  readonly isDeleted: boolean;
};

/** How a message misbehaves. */
export type SendOptions = {
  /** It comes once more after it was deleted, as when a server of SQS missed the deletion. */
  readonly isDoubled?: boolean;
};

/** One message as a receiver gets it. */
export type ReceivedFromQueue = QueueMessage & { readonly receipt: string };

type Entry = {
  readonly id: string;
  readonly body: string;
  receives: number;
  /** That of the last receive, until it has deleted something; null: none. */
  receipt: string | null;
  /** By a clock that is never set, in milliseconds. */
  visibleAtMs: number;
  deletionsLeft: number;
};

const viewOf = ({ id, body, receives, deletionsLeft }: Entry): QueueMessage => ({
  id,
  body,
  receives,
  isDeleted: deletionsLeft === 0,
});

const isVisible = ({ visibleAtMs }: Entry) => visibleAtMs <= performance.now();

/**
 * A standard queue of SQS: a message that was received is hidden until its visibility timeout has passed, and comes
 * again unless it was deleted by the receipt of its last receive.
 */
export class MessageQueue {
  readonly #entries = new Map<string, Entry>();
  readonly #left = new Set<Entry>();

  /** Puts a message into the queue and answers its id. */
  send(body: string, { isDoubled = false }: SendOptions = {}): string {
    const id = randomUUID();
    const deletionsLeft = isDoubled ? 2 : 1;
    const entry = { id, body, receives: 0, receipt: null, visibleAtMs: 0, deletionsLeft };
    this.#entries.set(id, entry);
    this.#left.add(entry);
    return id;
  }

  /** Up to `max` visible messages, which are hidden for `hiddenMs` from now on. */
  receive(max: number, hiddenMs: number): readonly ReceivedFromQueue[] {
    const found = [...this.#left].filter(isVisible).slice(0, max);
    return found.map((entry) => {
      entry.receives += 1;
      entry.visibleAtMs = performance.now() + hiddenMs;
      const receipt = `${entry.id}:${entry.receives}`;
      entry.receipt = receipt;
      return { ...viewOf(entry), receipt };
    });
  }

  /** False when no message ever had the receipt. An older receipt than the last deletes nothing, and is no error. */
  remove(receipt: string): boolean {
    const entry = this.#entries.get(receipt.split(':')[0] ?? '');
    if (entry === undefined) return false;
    if (receipt !== entry.receipt) return true;
    entry.receipt = null;
    entry.deletionsLeft -= 1;
    entry.visibleAtMs = 0;
    if (entry.deletionsLeft === 0) this.#left.delete(entry);
    return true;
  }

  /** Has all that is hidden come again now, as if its visibility timeout had passed. */
  showHidden(): void {
    for (const entry of this.#left) entry.visibleAtMs = 0;
  }

  /** Everything that was sent, in its order, since the last purge. */
  messages(): readonly QueueMessage[] {
    return [...this.#entries.values()].map(viewOf);
  }

  /** The messages that are not deleted, hidden or not. */
  left(): readonly QueueMessage[] {
    return [...this.#left].map(viewOf);
  }

  /** Forgets every message, as PurgeQueue does. */
  purge(): void {
    this.#entries.clear();
    this.#left.clear();
  }
}
