import { addressKey, type SendStatus } from '@postroom/contracts';
import type { AcceptBatchDeps } from '../accept/accept-deps.ts';
import type { Directory } from '../accept/directory.ts';
import { senderByAddress } from '../accept/resolve-sender.ts';
import { jobOf, type SendJob, type SendRef, type StoredSend } from '../send/send.ts';

/** A send as it stands after a change was asked for; `isChanged`: it met the change's condition. */
export type ChangedSend = { readonly send: StoredSend; readonly isChanged: boolean };

/** A send with what its retry depends on. */
export type FoundSend = {
  readonly send: StoredSend;
  readonly epoch: number;
  readonly failureClass: string | null;
};

/** Retries the failure that was found: in this epoch, and through this sender if it had none that is verified. */
export type RetryRequest = {
  readonly epoch: number;
  readonly sender: { readonly profileId: string; readonly configurationSet: string | null } | null;
};

/** A send after its retry was tried; `isDue`: its job may be queued now. */
export type RetriedSend = ChangedSend & { readonly epoch: number; readonly isDue: boolean };

export type RetrySendDeps = {
  readonly changes: {
    findForRetry(ref: SendRef): Promise<FoundSend | null>;
    /** `Failed -> Queued` by compare-and-set. */
    retry(ref: SendRef, request: RetryRequest): Promise<RetriedSend | null>;
  };
  readonly sends: Pick<AcceptBatchDeps['sends'], 'sweepSoon'>;
  readonly directory: Pick<AcceptBatchDeps['directory'], 'lookUp'>;
  readonly queue: AcceptBatchDeps['queue'];
};

export type RetryOutcome =
  | { readonly kind: 'missing' }
  | { readonly kind: 'retried'; readonly send: StoredSend }
  | {
      readonly kind: 'refused';
      readonly status: SendStatus;
      /**
       * `beaten`: another request retried it first. `never_accepted`: its key stands for another email. `content_removed`: there
       * is nothing left to send.
       */
      readonly reason: 'not_failed' | 'beaten' | 'sender_not_verified' | 'never_accepted' | 'content_removed';
    };

/**
 * Queues a failed send again and tells the queue, which may miss it. Of several retries of one failure one wins.
 * A send that was refused when it was accepted is sent only if what stood in its way is gone.
 */
export async function retrySend(deps: RetrySendDeps, ref: SendRef): Promise<RetryOutcome> {
  const found = await deps.changes.findForRetry(ref);
  if (found === null) return { kind: 'missing' };
  const { status } = found.send;
  if (status !== 'Failed') return { kind: 'refused', status, reason: 'not_failed' };
  if (found.failureClass === 'idempotency_key_reuse') {
    return { kind: 'refused', status, reason: 'never_accepted' };
  }
  if (found.send.contentRemovedAt !== null) return { kind: 'refused', status, reason: 'content_removed' };
  const sender = await senderOf(deps, ref, found);
  if (sender === 'not_verified') return { kind: 'refused', status, reason: 'sender_not_verified' };
  const retried = await deps.changes.retry(ref, { epoch: found.epoch, sender });
  if (retried === null) return { kind: 'missing' };
  const { send, isChanged } = retried;
  if (!isChanged) return { kind: 'refused', status: send.status, reason: 'beaten' };
  if (retried.isDue) {
    await tellQueue(deps, jobOf(send, { workspaceId: ref.workspaceId, epoch: retried.epoch }));
  }
  return { kind: 'retried', send };
}

/** The sender that accepting the email now would find; null: the one that it was accepted with. */
async function senderOf(
  { directory }: RetrySendDeps,
  { workspaceId }: SendRef,
  { send, failureClass }: FoundSend,
): Promise<RetryRequest['sender'] | 'not_verified'> {
  if (failureClass !== 'sender_not_verified') return null;
  const known: Directory = await directory.lookUp(workspaceId, {
    templateIds: [],
    senderIds: [],
    fromKeys: [addressKey(send.from.email)],
    groupIds: [],
    profileIds: [],
    externalIds: [],
    emailKeys: [],
  });
  const sender = senderByAddress(send.from, known);
  if (sender.kind === 'rejected') return 'not_verified';
  if (sender.profile === null) return null;
  return { profileId: sender.profile.id, configurationSet: sender.profile.configurationSet };
}

/** What is on disk is retried, whether the queue and the sweeper could be told or not. */
async function tellQueue({ queue, sends }: RetrySendDeps, job: SendJob): Promise<void> {
  if (await queue.enqueue([job])) return;
  await sends.sweepSoon([job.sendId]).catch(() => undefined);
}
