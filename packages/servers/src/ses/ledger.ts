import { closeSync, openSync, writeSync } from 'node:fs';
import type { FaultKind } from './fault-plan.ts';
import { attemptOf, type ReceivedMessage, recipientsOf } from './received-message.ts';
import { createRecipientRate } from './recipient-rate.ts';

/** One message that the fake provider accepted: the truth that the tests compare with. */
export type LedgerEntry = {
  /** Counts up from 1 and is never given twice, not even after a reset. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonicMs: number;
  readonly messageId: string;
  /** From the tag `postroom-send-id`. */
  readonly sendId: string | null;
  /** From the tag `postroom-attempt`. */
  readonly attempt: number | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly subject: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSet: string | null;
  readonly recipientsCount: number;
  /** The fault that kept the caller from learning of the acceptance, if one did. */
  readonly fault: FaultKind | null;
};

/** An entry with the message itself; only the newest messages are kept. */
export type StoredMessage = LedgerEntry & Omit<ReceivedMessage, keyof LedgerEntry>;

/** The ledger in numbers. */
export type LedgerSummary = {
  readonly accepted: number;
  readonly recipients: number;
  readonly lastSeq: number;
  readonly withoutSendId: number;
  readonly distinctSendIds: number;
  /** How often each send was accepted that was accepted more than once. */
  readonly duplicates: Readonly<Record<string, number>>;
  /** The most recipients that were accepted in any sliding second. */
  readonly peakRecipientsPerSecond: number;
};

/** Which entries a list holds: those after `afterSeq`, oldest first, at most `limit`. */
export type LedgerRange = { readonly afterSeq?: number; readonly limit?: number };

/** Bounds of what is kept, and a file that gets every entry as a line of JSON before SES answers. */
export type LedgerOptions = {
  readonly maxMessages: number;
  readonly maxMessageBytes: number;
  readonly ledgerFile: string | null;
};

/** Makes an empty ledger; an existing file is appended to, never rewritten. */
export function createLedger(options: LedgerOptions): Ledger {
  return new Ledger(options);
}

/** The append-only list of accepted messages. Entries stay; bodies are dropped oldest first. */
export class Ledger {
  readonly #options: LedgerOptions;
  readonly #rate = createRecipientRate();
  #file: number | null;
  #lastSeq = 0;
  #entries: LedgerEntry[] = [];
  #timesBySendId = new Map<string, number>();
  #messages = new Map<number, StoredMessage>();
  #messageBytes = 0;
  #totals = { recipients: 0, withoutSendId: 0 };

  constructor(options: LedgerOptions) {
    this.#options = options;
    this.#file = options.ledgerFile === null ? null : openSync(options.ledgerFile, 'a');
  }

  append(message: ReceivedMessage, messageId: string, fault: FaultKind | null): StoredMessage {
    this.#lastSeq += 1;
    const entry = toEntry(message, { seq: this.#lastSeq, messageId, fault });
    const stored: StoredMessage = { ...message, ...entry };
    // The write comes first: what is answered as accepted is in the file, also if we are killed next.
    if (this.#file !== null) writeSync(this.#file, `${JSON.stringify(withoutContents(stored))}\n`);
    this.#entries.push(entry);
    this.#messages.set(entry.seq, stored);
    this.#messageBytes += sizeOf(stored);
    this.#dropOldBodies();
    this.#count(entry);
    return stored;
  }

  entries({ afterSeq = 0, limit = Number.POSITIVE_INFINITY }: LedgerRange = {}): LedgerEntry[] {
    // The numbers have no gaps, so that a place follows from a number.
    const first = this.#entries[0]?.seq ?? 1;
    const start = Math.max(0, afterSeq - first + 1);
    return this.#entries.slice(start, start + limit);
  }

  entriesOf(sendId: string): LedgerEntry[] {
    return this.#entries.filter((entry) => entry.sendId === sendId);
  }

  message(seq: number): StoredMessage | null {
    return this.#messages.get(seq) ?? null;
  }

  /** The messages whose bodies are still there, oldest first. */
  messages(): StoredMessage[] {
    return [...this.#messages.values()];
  }

  summary(): LedgerSummary {
    return {
      accepted: this.#entries.length,
      ...this.#totals,
      lastSeq: this.#lastSeq,
      distinctSendIds: this.#timesBySendId.size,
      duplicates: Object.fromEntries([...this.#timesBySendId].filter(([, times]) => times > 1)),
      peakRecipientsPerSecond: this.#rate.peak(),
    };
  }

  clear(): void {
    this.#entries = [];
    this.#timesBySendId.clear();
    this.#messages.clear();
    this.#messageBytes = 0;
    this.#totals = { recipients: 0, withoutSendId: 0 };
    this.#rate.clear();
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #count({ recipientsCount, monotonicMs, sendId }: LedgerEntry): void {
    this.#totals.recipients += recipientsCount;
    this.#rate.add(recipientsCount, monotonicMs);
    if (sendId === null) this.#totals.withoutSendId += 1;
    else this.#timesBySendId.set(sendId, (this.#timesBySendId.get(sendId) ?? 0) + 1);
  }

  #dropOldBodies(): void {
    const { maxMessages, maxMessageBytes } = this.#options;
    for (const [seq, message] of this.#messages) {
      if (this.#messages.size <= maxMessages && this.#messageBytes <= maxMessageBytes) return;
      this.#messages.delete(seq);
      this.#messageBytes -= sizeOf(message);
    }
  }
}

function toEntry(
  message: ReceivedMessage,
  facts: Pick<LedgerEntry, 'seq' | 'messageId' | 'fault'>,
): LedgerEntry {
  const { from, to, cc, bcc, subject, tags, configurationSet } = message;
  return {
    ...facts,
    at: Date.now(),
    monotonicMs: performance.now(),
    ...attemptOf(message),
    from,
    to,
    cc,
    bcc,
    subject,
    tags,
    configurationSet,
    recipientsCount: recipientsOf(message).length,
  };
}

/** The message without what its attachments hold. */
export function withoutContents({ raw: _raw, ...message }: StoredMessage) {
  return {
    ...message,
    attachments: message.attachments.map(({ contentBase64: _, ...attachment }) => attachment),
  };
}

function sizeOf(message: StoredMessage): number {
  const contents = message.attachments.reduce((sum, { contentBase64 }) => sum + contentBase64.length, 0);
  return (
    1_000 + (message.html?.length ?? 0) + (message.text?.length ?? 0) + (message.raw?.length ?? 0) + contents
  );
}
