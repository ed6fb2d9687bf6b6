import {
  type Address,
  type BatchItem,
  batchItemSchema,
  issuesOf,
  type ValidationIssue,
} from '@postroom/contracts';
import { fingerprintOf } from './fingerprint.ts';
import { firstOnly } from './first-only.ts';
import { type Rejection, reject } from './item-outcome.ts';
import { mergeDefaults } from './merge-defaults.ts';
import { type PreparedAttachment, prepareAttachments } from './prepare-attachments.ts';

/** An item that is well-formed; whether what it names exists is not known yet. */
export type ParsedItem = {
  readonly kind: 'parsed';
  readonly index: number;
  readonly item: BatchItem;
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly attachments: readonly PreparedAttachment[];
  readonly fingerprint: string;
};

/** Keeps the first of equal addresses, in the order to, cc, bcc. */
function withoutDuplicates(item: BatchItem): { cc: Address[]; bcc: Address[] } {
  const isFirst = firstOnly();
  if (item.to?.email) isFirst({ email: item.to.email });
  return { cc: (item.cc ?? []).filter(isFirst), bcc: (item.bcc ?? []).filter(isFirst) };
}

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

/** Merges the defaults into one raw item, validates it strictly and fingerprints it. Pure. */
export function parseItem(
  raw: unknown,
  index: number,
  { defaults, isSimulated }: { readonly defaults: object; readonly isSimulated: boolean },
): ParsedItem | Rejection {
  // Counted before anything is made of it: an item has some fifteen fields.
  const isLarge = typeof raw === 'object' && raw !== null && Object.keys(raw).length > maxItemKeys;
  const parsed = batchItemSchema.safeParse(isLarge ? raw : mergeDefaults(raw, defaults));
  if (!parsed.success) return malformed(issuesOf(parsed.error));
  const item = parsed.data;
  const parts = { ...withoutDuplicates(item), attachments: prepareAttachments(item.attachments) };
  return {
    kind: 'parsed',
    index,
    item,
    ...parts,
    fingerprint: fingerprintOf(item, { ...parts, isSimulated }),
  };
}
