import type { Address, MessageHeader, SendLane } from '@postroom/contracts';
import type { ProviderError } from '../send/provider-outcome.ts';
import type { AttachmentRef, Dialect } from '../send/send.ts';

/** A worker's wish to take one send: valid only while the row is `Queued`, due, and in this epoch. */
export type ClaimRequest = {
  readonly sendId: string;
  readonly epoch: number;
  /** Made anew for each claim; whoever records has to hold it. */
  readonly leaseToken: string;
};

/** What stood in the way of sending at the moment of the claim. */
export type Consent = {
  /** The primary recipient's address is suppressed in the workspace: the send goes to the others, if it is for them. */
  readonly isSuppressed: boolean;
  /** The send has a subscription group, and the recipient does not receive it. */
  readonly isUnsubscribed: boolean;
  /** They are unsubscribed because they have not confirmed yet. */
  readonly isPending?: boolean | undefined;
  /** Compared addresses of further recipients that are suppressed, or said that they leave the send's group: dropped. */
  readonly refusedCopies: readonly string[];
  /** Those of them that are suppressed. */
  readonly suppressedCopies?: readonly string[] | undefined;
};

/** A copy that was not sent, by its place (`to`, `to[1]`, `cc[0]`, or `bcc`), and why. */
export type DroppedCopy = {
  readonly recipient: string;
  readonly reason: 'suppressed' | 'unsubscribed';
};

/** A send in the hands of one worker, until its lease ends. */
export type ClaimedSend = {
  readonly id: string;
  readonly workspaceId: string;
  readonly leaseToken: string;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
  /** Attempts before this one that count against the maximum. */
  readonly attemptsSpent: number;
  /** What those came to, as codes of errors, where they did: how often the same was answered can be told from them. */
  readonly earlierErrors: readonly string[];
  /** Its call may have begun, as far as others know: the claim said so, because it does not have to wait for its permit. */
  readonly isBegun: boolean;
  readonly dialect: Dialect;
  readonly lane: SendLane;
  readonly simulated: boolean;
  readonly snapshotId: string;
  readonly senderProfileId: string | null;
  readonly configurationSet: string | null;
  readonly messageId: string;
  readonly from: Address;
  readonly replyTo: Address | null;
  readonly to: Address;
  readonly toOthers: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly subject: string | null;
  readonly data: Readonly<Record<string, unknown>>;
  readonly headers: readonly MessageHeader[];
  /** Their bytes are fetched when the message is built. */
  readonly attachments: readonly AttachmentRef[];
  readonly profile: Readonly<Record<string, unknown>> | null;
  readonly subscriptionGroupId: string | null;
  /** The group that it asks its recipient to confirm. */
  readonly confirmsGroupId: string | null;
  /** Signs the links in the workspace's mail; null where the send has none. Never logged. */
  readonly linkSecret: Uint8Array | null;
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
  readonly trackText: boolean;
  readonly trackingHost: string | null;
  readonly consent: Consent;
  /** It waited, and meanwhile its sender ceased to be verified and another workspace took the domain, or a sender at it. */
  readonly isSenderHeldElsewhere: boolean;
  /**
   * An earlier attempt that turned out to be accepted after all: the provider reported of it after the send was queued again.
   * Such a send is recorded, not repeated. Without its id, if what was reported has been removed since.
   */
  readonly acceptedEarlier: { readonly providerMessageId: string | null } | null;
  /** When it was accepted, or the time that it was scheduled for. */
  readonly waitingSince: Date;
};

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly send: ClaimedSend }
  /** It is finished, or belongs to a newer job: there is nothing to do. */
  | { readonly kind: 'gone' }
  /** Someone else has it, or it is in doubt: what becomes of it is known later. */
  | { readonly kind: 'busy'; readonly waitMs: number }
  /** It has ended `Failed`, for this reason, and the job that tried it did not. */
  | { readonly kind: 'failed'; readonly failureClass: string }
  /** Its configuration set or its sender profile is on hold: the row was left as it is. */
  | {
      readonly kind: 'held';
      readonly scope: string;
      readonly workspaceId: string;
      readonly waitMs: number;
    }
  /** Marketing mail of its workspace, its sender or its domain is paused: the row was left as it is. */
  | { readonly kind: 'paused'; readonly workspaceId: string; readonly waitMs: number }
  /** Not due yet, or its row is locked just now: look again after this many milliseconds. */
  | { readonly kind: 'not_yet'; readonly waitMs: number };

/** What a worker learned about a claimed send; written only while the lease is its own. */
export type AttemptRecord = {
  readonly sendId: string;
  readonly leaseToken: string;
  readonly attempt: number;
  /** SES was not asked: the send is a test key's. */
  readonly isSimulated?: boolean;
  /** Copies that the message was given to the provider without. */
  readonly dropped?: readonly DroppedCopy[] | undefined;
  readonly result:
    | { readonly kind: 'sent'; readonly providerMessageId: string | null; readonly subject: string | null }
    | { readonly kind: 'in_doubt'; readonly error: ProviderError }
    | {
        readonly kind: 'retry';
        readonly delayMs: number;
        readonly isSpent: boolean;
        readonly error: ProviderError;
      }
    | {
        readonly kind: 'failed';
        readonly failureClass: string;
        readonly message: string;
        readonly error: ProviderError | null;
      }
    /** `isSuppressed`: the workspace's own list kept it back, and no unsubscription did. */
    | { readonly kind: 'skipped'; readonly message: string; readonly isSuppressed: boolean }
    /** Handed back untouched: the worker is stopping, was too late to call, or got no permit or no place to render. */
    | { readonly kind: 'returned'; readonly delayMs: number };
};

/** Whether the record was written; false: the lease had ended, and someone else decides. */
export type RecordResult = { readonly isRecorded: boolean };
