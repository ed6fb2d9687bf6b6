import { type Address, addressKey, type BatchItem, batchItemSchema, issuesOf } from '@postroom/contracts';
import { fingerprintOf } from './fingerprint.ts';
import { type Rejection, reject } from './item-outcome.ts';
import { mergeDefaults } from './merge-defaults.ts';

/** An item that is well-formed; whether what it names exists is not known yet. */
export type ParsedItem = {
  readonly kind: 'parsed';
  readonly index: number;
  readonly item: BatchItem;
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly fingerprint: string;
};

/** Keeps the first of equal addresses, in the order to, cc, bcc. */
function withoutDuplicates(item: BatchItem): { cc: Address[]; bcc: Address[] } {
  const seen = new Set(item.to?.email ? [addressKey(item.to.email)] : []);
  const firstOnly = (address: Address) => {
    const key = addressKey(address.email);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
  return { cc: (item.cc ?? []).filter(firstOnly), bcc: (item.bcc ?? []).filter(firstOnly) };
}

/** The item's key where it can be told, so that a refusal can be matched to its item. */
export function keyOfRaw(raw: unknown): string | null {
  if (typeof raw !== 'object' || raw === null || !('idempotencyKey' in raw)) return null;
  const key = raw.idempotencyKey;
  return typeof key === 'string' && key.length > 0 && key.length <= 255 ? key.toWellFormed() : null;
}

/** Merges the defaults into one raw item, validates it strictly and fingerprints it. Pure. */
export function parseItem(raw: unknown, index: number, defaults: object): ParsedItem | Rejection {
  const parsed = batchItemSchema.safeParse(mergeDefaults(raw, defaults));
  if (!parsed.success) {
    const issues = issuesOf(parsed.error);
    const [first] = issues;
    const where = first?.path ? `${first.path} ` : '';
    return reject('validation_failed', `${where}${first?.message ?? 'is not valid'}`, { issues });
  }
  const recipients = withoutDuplicates(parsed.data);
  const fingerprint = fingerprintOf(parsed.data, recipients);
  return { kind: 'parsed', index, item: parsed.data, ...recipients, fingerprint };
}
