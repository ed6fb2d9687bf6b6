import type { SuppressionReason } from '@postroom/contracts';
import { createGate, createGateByOwner, type GateOptions } from '../gate.ts';
import { createGrouper, type Grouper } from '../grouper.ts';
import { PostroomError } from '../postroom-error.ts';
import { type ModeOwner, ownerIn, type SendJob, type SendOwner, type StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps, AttachmentBytes, BatchToWrite, LiteralBody } from './accept-deps.ts';
import type { Directory, KnownProfile, NewProfile, Wanted } from './directory.ts';
import { gateStatements, type Stores } from './gate-statements.ts';

/** What requests ask that accept sends, which they may ask together. */
export type Shared = Stores & Pick<AcceptBatchDeps, 'queue'>;

export type SharingOptions = {
  /** Whether a failure says nothing of any one request: in any other case each is done again by itself. */
  readonly isOfAll: (error: unknown) => boolean;
  /** How many connections the pool has. Two are left to whoever asks for anything else, such as whose key it is. */
  readonly connections: number;
  /** The longest that a statement waits for others, in milliseconds, before it is refused as `unavailable`; unless told, no limit. */
  readonly waitMs?: number | undefined;
};

/** What every group goes by: how a failure is judged, and how many statements of one kind an owner has under way. */
type Rules = { readonly isOfAll: (error: unknown) => boolean; readonly gate: GateOptions };

/**
 * Requests whose statements are one, and those at once: while one runs, the next group gathers. One that takes longer than
 * other people's patience, such as one that waits for a lock, keeps no later group waiting.
 */
const groups = { maxSize: 50, maxWaitMs: 0, maxGroups: 3, patienceMs: 50 } as const;

/** What has a statement of its own. */
const alones = { maxSize: 1, maxWaitMs: 0, maxGroups: Number.POSITIVE_INFINITY } as const;

/** A request of so many sends fills a statement by itself. */
const maxSends = 10;

const fills = ({ length }: { readonly length: number }) => length > maxSends;

/** What a group may have of data and bodies, in characters, or of attachments, in bytes. */
const maxLength = 1024 * 1024;

type Sharing<Owner, Item, Result> = {
  readonly rules: Rules;
  readonly lengthOf?: (item: Item) => number;
  /** Whether an item has a statement of its own: nobody waits behind what takes long. */
  readonly isAlone: (item: Item) => boolean;
  readonly run: (owner: Owner, items: readonly Item[]) => Promise<readonly Result[]>;
};

const workspaceOf = (owner: string | Pick<SendOwner, 'workspaceId'>) =>
  typeof owner === 'string' ? owner : owner.workspaceId;

/**
 * A grouper for each owner that has requests in hand: nobody waits for the statement of another owner, or fails with it. What
 * is bounded is what all owners of a workspace, such as its limited keys, have under way.
 */
function sharedByOwner<Owner extends string | Pick<SendOwner, 'workspaceId'>, Item, Result>({
  rules,
  lengthOf = () => 0,
  isAlone,
  run,
}: Sharing<Owner, Item, Result>): (owner: Owner, item: Item) => Promise<Result> {
  type Line = {
    readonly share: Grouper<Item, Result>;
    readonly alone: Grouper<Item, Result>;
    inHand: number;
  };
  const lines = new Map<string, Line>();
  const gateOf = createGateByOwner(rules.gate);
  const weight = { of: lengthOf, max: maxLength };
  const lineOf = (owner: Owner): Line => {
    const gate = gateOf(workspaceOf(owner));
    const runGated = (items: readonly Item[]) => gate(() => run(owner, items));
    const share = createGrouper<Item, Result>({
      ...groups,
      weight,
      isOfAll: rules.isOfAll,
      isDoneSingly: true,
      run: runGated,
    });
    const alone = createGrouper<Item, Result>({ ...alones, run: runGated });
    return { share, alone, inHand: 0 };
  };
  return async (owner, item) => {
    const name = JSON.stringify(owner);
    const line = lines.get(name) ?? lineOf(owner);
    lines.set(name, line);
    line.inHand += 1;
    try {
      return await (isAlone(item) ? line.alone(item) : line.share(item));
    } finally {
      line.inHand -= 1;
      if (line.inHand === 0) lines.delete(name);
    }
  };
}

/** Asks for several lists as for one, of which each member has its answer, and gives each list its own. */
async function asOne<Member, Answer>(
  lists: readonly (readonly Member[])[],
  ask: (members: readonly Member[]) => Promise<readonly Answer[]>,
): Promise<readonly (readonly Answer[])[]> {
  const answers = await ask(lists.flat());
  let end = 0;
  return lists.map(({ length }) => {
    end += length;
    return answers.slice(end - length, end);
  });
}

const all = <Item>(lists: readonly (readonly Item[])[]): readonly Item[] => [...new Set(lists.flat())];

const unionOf = (wanted: readonly Wanted[]): Wanted => ({
  templateIds: all(wanted.map(({ templateIds }) => templateIds)),
  senderIds: all(wanted.map(({ senderIds }) => senderIds)),
  fromKeys: all(wanted.map(({ fromKeys }) => fromKeys)),
  groupIds: all(wanted.map(({ groupIds }) => groupIds)),
  profileIds: all(wanted.map(({ profileIds }) => profileIds)),
  externalIds: all(wanted.map(({ externalIds }) => externalIds)),
  emailKeys: all(wanted.map(({ emailKeys }) => emailKeys)),
  newcomerKeys: all(wanted.map(({ newcomerKeys }) => newcomerKeys)),
});

const namesOf = (wanted: Wanted) => Object.values(wanted).reduce((sum, { length }) => sum + length, 0);
const lengthOfBodies = (bodies: readonly LiteralBody[]) =>
  bodies.reduce((sum, { html, text }) => sum + (html?.length ?? 0) + (text?.length ?? 0), 0);
const lengthOfFiles = (attachments: readonly AttachmentBytes[]) =>
  attachments.reduce((sum, { content }) => sum + content.length, 0);
const lengthOfData = ({ sends }: BatchToWrite) =>
  sends.reduce((sum, { data }) => sum + (data === null ? 0 : JSON.stringify(data).length), 0);

function sharedSends({ sends }: Stores, rules: Rules): Stores['sends'] {
  const find = sharedByOwner<SendOwner, readonly string[], ReadonlyMap<string, StoredSend>>({
    rules,
    isAlone: fills,
    run: async (owner, lists) => {
      const found = await sends.findByKeys(owner, all(lists));
      return lists.map(() => found);
    },
  });
  const insert = sharedByOwner<string, BatchToWrite, ReadonlyMap<string, Date>>({
    rules,
    lengthOf: lengthOfData,
    isAlone: ({ sends, batch }) => fills(sends) || batch.confirmation !== undefined || batch.isWhole === true,
    run: async (_workspaceId, batches) => {
      const made = await sends.insertMany(batches);
      return batches.map(() => made);
    },
  });
  return {
    sweepSoon: (ids) => sends.sweepSoon(ids),
    findByKeys: (owner, keys) => find(ownerIn(owner), keys),
    insertMany: (batches) => {
      const [first, ...more] = batches;
      if (first === undefined || more.length > 0) return sends.insertMany(batches);
      return insert(first.batch.workspaceId, first);
    },
  };
}

function sharedDirectory({ directory }: Stores, rules: Rules): Stores['directory'] {
  // Of the other mode, and of whoever is limited to other sender profiles, the answer is another one.
  const lookUp = sharedByOwner<SendOwner, Wanted, Directory>({
    rules,
    isAlone: (wanted) => namesOf(wanted) > 3 * maxSends,
    run: async (owner, wanted) => {
      const found = await directory.lookUp(owner, unionOf(wanted));
      return wanted.map(() => found);
    },
  });
  const ensure = sharedByOwner<ModeOwner, readonly NewProfile[], readonly KnownProfile[]>({
    rules,
    isAlone: fills,
    run: (owner, lists) => asOne(lists, (profiles) => directory.ensureProfiles(owner, profiles)),
  });
  const findSuppressed = sharedByOwner<string, readonly string[], ReadonlyMap<string, SuppressionReason>>({
    rules,
    isAlone: fills,
    run: async (workspaceId, lists) => {
      const found = await directory.findSuppressed(workspaceId, all(lists));
      return lists.map(() => found);
    },
  });
  return {
    lookUp: (owner, wanted) => lookUp(ownerIn(owner), wanted),
    ensureProfiles: ({ workspaceId, isSimulated }, profiles) =>
      ensure({ workspaceId, isSimulated }, profiles),
    ensureMarketingGroup: (workspaceId) => directory.ensureMarketingGroup(workspaceId),
    findMarketingGroup: (workspaceId) => directory.findMarketingGroup(workspaceId),
    findSuppressed,
  };
}

function sharedContents({ contents }: Stores, rules: Rules): Stores['contents'] {
  const keepBodies = sharedByOwner<string, readonly LiteralBody[], readonly string[]>({
    rules,
    lengthOf: lengthOfBodies,
    isAlone: fills,
    run: (workspaceId, lists) => asOne(lists, (bodies) => contents.ensureLiterals(workspaceId, bodies)),
  });
  const keepFiles = sharedByOwner<string, readonly AttachmentBytes[], true>({
    rules,
    lengthOf: lengthOfFiles,
    isAlone: (attachments) => fills(attachments) || lengthOfFiles(attachments) > maxLength,
    run: async (workspaceId, lists) => {
      await contents.ensureAttachments(workspaceId, lists.flat());
      return lists.map(() => true);
    },
  });
  return {
    ensureLiterals: keepBodies,
    ensureAttachments: async (workspaceId, attachments) => {
      await keepFiles(workspaceId, attachments);
    },
  };
}

/**
 * How many statements go at once, of all and of one kind of one owner: a table or a row that somebody has locked takes neither
 * the whole pool, nor all of what others accept by.
 */
function gatesOf({ connections, waitMs: bothMs }: SharingOptions) {
  const atOnce = Math.max(1, connections - 2);
  const waiting = 10_000;
  const waitMs = bothMs && bothMs / 2;
  return {
    ofAll: { atOnce, waiting, waitMs },
    ofOwner: { atOnce: Math.ceil(atOnce / 2), waiting, waitMs },
  };
}

/**
 * The same stores and queue, for a process that takes many requests at once: what those of few sends ask of them meanwhile
 * goes in one statement for each owner. A request that nobody is before is not kept waiting.
 */
export function shareStatements({ queue, ...ungated }: Shared, options: SharingOptions): Shared {
  const gates = gatesOf(options);
  const stores = gateStatements(ungated, createGate(gates.ofAll));
  const rules: Rules = {
    gate: gates.ofOwner,
    // What a gate refuses has waited long enough.
    isOfAll: (error) =>
      (error instanceof PostroomError && error.code === 'unavailable') || options.isOfAll(error),
  };
  const enqueue = createGrouper<readonly SendJob[], boolean>({
    ...groups,
    // The queue has a budget of its own, which the wait is a part of.
    patienceMs: 10,
    run: async (lists) => {
      const areTold = await queue.enqueue(lists.flat());
      return lists.map(() => areTold);
    },
  });
  return {
    sends: sharedSends(stores, rules),
    directory: sharedDirectory(stores, rules),
    contents: sharedContents(stores, rules),
    queue: { enqueue: (jobs) => (jobs.length > maxSends ? queue.enqueue(jobs) : enqueue(jobs)) },
  };
}
