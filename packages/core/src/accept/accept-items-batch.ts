import type { ValidationIssue } from '@postroom/contracts';
import { createPace } from '../pace.ts';
import type { NewSend, SendOwner, StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import { wantedBy } from './directory.ts';
import { type ItemOutcome, keyReused, type Rejection } from './item-outcome.ts';
import type { NewProfile } from './known.ts';
import { keyOfRaw, malformed, type ParsedItem, parseItem } from './parse-item.ts';
import type { ResolvedItem } from './resolve-item.ts';
import { type PlacedItem, type ResolvedItems, resolveItems } from './resolve-items.ts';
import { timingOf } from './timing.ts';
import { writeSends } from './write-sends.ts';

export type AcceptBatchInput = SendOwner & {
  readonly items: readonly unknown[];
  /** Known to be well-formed, but not parsed: they are merged into each raw item. */
  readonly defaults: object;
  /** What of an item, by its index, did not arrive as it was sent: it is rejected for that. */
  readonly flaws?: ReadonlyMap<number, readonly ValidationIssue[]>;
};

export type BatchOutcome = {
  /** The one batch that all accepted sends belong to, or null. */
  readonly batchId: string | null;
  readonly items: readonly ItemOutcome[];
};

/**
 * Records every acceptable item as one row. What is answered as accepted is on disk; the queue is only told
 * afterwards, and may miss it.
 */
export async function acceptItemsBatch(
  deps: AcceptBatchDeps,
  input: AcceptBatchInput,
): Promise<BatchOutcome> {
  const { workspaceId } = input;
  const outcomes = new Map<number, ItemOutcome>();
  const refuse = (index: number, rejection: Rejection) =>
    outcomes.set(index, { ...rejection, idempotencyKey: keyOfRaw(input.items[index]) });

  const { fresh, known } = await readItems(deps, input, refuse);
  for (const { item, send } of known) outcomes.set(item.index, answer(item, send, true));

  if (fresh.length > 0) {
    const directory = await deps.directory.lookUp(workspaceId, wantedBy(fresh));
    const resolved = resolveItems(fresh, directory, deps);
    for (const [index, rejection] of resolved.rejected) refuse(index, rejection);
    const rejected = [...outcomes.values()].filter(({ kind }) => kind === 'rejected').length;
    const made = await insert(deps, input, { ...resolved, rejected });
    const taken = await readBackTaken(deps, input, { placed: resolved.placed, made });
    for (const item of fresh) {
      const own = made.get(keyOf(item));
      const send = own?.send ?? taken.get(keyOf(item));
      if (outcomes.has(item.index) || send === undefined) continue;
      outcomes.set(item.index, answer(item, send, own?.index !== item.index));
    }
  }
  const items = input.items.map((_, index) => outcomes.get(index) ?? unanswered(index));
  const accepted = items.flatMap((item) => (item.kind === 'accepted' ? [item.send] : []));
  return { batchId: commonBatchId(accepted), items };
}

type ReadItems = {
  readonly fresh: readonly ParsedItem[];
  readonly known: readonly { readonly item: ParsedItem; readonly send: StoredSend }[];
};

/** Parses the items, and tells those whose key is known from those that are new. */
export async function readItems(
  deps: Pick<AcceptBatchDeps, 'sends'>,
  { workspaceId, items, defaults, isSimulated, flaws }: AcceptBatchInput,
  refuse: (index: number, rejection: Rejection) => void,
): Promise<ReadItems> {
  const parsed: ParsedItem[] = [];
  const pace = createPace();
  for (const [index, raw] of items.entries()) {
    const issues = flaws?.get(index);
    const result = issues ? malformed(issues) : parseItem(raw, index, { defaults, isSimulated });
    if (result.kind === 'parsed') parsed.push(result);
    else refuse(index, result);
    await pace();
  }
  const existing = await deps.sends.findByKeys({ workspaceId, isSimulated }, [...new Set(parsed.map(keyOf))]);
  const known = parsed.flatMap((item) => {
    const send = existing.get(keyOf(item));
    return send === undefined ? [] : [{ item, send }];
  });
  return { known, fresh: parsed.filter((item) => !existing.has(keyOf(item))) };
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
  const rows = placed.map((item) => ({
    send: toNewSend(deps, item, {
      profileId: madeProfileIds.get(item.profileId) ?? item.profileId,
      isSimulated: input.isSimulated,
    }),
    attachments: item.parsed.attachments,
    snapshotSubject: item.template.snapshotSubject,
    parsed: item.parsed,
  }));
  const written = await writeSends(
    deps,
    {
      id: deps.newId(),
      workspaceId: input.workspaceId,
      isSimulated: input.isSimulated,
      dialect: 'items',
      total: input.items.length,
      rejected,
    },
    rows,
  );
  return new Map(
    rows.flatMap(({ send: { id }, parsed }) => {
      const send = written.get(id);
      return send === undefined ? [] : [[keyOf(parsed), { index: parsed.index, send }]];
    }),
  );
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
): Omit<NewSend, 'attachments'> {
  const { item } = parsed;
  const profile = sender.profile;
  return {
    id: deps.newId(),
    messageId: deps.newId(),
    dialect: 'items',
    lane: laneOf(item.subscriptionGroupId ?? null),
    ...timingOf(item.scheduledAt, deps.now()),
    failure: null,
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
    toOthers: [],
    cc: copies.cc,
    bcc: copies.bcc,
    data: item.data ?? null,
    headers: item.headers ?? [],
    tags: item.tags ?? [],
    trackClicks: item.tracking?.clicks ?? profile?.trackClicks ?? false,
    trackOpens: item.tracking?.opens ?? profile?.trackOpens ?? false,
  };
}

/** Finds the sends of those keys that someone else took between our look and our insert. */
async function readBackTaken(
  deps: AcceptBatchDeps,
  owner: SendOwner,
  { placed, made }: { readonly placed: readonly PlacedItem[]; readonly made: ReadonlyMap<string, Made> },
): Promise<ReadonlyMap<string, StoredSend>> {
  const taken = placed.map(({ parsed }) => keyOf(parsed)).filter((key) => !made.has(key));
  return taken.length === 0 ? new Map() : deps.sends.findByKeys(owner, taken);
}

function answer(item: ParsedItem, send: StoredSend, replayed: boolean): ItemOutcome {
  const idempotencyKey = keyOf(item);
  if (send.fingerprint === item.fingerprint) return { kind: 'accepted', idempotencyKey, replayed, send };
  return { ...keyReused(), idempotencyKey };
}

function unanswered(index: number): never {
  throw new Error(`item ${index} was neither written, found nor refused`);
}

/** The batch that all of the sends belong to, or null. */
export function commonBatchId(sends: readonly StoredSend[]): string | null {
  const ids = new Set(sends.map(({ batchId }) => batchId));
  const [only] = ids;
  return ids.size === 1 ? (only ?? null) : null;
}
