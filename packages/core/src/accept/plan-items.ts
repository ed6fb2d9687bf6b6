import { addressKey, type ValidationIssue } from '@postroom/contracts';
import type { SendOwner } from '../send/send.ts';
import { createPace } from '../turns.ts';
import type { AcceptBatchDeps, ConfirmationRequest } from './accept-deps.ts';
import type { AskedItem } from './asked-send.ts';
import type { Directory, KnownProfile, NewProfile } from './directory.ts';
import { keyReused, type Rejection } from './item-outcome.ts';
import { malformed, parseItem } from './parse-item.ts';
import { type PlanRules, planSends } from './plan-sends.ts';
import type { Plan } from './planned-send.ts';
import { type ResolvedRecipient, resolveItem } from './resolve-item.ts';
import { senderNotAllowed } from './resolve-sender.ts';

export type AcceptBatchInput = SendOwner & {
  readonly items: readonly unknown[];
  /** Known to be well-formed, but not parsed: they are merged into each raw item. */
  readonly defaults: object;
  /** Of the mail that asks for one; no request names it. */
  readonly confirmation?: ConfirmationRequest | undefined;
  /** What of an item, by its index, did not arrive as it was sent: it is rejected for that. */
  readonly flaws?: ReadonlyMap<number, readonly ValidationIssue[]>;
};

export type PlanItemsDeps = Pick<
  AcceptBatchDeps,
  'directory' | 'linkRefusal' | 'marketingRefusal' | 'missingVariables' | 'newId' | 'sends'
>;

/** Reads the items, and plans what is to be done for each: one that is wrong is rejected alone. Writes nothing. */
export async function planItems(deps: PlanItemsDeps, input: AcceptBatchInput): Promise<Plan<AskedItem>> {
  const read: (AskedItem | Rejection)[] = [];
  const pace = createPace();
  for (const [index, raw] of input.items.entries()) {
    const issues = input.flaws?.get(index);
    read.push(issues ? malformed(issues) : parseItem(raw, index, input));
    await pace();
  }
  const rulesFor = (directory: Directory) => itemRules(deps, directory);
  return planSends(deps, read, { owner: input, rulesFor });
}

/** Resolves items in their order: a profile that one of them makes is known to the next. */
export function itemRules(
  deps: Pick<PlanItemsDeps, 'linkRefusal' | 'marketingRefusal' | 'missingVariables' | 'newId'>,
  directory: Directory,
): PlanRules<AskedItem> {
  const { view, newProfiles, profileIdOf } = withNewcomers(directory, deps.newId);
  return {
    newProfiles,
    refuse: (_asked, issues) => malformed(issues),
    resolve: (asked) => resolveItem(asked, view, { ...deps, profileIdOf }),
    reuse: keyReused,
    hide: senderNotAllowed,
  };
}

/** A directory that learns the profiles which are to be made as they come up. */
function withNewcomers(directory: Directory, newId: () => string) {
  const profilesByExternalId = new Map(directory.profilesByExternalId);
  const profilesByEmailKey = new Map<string, KnownProfile>(directory.profilesByEmailKey);
  const newProfiles: NewProfile[] = [];
  const profileIdOf = (recipient: ResolvedRecipient): string => {
    if (recipient.kind === 'known') return recipient.profile.id;
    const { externalId, email } = recipient;
    const profile = { id: newId(), externalId, email, emailKey: addressKey(email) };
    newProfiles.push(profile);
    if (externalId !== null) profilesByExternalId.set(externalId, profile);
    if (!profilesByEmailKey.has(profile.emailKey)) profilesByEmailKey.set(profile.emailKey, profile);
    return profile.id;
  };
  return { view: { ...directory, profilesByExternalId, profilesByEmailKey }, newProfiles, profileIdOf };
}
