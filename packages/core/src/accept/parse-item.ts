import {
  type Address,
  type BatchItem,
  batchItemSchema,
  issuesOf,
  type ValidationIssue,
} from '@postroom/contracts';
import { type AskedItem, firstOnly, type ItemParts, optionsOf } from './asked-send.ts';
import { fingerprinted } from './fingerprint.ts';
import { type Rejection, reject } from './item-outcome.ts';

/** The item's key where it can be told, so that a refusal can be matched to its item. */
export function keyOfRaw(raw: unknown): string | null {
  if (typeof raw !== 'object' || raw === null || !('idempotencyKey' in raw)) return null;
  const key = raw.idempotencyKey;
  return typeof key === 'string' && key.length > 0 && key.length <= 255 ? key.toWellFormed() : null;
}

/** An item with more fields than so many is refused for those that nobody knows, whatever the defaults are. */
const maxItemKeys = 100;

/** The rejection of an item that is not well-formed. */
export function malformed(issues: readonly ValidationIssue[]): Rejection {
  const [first] = issues;
  const where = first?.path ? `${first.path} ` : '';
  return reject('validation_failed', `${where}${first?.message ?? 'is not valid'}`, { issues });
}

/** Lays one object over another: own keys of `over` win, an explicit null among them. */
function layOver(under: object, over: object): Record<string, unknown> {
  return Object.fromEntries([...Object.entries(under), ...Object.entries(over)]);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Applies a batch's defaults to one item before the item is validated. The item wins, `tracking` merges per
 * key, and an explicit null unsets the default. What is not an object comes back as it is, for the
 * validation to refuse.
 */
export function mergeDefaults(item: unknown, defaults: object): unknown {
  if (!isObject(item)) return item;
  const merged = layOver(defaults, item);
  const ownTracking = 'tracking' in item ? item.tracking : undefined;
  const defaultTracking = 'tracking' in defaults ? defaults.tracking : undefined;
  if (isObject(ownTracking) && isObject(defaultTracking)) {
    merged.tracking = layOver(defaultTracking, ownTracking);
  }
  return merged;
}

/** Merges the defaults into one raw item, validates it strictly and fingerprints it. Pure. */
export function parseItem(
  raw: unknown,
  index: number,
  { defaults, isSimulated }: { readonly defaults: object; readonly isSimulated: boolean },
): AskedItem | Rejection {
  // Counted before anything is made of it: an item has some fifteen fields.
  const isLarge = typeof raw === 'object' && raw !== null && Object.keys(raw).length > maxItemKeys;
  const parsed = batchItemSchema.safeParse(isLarge ? raw : mergeDefaults(raw, defaults));
  return parsed.success ? askedItem(parsed.data, { index, isSimulated }) : malformed(issuesOf(parsed.error));
}

/** What an item is read with. */
type ReadWith = {
  readonly index: number;
  readonly isSimulated: boolean;
  /** Recipients with their names, or several of them, for which the items dialect has no words; left out: the item's own. */
  readonly to?: readonly Address[];
  /** Left out: no. */
  readonly isMarketing?: boolean;
};

/** Leaves repeated recipients out of an item that is well-formed, and fingerprints it. Pure. */
export function askedItem(
  item: BatchItem,
  { index, isSimulated, to = ownRecipients(item), isMarketing = false }: ReadWith,
): AskedItem {
  const isFirst = firstOnly();
  const parts: ItemParts = {
    kind: 'parsed',
    dialect: 'items',
    index,
    key: item.idempotencyKey,
    templateId: item.templateId,
    senderProfileId: item.senderProfileId ?? null,
    from: item.from ?? null,
    profileId: item.profileId ?? null,
    externalId: item.to?.externalId ?? null,
    to: to.filter(isFirst),
    cc: (item.cc ?? []).filter(isFirst),
    bcc: (item.bcc ?? []).filter(isFirst),
    replyTo: item.replyTo ?? null,
    subject: item.subject ?? null,
    data: item.data ?? null,
    scheduledAt: item.scheduledAt ?? null,
    subscriptionGroupId: item.subscriptionGroupId ?? null,
    isMarketing,
    ...optionsOf(item),
    isSimulated,
  };
  return fingerprinted(parts);
}

const ownRecipients = ({ to }: BatchItem): readonly Address[] =>
  to?.email ? [{ email: to.email, name: null }] : [];
