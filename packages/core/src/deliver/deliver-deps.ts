import type { SendLane } from '@postroom/contracts';
import type { RewriteLinks } from '../links/link-tracking.ts';
import type { OutgoingAttachment, OutgoingMessage, ProviderOutcome } from '../send/provider-outcome.ts';
import type { Renderer, SnapshotContent } from '../send/renderer.ts';
import type { AttemptRecord, ClaimedSend, ClaimRequest, ClaimResult, RecordResult } from './claim.ts';
import type { Hold } from './decide.ts';

/** A wish to send now. */
export type PermitWish = {
  readonly recipients: number;
  readonly lane: SendLane;
  /** The process is stopping. */
  readonly signal: AbortSignal;
  /** Permits of this call that lapsed before its first byte. */
  readonly lapsed: number;
  /** Called once it is known when the permit will be granted, and again if that is missed. */
  readonly onGiven: () => void;
};

/**
 * The answer to a wish to send now. `untilMs`: the moment of the clock that never goes back at which the permit lapses;
 * `giveBack`: nothing was sent with it, and others may have it. `waitMs`: look again after so long.
 */
export type Permit =
  | { readonly kind: 'granted'; readonly untilMs: number; readonly giveBack: () => void }
  | { readonly kind: 'refused'; readonly waitMs: number };

/** What the provider asks right before it would write the first byte of a message. */
export type Admission = {
  readonly isOpen: () => boolean;
  /** Waits until it is open again; false: nothing is to be written any more. */
  readonly reopen: () => Promise<boolean>;
};

/** What of a send decides which holds reach it. */
export type HeldBy = Pick<ClaimedSend, 'id' | 'configurationSet' | 'senderProfileId'>;

/** What a message takes of the memory for those in hand. */
export type MessagePlace = {
  /** Counts its text, in bytes, beside its attachments; false: there is no room for it, and it is to be given up. */
  fit(textBytes: number): boolean;
  leave(): void;
};

/** What the delivery of a send stands on. */
export type DeliverDeps = {
  readonly claim: (request: ClaimRequest) => Promise<ClaimResult>;
  /**
   * Writes down that the call of a claimed send may have begun: from now on it is in doubt if this process dies. False: its
   * lease has ended meanwhile, and it is in other hands.
   */
  readonly begin: (send: ClaimedSend) => Promise<boolean>;
  readonly record: (record: AttemptRecord) => Promise<RecordResult>;
  /** Keeps what SES said although the lease had ended, so that the settling can use it; once, however often it is called. */
  readonly recordEvidence: (send: ClaimedSend, providerMessageId: string) => Promise<void>;
  /** Reports of a simulated send what SES would report of a real one. */
  readonly reportSimulated: (send: ClaimedSend) => Promise<void>;
  readonly flagSender: (senderProfileId: string, reason: string) => Promise<void>;
  readonly snapshot: (id: string) => Promise<SnapshotContent>;
  readonly renderer: Renderer;
  /** Puts tracked links in the place of a message's own. */
  readonly rewriteLinks: RewriteLinks;
  /** The memory for messages in hand. */
  readonly room: {
    /** Waits for room, `waitMs` at most; null: there is none, and the send is to come again. */
    take(message: {
      readonly workspaceId: string;
      readonly snapshotId: string;
      readonly attachmentBytes: number;
      readonly waitMs: number;
    }): Promise<MessagePlace | null>;
  };
  /** When sends that could not be made now have their turn. */
  readonly returns: {
    /** An attempt of this workspace that had its place is over. */
    ended(workspaceId: string): void;
    /**
     * In how many milliseconds the next one that found no place, for its rendering or in memory, should come again; each
     * call gives another time.
     */
    nextMs(workspaceId: string): number;
    /** The same for the next one that met a hold, which may be over in `waitMs` milliseconds. */
    heldMs(scope: string, waitMs: number): number;
  };
  /** Where links in mail lead to, without a slash at its end. */
  readonly publicUrl: string;
  /** Mail goes to the world, and not into the inbox of a local SES. */
  readonly isReal: boolean;
  /** The bytes of the send's attachments, in the order of their references. */
  readonly attachments: (send: ClaimedSend) => Promise<readonly OutgoingAttachment[]>;
  readonly provider: {
    /** Calls the provider once, or not at all when it is not admitted; which of both, the outcome does not tell. */
    send(message: OutgoingMessage, admission: Admission): Promise<ProviderOutcome>;
  };
  readonly pacer: {
    /** Waits for a permit, unless the process is stopping or the wait is too long. */
    acquire(wish: PermitWish): Promise<Permit>;
    slowDown(): Promise<void>;
  };
  readonly holds: {
    /** Whether a hold that reaches this send was placed since it was claimed. */
    isHeld(send: HeldBy): boolean;
    /** Why this send need not wait any longer for a hold that does not end: it fails. Null: it may go on. */
    givenUp(send: HeldBy): { readonly failureClass: string; readonly message: string } | null;
    /** `code`: what the provider calls the answer that the hold is placed for. */
    place(hold: Hold, code: string | null): Promise<void>;
  };
  readonly newLeaseToken: () => string;
  readonly random: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
  readonly pause: (ms: number) => Promise<void>;
  /** Hears of failures of our own that the delivery of a send goes on after. */
  readonly onTrouble: (error: unknown, send: Pick<ClaimedSend, 'id' | 'workspaceId'>) => void;
  /** Named moments at which a test may end the process. */
  readonly crashPoint: (name: CrashPoint) => void;
  readonly limits: {
    readonly maxAttempts: number;
    readonly leaseMs: number;
    readonly requestTimeoutMs: number;
    readonly holdMs: number;
  };
};

export const crashPoints = [
  'after_claim',
  'before_call',
  'after_accept',
  'before_record',
  'after_record',
] as const;
export type CrashPoint = (typeof crashPoints)[number];
