import type { Directory, Wanted } from './directory.ts';
import { wantedBy } from './directory.ts';
import { type ItemOutcome, keyReused, type Rejection } from './item-outcome.ts';
import type { KnownProfile, NewProfile, NewSend, StoredSend } from './model.ts';
import { keyOfRaw, type ParsedItem, parseItem } from './parse-item.ts';
import type { MissingVariables, ResolvedItem } from './resolve-item.ts';
import { type PlacedItem, type ResolvedItems, resolveItems } from './resolve-items.ts';

/** What a batch of sends is written with; `total` and `rejected` describe the request as a whole. */
export type NewBatch = {
  readonly id: string;
  readonly workspaceId: string;
  readonly total: number;
  readonly rejected: number;
};

/** A hint for the queue: this send, in this epoch, may be claimed. */
export type SendJob = {
  readonly sendId: string;
  readonly workspaceId: string;
  readonly epoch: number;
  readonly lane: 'transactional' | 'marketing';
};

export type AcceptBatchDeps = {
  readonly sends: {
    findByKeys(workspaceId: string, keys: readonly string[]): Promise<ReadonlyMap<string, StoredSend>>;
    /** Writes all rows in one statement and answers when each that was new was made; a taken key is left out. */
    insertMany(batch: NewBatch, sends: readonly NewSend[]): Promise<ReadonlyMap<string, Date>>;
    /** Makes the sweeper look after these sends at once. */
    sweepSoon(ids: readonly string[]): Promise<void>;
  };
  readonly directory: {
    lookUp(workspaceId: string, wanted: Wanted): Promise<Directory>;
    /** Makes the profiles that are still unknown and answers all of them, in the order asked. */
    ensureProfiles(workspaceId: string, profiles: readonly NewProfile[]): Promise<readonly KnownProfile[]>;
  };
  readonly queue: {
    /** Tells the queue within a time budget; false: it may have missed some. Never rejects. */
    enqueue(jobs: readonly SendJob[]): Promise<boolean>;
  };
  readonly missingVariables: MissingVariables;
  readonly newId: () => string;
};

export type AcceptBatchInput = {
  readonly workspaceId: string;
  /** True for a test key: the worker simulates the provider. */
  readonly isSimulated: boolean;
  readonly items: readonly unknown[];
  /** Known to be well-formed, but not parsed: they are merged into each raw item. */
  readonly defaults: object;
};

export type BatchOutcome = {
  /** The one batch that all accepted sends belong to, or null. */
  readonly batchId: string | null;
  readonly items: readonly ItemOutcome[];
};

/**
 * Records every acceptable item as one `Queued` row. What is answered as accepted is on disk; the queue is
 * only told afterwards, and may miss it.
 */
export async function acceptItemsBatch(
  deps: AcceptBatchDeps,
  input: AcceptBatchInput,
): Promise<BatchOutcome> {
  const { workspaceId } = input;
  const outcomes = new Map<number, ItemOutcome>();
  const refuse = (index: number, rejection: Rejection) =>
    outcomes.set(index, { ...rejection, idempotencyKey: keyOfRaw(input.items[index]) });

  const parsed: ParsedItem[] = [];
  input.items.forEach((raw, index) => {
    const result = parseItem(raw, index, input.defaults);
    if (result.kind === 'parsed') parsed.push(result);
    else refuse(index, result);
  });

  const existing = await deps.sends.findByKeys(workspaceId, [...new Set(parsed.map(keyOf))]);
  const fresh: ParsedItem[] = [];
  for (const item of parsed) {
    const send = existing.get(keyOf(item));
    if (send === undefined) fresh.push(item);
    else outcomes.set(item.index, answer(item, send, true));
  }

  if (fresh.length > 0) {
    const directory = await deps.directory.lookUp(workspaceId, wantedBy(fresh));
    const resolved = resolveItems(fresh, directory, deps);
    for (const [index, rejection] of resolved.rejected) refuse(index, rejection);
    const rejected = [...outcomes.values()].filter(({ kind }) => kind === 'rejected').length;
    const made = await insert(deps, input, { ...resolved, rejected });
    const taken = await readBackTaken(deps, workspaceId, { placed: resolved.placed, made });
    for (const item of fresh) {
      const own = made.get(keyOf(item));
      const send = own?.send ?? taken.get(keyOf(item));
      if (outcomes.has(item.index) || send === undefined) continue;
      outcomes.set(item.index, answer(item, send, own?.index !== item.index));
    }
  }
  const items = input.items.map((_, index) => outcomes.get(index) ?? unanswered(index));
  return { batchId: commonBatchId(items), items };
}

const keyOf = ({ item }: ParsedItem): string => item.idempotencyKey;

type Made = { readonly index: number; readonly send: StoredSend };

async function insert(
  deps: AcceptBatchDeps,
  input: AcceptBatchInput,
  { placed, newProfiles, rejected }: Omit<ResolvedItems, 'rejected'> & { readonly rejected: number },
): Promise<ReadonlyMap<string, Made>> {
  if (placed.length === 0) return new Map();
  const madeProfileIds = await makeProfiles(deps, input.workspaceId, newProfiles);
  const batch = { id: deps.newId(), workspaceId: input.workspaceId, total: input.items.length, rejected };
  const rows = placed.map((item) => ({
    item,
    send: toNewSend(deps, item, {
      profileId: madeProfileIds.get(item.profileId) ?? item.profileId,
      isSimulated: input.isSimulated,
    }),
  }));
  const createdAt = await deps.sends.insertMany(
    batch,
    rows.map(({ send }) => send),
  );
  const made = new Map<string, Made>();
  for (const { item, send } of rows) {
    const at = createdAt.get(send.id);
    if (at === undefined) continue;
    made.set(send.idempotencyKey, {
      index: item.parsed.index,
      send: asStored(send, { batchId: batch.id, item, at }),
    });
  }
  await tellQueue(
    deps,
    [...made.values()].map(({ send }) => ({
      sendId: send.id,
      workspaceId: input.workspaceId,
      epoch: 0,
      lane: laneOf(send.subscriptionGroupId),
    })),
  );
  return made;
}

/** What is on disk is accepted, whether the queue and the sweeper could be told or not. */
async function tellQueue(deps: AcceptBatchDeps, jobs: readonly SendJob[]): Promise<void> {
  if (await deps.queue.enqueue(jobs)) return;
  await deps.sends.sweepSoon(jobs.map(({ sendId }) => sendId)).catch(() => undefined);
}

/** Mail that its recipient can unsubscribe from waits behind mail that was asked for. */
const laneOf = (subscriptionGroupId: string | null) =>
  subscriptionGroupId === null ? ('transactional' as const) : ('marketing' as const);

/** Makes the profiles; answers by planned id the real one, which differs when someone else was first. */
async function makeProfiles(
  deps: AcceptBatchDeps,
  workspaceId: string,
  newProfiles: readonly NewProfile[],
): Promise<ReadonlyMap<string, string>> {
  if (newProfiles.length === 0) return new Map();
  const ensured = await deps.directory.ensureProfiles(workspaceId, newProfiles);
  return new Map(newProfiles.map(({ id }, at) => [id, ensured[at]?.id ?? id]));
}

function toNewSend(
  deps: AcceptBatchDeps,
  { parsed, template, sender, recipient, copies }: ResolvedItem,
  { profileId, isSimulated }: { readonly profileId: string; readonly isSimulated: boolean },
): NewSend {
  const { item } = parsed;
  const profile = sender.profile;
  return {
    id: deps.newId(),
    messageId: deps.newId(),
    lane: laneOf(item.subscriptionGroupId ?? null),
    simulated: isSimulated,
    idempotencyKey: item.idempotencyKey,
    fingerprint: parsed.fingerprint,
    templateId: template.id,
    snapshotId: template.snapshotId,
    senderProfileId: profile?.id ?? null,
    configurationSet: profile?.configurationSet ?? null,
    from: sender.from,
    replyTo: item.replyTo ?? profile?.replyTo ?? null,
    subject: item.subject ?? null,
    subscriptionGroupId: item.subscriptionGroupId ?? null,
    profileId,
    to: { email: recipient.email, name: null },
    cc: copies.cc,
    bcc: copies.bcc,
    data: item.data ?? null,
    trackClicks: item.tracking?.clicks ?? profile?.trackClicks ?? false,
    trackOpens: item.tracking?.opens ?? profile?.trackOpens ?? false,
  };
}

function asStored(
  send: NewSend,
  { batchId, item, at }: { readonly batchId: string; readonly item: ResolvedItem; readonly at: Date },
): StoredSend {
  return {
    ...send,
    batchId,
    status: 'Queued',
    delivery: null,
    renderedSubject: null,
    snapshotSubject: item.template.snapshotSubject,
    tags: [],
    scheduledAt: null,
    providerMessageId: null,
    failureMessage: null,
    createdAt: at,
    updatedAt: at,
  };
}

/** Finds the sends of those keys that someone else took between our look and our insert. */
async function readBackTaken(
  deps: AcceptBatchDeps,
  workspaceId: string,
  { placed, made }: { readonly placed: readonly PlacedItem[]; readonly made: ReadonlyMap<string, Made> },
): Promise<ReadonlyMap<string, StoredSend>> {
  const taken = placed.map(({ parsed }) => keyOf(parsed)).filter((key) => !made.has(key));
  return taken.length === 0 ? new Map() : deps.sends.findByKeys(workspaceId, taken);
}

function answer(item: ParsedItem, send: StoredSend, replayed: boolean): ItemOutcome {
  const idempotencyKey = keyOf(item);
  if (send.fingerprint === item.fingerprint) return { kind: 'accepted', idempotencyKey, replayed, send };
  return { ...keyReused(), idempotencyKey };
}

function unanswered(index: number): never {
  throw new Error(`item ${index} was neither written, found nor refused`);
}

function commonBatchId(items: readonly ItemOutcome[]): string | null {
  const ids = new Set(items.flatMap((item) => (item.kind === 'accepted' ? [item.send.batchId] : [])));
  const [only] = ids;
  return ids.size === 1 ? (only ?? null) : null;
}
