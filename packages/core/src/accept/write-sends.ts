import { jobOf, type ModeOwner, type NewSend, type SendOwner, type StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps, AttachmentBytes, LiteralBody, NewBatch } from './accept-deps.ts';
import type { NewProfile } from './directory.ts';
import { isMarketing, newSend } from './new-send.ts';
import type { PlannedSend } from './planned-send.ts';

/** What became of planned sends, by their places in the request. */
export type WrittenSends = {
  readonly made: ReadonlyMap<number, StoredSend>;
  /** The sends that have the keys of those that were not made: someone else was first, between our look and our insert. */
  readonly taken: ReadonlyMap<number, StoredSend>;
};

type WhatToWrite = {
  readonly planned: readonly PlannedSend[];
  readonly newProfiles: readonly NewProfile[];
};

/**
 * Writes a batch's sends, and before them what they need, and tells the queue of those that may go at once. What is
 * answered as made is on disk, whatever the queue missed.
 */
export async function writeSends(
  deps: AcceptBatchDeps,
  batch: NewBatch,
  { planned, newProfiles }: WhatToWrite,
): Promise<WrittenSends> {
  const made = new Map<number, StoredSend>();
  if (planned.length === 0) return { made, taken: made };
  const rows = await makeRows(deps, batch, { planned, newProfiles });
  const createdAt = await deps.sends.insertMany([{ batch, sends: [...rows.values()] }]);
  for (const [of, send] of rows) {
    const at = createdAt.get(send.id);
    if (at !== undefined) made.set(of.asked.index, asStored(send, { of, batchId: batch.id, at }));
  }
  await tellQueue(deps, batch.workspaceId, [...made.values()]);
  return {
    made,
    taken: await findTaken(
      deps,
      batch,
      planned.filter(({ asked }) => !made.has(asked.index)),
    ),
  };
}

/** Makes what the rows refer to, all at once, and then the rows. */
async function makeRows(
  deps: AcceptBatchDeps,
  { workspaceId, isSimulated, confirmation }: NewBatch,
  { planned, newProfiles }: WhatToWrite,
): Promise<ReadonlyMap<PlannedSend, NewSend>> {
  const [profileIds, snapshotIds, marketingGroupId] = await Promise.all([
    makeProfiles(deps, { workspaceId, isSimulated }, newProfiles),
    keepBodies(deps, workspaceId, planned),
    planned.some(isMarketing) ? marketingGroup(deps, { workspaceId, isSimulated }) : null,
    keepAttachments(deps, workspaceId, planned),
  ]);
  const common = { now: deps.now(), newId: deps.newId, confirmsGroupId: confirmation?.groupId ?? null };
  return new Map(
    planned.map((send) => {
      const { asked, template, recipientId } = send;
      const snapshotId = template?.snapshotId ?? snapshotIds.get(send);
      if (snapshotId === undefined) throw new Error('a body that was just kept is not there');
      const profileId = recipientId === null ? null : (profileIds.get(recipientId) ?? recipientId);
      const subscriptionGroupId = isMarketing(send) ? marketingGroupId : asked.subscriptionGroupId;
      return [send, newSend(send, { ...common, snapshotId, profileId, subscriptionGroupId })];
    }),
  );
}

/** Of a test key's mail nothing that live mail depends on is made: it goes without a group if there is none. */
const marketingGroup = ({ directory }: AcceptBatchDeps, { workspaceId, isSimulated }: SendOwner) =>
  isSimulated ? directory.findMarketingGroup(workspaceId) : directory.ensureMarketingGroup(workspaceId);

/** Makes the profiles; answers by planned id the real one, which differs when someone else was first. */
async function makeProfiles(
  deps: AcceptBatchDeps,
  owner: ModeOwner,
  newProfiles: readonly NewProfile[],
): Promise<ReadonlyMap<string, string>> {
  if (newProfiles.length === 0) return new Map();
  const ensured = await deps.directory.ensureProfiles(owner, newProfiles);
  return new Map(newProfiles.map(({ id }, at) => [id, ensured[at]?.id ?? id]));
}

/** Keeps the bodies of those that have one of their own; answers the ids of their snapshots. */
async function keepBodies(
  deps: AcceptBatchDeps,
  workspaceId: string,
  planned: readonly PlannedSend[],
): Promise<ReadonlyMap<PlannedSend, string>> {
  const sends: PlannedSend[] = [];
  const bodies: LiteralBody[] = [];
  for (const send of planned) {
    if (send.asked.dialect !== 'emails') continue;
    sends.push(send);
    bodies.push({ html: send.asked.html, text: send.asked.text });
  }
  if (bodies.length === 0) return new Map();
  const ids = await deps.contents.ensureLiterals(workspaceId, bodies);
  return new Map(sends.flatMap((send, at) => (ids[at] === undefined ? [] : [[send, ids[at]]])));
}

async function keepAttachments(
  deps: AcceptBatchDeps,
  workspaceId: string,
  planned: readonly PlannedSend[],
): Promise<void> {
  const byHash = new Map<string, AttachmentBytes>();
  for (const { asked } of planned) {
    for (const { ref, content } of asked.attachments) byHash.set(ref.hash, { hash: ref.hash, content });
  }
  if (byHash.size > 0) await deps.contents.ensureAttachments(workspaceId, [...byHash.values()]);
}

type Insertion = { readonly of: PlannedSend; readonly batchId: string; readonly at: Date };

const asStored = (send: NewSend, { of, batchId, at }: Insertion): StoredSend => ({
  ...send,
  batchId,
  delivery: null,
  renderedSubject: null,
  snapshotSubject: of.template?.snapshotSubject ?? '',
  providerMessageId: null,
  failureMessage: send.failure?.message ?? null,
  createdAt: at,
  updatedAt: at,
  contentRemovedAt: null,
});

/** Finds the sends of those keys that someone else took. */
async function findTaken(
  deps: AcceptBatchDeps,
  owner: SendOwner,
  others: readonly PlannedSend[],
): Promise<ReadonlyMap<number, StoredSend>> {
  const keys = [...new Set(others.flatMap(({ key }) => key ?? []))];
  if (keys.length === 0) return new Map();
  const known = await deps.sends.findByKeys(owner, keys);
  const taken = new Map<number, StoredSend>();
  for (const { key, asked } of others) {
    const send = known.get(key ?? '');
    if (send !== undefined) taken.set(asked.index, send);
  }
  return taken;
}

/** What is on disk is accepted, whether the queue and the sweeper could be told or not. */
async function tellQueue(
  deps: AcceptBatchDeps,
  workspaceId: string,
  sends: readonly StoredSend[],
): Promise<void> {
  const jobs = sends
    .filter(({ status }) => status === 'Queued')
    .map((send) => jobOf(send, { workspaceId, epoch: 0 }));
  if (jobs.length === 0 || (await deps.queue.enqueue(jobs))) return;
  await deps.sends.sweepSoon(jobs.map(({ sendId }) => sendId)).catch(() => undefined);
}
