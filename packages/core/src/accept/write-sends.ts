import type { NewSend, StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps, AttachmentBytes, NewBatch } from './accept-deps.ts';
import type { PreparedAttachment } from './prepare-attachments.ts';

/** A send that is about to be written, with what is not in its row. */
export type SendDraft = {
  readonly send: Omit<NewSend, 'attachments'>;
  readonly attachments: readonly PreparedAttachment[];
  /** The subject of its snapshot, as it was frozen. */
  readonly snapshotSubject: string;
};

/**
 * Writes a batch's sends and tells the queue of those that may go at once. Answers by id those that were
 * made; one whose key is taken is left out. What is answered here is on disk, whatever the queue missed.
 */
export async function writeSends(
  deps: AcceptBatchDeps,
  batch: NewBatch,
  drafts: readonly SendDraft[],
): Promise<ReadonlyMap<string, StoredSend>> {
  if (drafts.length === 0) return new Map();
  await keepAttachments(deps, batch.workspaceId, drafts);
  const createdAt = await deps.sends.insertMany(
    batch,
    drafts.map(({ send, attachments }) => ({ ...send, attachments: attachments.map(({ ref }) => ref) })),
  );
  const made = new Map<string, StoredSend>();
  for (const draft of drafts) {
    const at = createdAt.get(draft.send.id);
    if (at !== undefined) made.set(draft.send.id, asStored(draft, batch.id, at));
  }
  await tellQueue(deps, batch.workspaceId, [...made.values()]);
  return made;
}

async function keepAttachments(
  deps: AcceptBatchDeps,
  workspaceId: string,
  drafts: readonly SendDraft[],
): Promise<void> {
  const byHash = new Map<string, AttachmentBytes>();
  for (const { attachments } of drafts) {
    for (const { ref, content } of attachments) byHash.set(ref.hash, { hash: ref.hash, content });
  }
  if (byHash.size > 0) await deps.contents.ensureAttachments(workspaceId, [...byHash.values()]);
}

function asStored({ send, snapshotSubject }: SendDraft, batchId: string, at: Date): StoredSend {
  return {
    ...send,
    batchId,
    delivery: null,
    renderedSubject: null,
    snapshotSubject,
    providerMessageId: null,
    failureMessage: send.failure?.message ?? null,
    createdAt: at,
    updatedAt: at,
  };
}

/** What is on disk is accepted, whether the queue and the sweeper could be told or not. */
async function tellQueue(
  deps: AcceptBatchDeps,
  workspaceId: string,
  sends: readonly StoredSend[],
): Promise<void> {
  const jobs = sends
    .filter(({ status }) => status === 'Queued')
    .map(({ id, lane }) => ({ sendId: id, workspaceId, epoch: 0, lane }));
  if (jobs.length === 0 || (await deps.queue.enqueue(jobs))) return;
  await deps.sends.sweepSoon(jobs.map(({ sendId }) => sendId)).catch(() => undefined);
}
