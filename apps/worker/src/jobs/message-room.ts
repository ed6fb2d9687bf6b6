import type { DeliverDeps, MessagePlace } from '@postroom/core';

/** Bytes of all messages in hand, and of those of one workspace, at which no further one is begun. */
export type MessageRoomOptions = { readonly maxBytes: number; readonly maxWorkspaceBytes: number };

type Asker = Parameters<DeliverDeps['room']['take']>[0];
type Held = { readonly workspaceId: string; readonly snapshotId: string; readonly attachmentBytes: number };
type Waiting = { readonly workspaceId: string; readonly begin: () => void };

/** Messages of fewer bytes are not counted, and wait for nothing: as many as are in hand are nothing either. */
const smallBytes = 64 * 1024;

/** Messages of one workspace that may wait for room: each keeps a place of its worker, which others want. */
const maxWaiting = 4;

/** Snapshots of which it is remembered how large their last message was. */
const maxRemembered = 1_000;

/**
 * The memory of one worker for the messages that are in hand. A large message is begun while what is counted is below the
 * bounds, and so goes beyond them by its own size at most. What it takes is known beforehand of its attachments, and of
 * its text only if the last message of the same template was large, too: one that turns out to be larger than was
 * counted, when there is no room any more, is given up, and comes again as one whose size is known.
 */
export class MessageRoom {
  readonly #options: MessageRoomOptions;
  readonly #bytesOf = new Map<string, number>();
  readonly #sizes = new Map<string, number>();
  #waiting: readonly Waiting[] = [];
  #bytes = 0;

  constructor(options: MessageRoomOptions) {
    this.#options = options;
  }

  /** Bytes that are counted now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Answers the place of a message once there is room for it, or null if there is none within its time. */
  async take({ waitMs, ...held }: Asker): Promise<MessagePlace | null> {
    const bytes = counted(held.attachmentBytes + (this.#sizes.get(held.snapshotId) ?? 0));
    if (bytes === 0 || this.#hasRoom(held.workspaceId)) return this.#open(held, bytes);
    const isFull = this.#waiting.filter((one) => one.workspaceId === held.workspaceId).length >= maxWaiting;
    if (isFull) return null;
    return new Promise((resolve) => {
      const waiting = {
        workspaceId: held.workspaceId,
        begin: () => {
          clearTimeout(timer);
          resolve(this.#open(held, bytes));
        },
      };
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        resolve(null);
      }, waitMs);
      this.#waiting = [...this.#waiting, waiting];
    });
  }

  #hasRoom(workspaceId: string): boolean {
    const { maxBytes, maxWorkspaceBytes } = this.#options;
    return this.#bytes < maxBytes && (this.#bytesOf.get(workspaceId) ?? 0) < maxWorkspaceBytes;
  }

  #open({ workspaceId, snapshotId, attachmentBytes }: Held, beginBytes: number): MessagePlace {
    let bytes = 0;
    const become = (next: number) => {
      this.#count(workspaceId, next - bytes);
      bytes = next;
    };
    become(beginBytes);
    return {
      fit: (textBytes) => {
        this.#remember(snapshotId, counted(textBytes));
        const next = counted(attachmentBytes + textBytes);
        if (next > mostFor(bytes) && !this.#hasRoom(workspaceId)) return false;
        become(next);
        return true;
      },
      leave: () => become(0),
    };
  }

  #count(workspaceId: string, change: number): void {
    if (change === 0) return;
    this.#bytes += change;
    const bytes = (this.#bytesOf.get(workspaceId) ?? 0) + change;
    if (bytes === 0) this.#bytesOf.delete(workspaceId);
    else this.#bytesOf.set(workspaceId, bytes);
    if (change < 0) this.#beginWaiting();
  }

  /** Begins those that waited longest, as far as there is room. */
  #beginWaiting(): void {
    for (const waiting of this.#waiting) {
      if (!this.#hasRoom(waiting.workspaceId)) continue;
      this.#waiting = this.#waiting.filter((one) => one !== waiting);
      waiting.begin();
    }
  }

  #remember(snapshotId: string, bytes: number): void {
    this.#sizes.delete(snapshotId);
    if (bytes === 0) return;
    this.#sizes.set(snapshotId, bytes);
    const [oldest] = this.#sizes.keys();
    if (this.#sizes.size > maxRemembered && oldest !== undefined) this.#sizes.delete(oldest);
  }
}

/** What was let in may turn out to be somewhat larger than was counted. */
const mostFor = (bytes: number): number => 1.5 * bytes + smallBytes;

const counted = (bytes: number): number => (bytes <= smallBytes ? 0 : bytes);
