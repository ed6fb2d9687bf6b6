import { unsubscribeUrlOf } from '../links/unsubscribe-link.ts';
import { buildMessage, type MessageParts, renderContext } from './build-message.ts';
import type { AttemptRecord, ClaimedSend, ClaimRequest, ClaimResult, RecordResult } from './claim.ts';
import { type Decision, decide, type Hold, heldRetryMs, recordOnly } from './decide.ts';
import type { OutgoingAttachment, OutgoingMessage, ProviderOutcome } from './provider-outcome.ts';
import type { RenderedContent, Renderer, SnapshotContent } from './renderer.ts';
import { simulateProvider } from './simulate.ts';

/** How a job ends. */
export type JobVerdict =
  | { readonly kind: 'done' }
  /** The send ended `Failed`; the class names why, without addresses. */
  | { readonly kind: 'failed'; readonly failureClass: string }
  | { readonly kind: 'later'; readonly waitMs: number };

/** The answer to a wish to send now; `waitMs`: look again after so long. */
export type Share = { readonly kind: 'granted' } | { readonly kind: 'refused'; readonly waitMs: number };

/** What of a send decides which holds reach it. */
export type HeldBy = Pick<ClaimedSend, 'id' | 'configurationSet' | 'senderProfileId'>;

export type DeliverDeps = {
  readonly claim: (request: ClaimRequest) => Promise<ClaimResult>;
  readonly record: (record: AttemptRecord) => Promise<RecordResult>;
  /** Keeps what SES said although the lease had ended, so that the settling can use it. */
  readonly recordEvidence: (send: ClaimedSend, providerMessageId: string) => Promise<void>;
  /** Reports of a simulated send what SES would report of a real one. */
  readonly reportSimulated: (send: ClaimedSend) => Promise<void>;
  readonly flagSender: (senderProfileId: string, reason: string) => Promise<void>;
  readonly snapshot: (id: string) => Promise<SnapshotContent>;
  readonly renderer: Renderer;
  /** Where links in mail lead to, without a slash at its end. */
  readonly publicUrl: string;
  /** The bytes of the send's attachments, in their order. */
  readonly attachments: (send: ClaimedSend) => Promise<readonly OutgoingAttachment[]>;
  readonly provider: { send(message: OutgoingMessage): Promise<ProviderOutcome> };
  readonly pacer: {
    /** Waits for the share of so many recipients, unless the process is stopping or the wait is too long. */
    acquire(recipients: number, signal: AbortSignal): Promise<Share>;
    slowDown(): Promise<void>;
  };
  readonly holds: {
    /** Whether a hold that reaches this send was placed since it was claimed. */
    isHeld(send: HeldBy): boolean;
    /** Why this send need not wait any longer for a hold that does not end: it fails. Null: it may go on. */
    givenUp(send: HeldBy): { readonly failureClass: string; readonly message: string } | null;
    place(hold: Hold): Promise<void>;
  };
  readonly newLeaseToken: () => string;
  readonly random: () => number;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
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

/** Margin between the end of a call and the end of its lease, in milliseconds. */
const leaseMarginMs = 250;

/**
 * Takes one send from its claim to its record: claims it, checks consent, renders, waits for its share of
 * the rate, calls the provider once and records what came of it. Whatever this process does not live to
 * record, the sweeper settles.
 */
export async function deliverSend(
  deps: DeliverDeps,
  job: { readonly sendId: string; readonly epoch: number },
  signal: AbortSignal,
): Promise<JobVerdict> {
  const claimedAt = deps.monotonicMs();
  const claim = await deps.claim({ ...job, leaseToken: deps.newLeaseToken() });
  if (claim.kind === 'gone') return { kind: 'done' };
  if (claim.kind === 'not_yet' || claim.kind === 'held') return { kind: 'later', waitMs: claim.waitMs };
  deps.crashPoint('after_claim');
  const { send } = claim;
  const decision = await attempt(deps, send, { signal, callBefore: claimedAt + latestCallMs(deps) });
  return settle(deps, send, decision);
}

const latestCallMs = ({ limits }: DeliverDeps) => limits.leaseMs - limits.requestTimeoutMs - leaseMarginMs;

function refusedByConsent({ consent }: ClaimedSend): string | null {
  if (consent.isSuppressed) return 'The recipient is on the suppression list of this workspace.';
  if (consent.isUnsubscribed) return 'The recipient does not receive this subscription group.';
  return null;
}

type Window = { readonly signal: AbortSignal; readonly callBefore: number };

async function attempt(deps: DeliverDeps, send: ClaimedSend, window: Window): Promise<Decision> {
  if (send.acceptedEarlierAs !== null) {
    return recordOnly({ kind: 'sent', providerMessageId: send.acceptedEarlierAs, subject: null });
  }
  const refusal = refusedByConsent(send);
  if (refusal !== null) return recordOnly({ kind: 'skipped', message: refusal });
  const givenUp = send.simulated ? null : deps.holds.givenUp(send);
  if (givenUp !== null) return recordOnly({ kind: 'failed', ...givenUp, error: null });
  const unsubscribeUrl = unsubscribeUrlOf(send, deps.publicUrl);
  const content = await render(deps, send, unsubscribeUrl);
  if (typeof content === 'string') {
    return recordOnly({ kind: 'failed', failureClass: 'rendering', message: content, error: null });
  }
  const attachments = send.attachments.length === 0 ? [] : await deps.attachments(send);
  return call(deps, { send, content, attachments, unsubscribeUrl }, window);
}

/** A snapshot whose subject is not wanted, under an id of its own, since renderers remember by id. */
const withoutSubject = (snapshot: SnapshotContent): SnapshotContent => ({
  ...snapshot,
  id: `${snapshot.id}/body`,
  subject: '-',
});

/** The rendered content, or why it cannot be rendered. */
async function render(
  deps: DeliverDeps,
  send: ClaimedSend,
  unsubscribeUrl: string | null,
): Promise<RenderedContent | string> {
  const snapshot = await deps.snapshot(send.snapshotId);
  const wanted = send.subject === null ? snapshot : withoutSubject(snapshot);
  const outcome = await deps.renderer.render(wanted, renderContext(send, unsubscribeUrl));
  if (outcome.kind === 'failed') return `The template could not be rendered: ${outcome.reason}`;
  return send.subject === null ? outcome.content : { ...outcome.content, subject: send.subject };
}

async function call(
  deps: DeliverDeps,
  { send, ...parts }: MessageParts & { readonly send: ClaimedSend },
  { signal, callBefore }: Window,
): Promise<Decision> {
  const message = buildMessage(send, parts);
  const context = {
    send,
    maxAttempts: deps.limits.maxAttempts,
    holdMs: deps.limits.holdMs,
    renderedSubject: send.subject === null ? parts.content.subject : null,
    random: deps.random(),
  };
  if (send.simulated) return decide(simulateProvider(message), context);
  if (deps.holds.isHeld(send)) return recordOnly(heldBack);
  const recipients = message.to.length + message.cc.length + message.bcc.length;
  const share = await deps.pacer.acquire(recipients, signal);
  if (share.kind === 'refused') return recordOnly({ kind: 'returned', delayMs: share.waitMs });
  if (deps.holds.isHeld(send)) return recordOnly(heldBack);
  if (deps.monotonicMs() > callBefore) return recordOnly({ kind: 'returned', delayMs: 0 });
  deps.crashPoint('before_call');
  const outcome = await deps.provider.send(message);
  if (outcome.kind === 'accepted') deps.crashPoint('after_accept');
  return decide(outcome, context);
}

const heldBack: AttemptRecord['result'] = {
  kind: 'retry',
  delayMs: heldRetryMs,
  isSpent: false,
  error: { code: 'Held', message: 'sending is on hold', httpStatus: null },
};

async function settle(deps: DeliverDeps, send: ClaimedSend, decision: Decision): Promise<JobVerdict> {
  const { result } = decision;
  if (decision.isThrottled) await deps.pacer.slowDown();
  if (decision.hold !== null) await deps.holds.place(decision.hold);
  deps.crashPoint('before_record');
  const { isRecorded } = await deps.record({
    sendId: send.id,
    leaseToken: send.leaseToken,
    attempt: send.attempt,
    result,
  });
  deps.crashPoint('after_record');
  if (!isRecorded && result.kind === 'sent') await deps.recordEvidence(send, result.providerMessageId);
  if (!isRecorded) return { kind: 'done' };
  if (decision.isSenderRefused && send.senderProfileId !== null && result.kind === 'failed') {
    await deps.flagSender(send.senderProfileId, result.message);
  }
  if (send.simulated && result.kind === 'sent') await deps.reportSimulated(send);
  return verdictOf(result);
}

function verdictOf(result: AttemptRecord['result']): JobVerdict {
  if (result.kind === 'failed') return { kind: 'failed', failureClass: result.failureClass };
  if (result.kind === 'retry' || result.kind === 'returned') return { kind: 'later', waitMs: result.delayMs };
  return { kind: 'done' };
}
