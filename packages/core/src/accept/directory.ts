import { addressKey } from '@postroom/contracts';
import type { KnownProfile, KnownSender, KnownTemplate } from './known.ts';
import type { ParsedItem } from './parse-item.ts';

/**
 * What a batch names, gathered so that each table is asked once. The senders of the templates found belong
 * to the directory as well.
 */
export type Wanted = {
  readonly templateIds: readonly string[];
  readonly senderIds: readonly string[];
  readonly fromKeys: readonly string[];
  readonly groupIds: readonly string[];
  readonly profileIds: readonly string[];
  readonly externalIds: readonly string[];
  readonly emailKeys: readonly string[];
};

/** What of it exists in the workspace. */
export type Directory = {
  readonly templates: ReadonlyMap<string, KnownTemplate>;
  readonly sendersById: ReadonlyMap<string, KnownSender>;
  /** By compared address; where several profiles share one, a verified and then the oldest one. */
  readonly sendersByFromKey: ReadonlyMap<string, KnownSender>;
  /** Of the domains of the `from` addresses asked for, those that a verified domain of the workspace speaks for. */
  readonly verifiedDomains: ReadonlySet<string>;
  readonly groupIds: ReadonlySet<string>;
  readonly profilesById: ReadonlyMap<string, KnownProfile>;
  readonly profilesByExternalId: ReadonlyMap<string, KnownProfile>;
  /** By compared address: one without an external id first, then the oldest. */
  readonly profilesByEmailKey: ReadonlyMap<string, KnownProfile>;
};

const present = (values: readonly (string | null | undefined)[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string')),
];

/** Gathers what the items name. */
export function wantedBy(items: readonly ParsedItem[]): Wanted {
  return {
    templateIds: present(items.map(({ item }) => item.templateId)),
    senderIds: present(items.map(({ item }) => item.senderProfileId)),
    fromKeys: present(items.map(({ item }) => item.from && addressKey(item.from.email))),
    groupIds: present(items.map(({ item }) => item.subscriptionGroupId)),
    profileIds: present(items.map(({ item }) => item.profileId)),
    externalIds: present(items.map(({ item }) => item.to?.externalId)),
    emailKeys: present(items.map(({ item }) => item.to?.email && addressKey(item.to.email))),
  };
}
