import { addressKey, type SendStatus } from '@postroom/contracts';
import type { AcceptBatchDeps } from '../accept/accept-deps.ts';
import type { Directory } from '../accept/directory.ts';
import { senderByAddress } from '../accept/resolve-sender.ts';
import { jobOf, type SendJob, type SendOwner, type SendRef, type StoredSend } from '../send/send.ts';

/** A send as it stands after a change was asked for; `isChanged`: it met the change's condition. */
export type ChangedSend = { readonly send: StoredSend; readonly isChanged: boolean };

/** What the retry of a send depends on. */
export type FoundSend = Pick<StoredSend, 'contentRemovedAt' | 'from' | 'id' | 'status'> & {
  readonly epoch: number;
  readonly failureClass: string | null;
  readonly senderProfileId: string | null;
  /** Whether its recipient was erased. */
  readonly isErased: boolean;
};

/** Retries the failure that was found: in this epoch, and through this sender if the one that it had is not verified. */
export type RetryRequest = {
  readonly epoch: number;
  readonly sender: { readonly profileId: string; readonly configurationSet: string | null } | null;
};

/** A send after its retry was tried; `isDue`: its job may be queued now. */
export type RetriedSend = ChangedSend & { readonly epoch: number; readonly isDue: boolean };

export type PlanRetriesDeps = { readonly directory: Pick<AcceptBatchDeps['directory'], 'lookUp'> };

export type RetrySendDeps = PlanRetriesDeps & {
  readonly changes: {
    /** Those of the sends that there are, whatever their status. */
    findForRetry(owner: SendOwner, ids: readonly string[]): Promise<readonly FoundSend[]>;
    /** `Failed -> Queued` by compare-and-set. */
    retry(ref: SendRef, request: RetryRequest): Promise<RetriedSend | null>;
  };
  readonly sends: Pick<AcceptBatchDeps['sends'], 'sweepSoon'>;
  readonly queue: AcceptBatchDeps['queue'];
};

/** Why a retry is not tried at all; `recipient_erased`, `content_removed`: there is nobody, or nothing, left to send. */
type RetryRefusal =
  | 'not_failed'
  | 'sender_not_verified'
  | 'never_accepted'
  | 'recipient_erased'
  | 'content_removed';

/** What the retry of one send is to be, or why there is to be none. */
export type PlannedRetry =
  | { readonly kind: 'retry'; readonly request: RetryRequest }
  | { readonly kind: 'refused'; readonly reason: RetryRefusal };

export type RetryOutcome =
  | { readonly kind: 'missing' }
  | { readonly kind: 'retried'; readonly send: StoredSend }
  | {
      readonly kind: 'refused';
      readonly status: SendStatus;
      /** `beaten`: another request retried it first. `never_accepted`: it was refused when it came in. */
      readonly reason: RetryRefusal | 'beaten';
    };

/**
 * Queues a failed send again and tells the queue, which may miss it. Of several retries of one failure one wins.
 * Its sender has to be verified as it would for a new send: the domain may have become another workspace's since.
 */
export async function retrySend(deps: RetrySendDeps, ref: SendRef): Promise<RetryOutcome> {
  const [found] = await deps.changes.findForRetry(ref, [ref.id]);
  if (found === undefined) return { kind: 'missing' };
  const [planned] = await planRetries(deps, ref, [found]);
  if (planned?.kind !== 'retry') {
    return { kind: 'refused', status: found.status, reason: planned?.reason ?? 'not_failed' };
  }
  const retried = await deps.changes.retry(ref, planned.request);
  if (retried === null) return { kind: 'missing' };
  const { send, isChanged } = retried;
  if (!isChanged) return { kind: 'refused', status: send.status, reason: 'beaten' };
  if (retried.isDue) {
    await tellQueue(deps, jobOf(send, { workspaceId: ref.workspaceId, epoch: retried.epoch }));
  }
  return { kind: 'retried', send };
}

/** Decides about each of the sends, in their order; the directory is asked once. */
export async function planRetries(
  { directory }: PlanRetriesDeps,
  owner: SendOwner,
  found: readonly FoundSend[],
): Promise<readonly PlannedRetry[]> {
  const failed = found.filter(({ status }) => status === 'Failed');
  const known = failed.length === 0 ? null : await sendersOf(directory, owner, failed);
  return found.map((send): PlannedRetry => {
    if (send.status !== 'Failed' || known === null) return { kind: 'refused', reason: 'not_failed' };
    if (neverAccepted.has(send.failureClass)) return { kind: 'refused', reason: 'never_accepted' };
    if (send.isErased) return { kind: 'refused', reason: 'recipient_erased' };
    if (send.contentRemovedAt !== null) return { kind: 'refused', reason: 'content_removed' };
    const sender = senderOf(send, known);
    if (sender === 'not_verified') return { kind: 'refused', reason: 'sender_not_verified' };
    return { kind: 'retry', request: { epoch: send.epoch, sender } };
  });
}

/** Refused when they came in, for what no time mends: its key stands for another email, or its caller may not send it. */
const neverAccepted: ReadonlySet<string | null> = new Set(['idempotency_key_reuse', 'sender_not_allowed']);

const fromKeyOf = ({ from }: FoundSend): string => addressKey(from.email);

const sendersOf = (
  directory: PlanRetriesDeps['directory'],
  owner: SendOwner,
  sends: readonly FoundSend[],
): Promise<Directory> =>
  directory.lookUp(owner, {
    templateIds: [],
    senderIds: [...new Set(sends.flatMap(({ senderProfileId }) => senderProfileId ?? []))],
    fromKeys: [...new Set(sends.map(fromKeyOf))],
    groupIds: [],
    profileIds: [],
    externalIds: [],
    emailKeys: [],
    newcomerKeys: [],
  });

/** The sender that accepting the email now would find; null: the one that it was accepted with. */
function senderOf(send: FoundSend, known: Directory): RetryRequest['sender'] | 'not_verified' {
  const own = send.senderProfileId === null ? undefined : known.sendersById.get(send.senderProfileId);
  if (own?.isVerified && own.fromKey === fromKeyOf(send)) return null;
  const sender = senderByAddress(send.from, known);
  if (sender.kind === 'rejected') return 'not_verified';
  if (sender.profile === null) return null;
  const { id: profileId, configurationSet } = sender.profile;
  return { profileId, configurationSet };
}

/** What is on disk is retried, whether the queue and the sweeper could be told or not. */
async function tellQueue({ queue, sends }: RetrySendDeps, job: SendJob): Promise<void> {
  if (await queue.enqueue([job])) return;
  await sends.sweepSoon([job.sendId]).catch(() => undefined);
}
