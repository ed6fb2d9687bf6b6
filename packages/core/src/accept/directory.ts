import { type Address, addressKey } from '@postroom/contracts';
import type { AskedEmail, AskedItem } from './asked-send.ts';

/** An active or archived template, with the snapshot that a send accepted now would use. */
export type KnownTemplate = {
  readonly id: string;
  readonly isActive: boolean;
  readonly senderProfileId: string | null;
  readonly snapshotId: string;
  readonly snapshotSubject: string;
  readonly requiredVariables: readonly string[];
};

export type KnownSender = {
  readonly id: string;
  readonly from: Address;
  readonly fromKey: string;
  readonly replyTo: Address | null;
  readonly configurationSet: string | null;
  readonly accountId: string | null;
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
  readonly trackText: boolean;
  /** Null unless it was found to lead to us. */
  readonly trackingHost: string | null;
  readonly isVerified: boolean;
};

export type KnownProfile = {
  readonly id: string;
  readonly externalId: string | null;
  readonly email: string | null;
  readonly emailKey: string | null;
};

/** A profile to be made because an item named a recipient that nobody knew. */
export type NewProfile = {
  readonly id: string;
  readonly externalId: string | null;
  readonly email: string;
  readonly emailKey: string;
};

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
  /** Addresses of those whom an external id names, and who may have to be made. */
  readonly newcomerKeys: readonly string[];
};

/** What of it exists in the workspace. */
export type Directory = {
  readonly templates: ReadonlyMap<string, KnownTemplate>;
  readonly sendersById: ReadonlyMap<string, KnownSender>;
  /** By compared address; where several profiles share one, one that the caller may send from, then a verified and then the oldest one. */
  readonly sendersByFromKey: ReadonlyMap<string, KnownSender>;
  /** Of the domains of the `from` addresses asked for, those that a verified domain of the workspace speaks for. */
  readonly verifiedDomains: ReadonlySet<string>;
  /** The sender profiles that the caller may send from; null: any, and any other address that is verified. */
  readonly allowedSenderIds: ReadonlySet<string> | null;
  readonly groupIds: ReadonlySet<string>;
  readonly profilesById: ReadonlyMap<string, KnownProfile>;
  readonly profilesByExternalId: ReadonlyMap<string, KnownProfile>;
  /** By compared address: one without an external id first, then the oldest. */
  readonly profilesByEmailKey: ReadonlyMap<string, KnownProfile>;
  /** Of the addresses of possible newcomers, those that have as many profiles as one may have. */
  readonly fullKeys: ReadonlySet<string>;
};

const present = (values: readonly (string | null | undefined)[]): string[] => [
  ...new Set(values.filter((value): value is string => typeof value === 'string')),
];

/** Gathers what the sends of a batch name: an email names its sender alone. */
export function wantedBy(sends: readonly (AskedItem | AskedEmail)[]): Wanted {
  const items = sends.filter((asked) => asked.dialect === 'items');
  const keysOf = (named: readonly AskedItem[]) =>
    present(named.map(({ to: [to] }) => to && addressKey(to.email)));
  const unnamed = items.filter(({ profileId }) => profileId === null);
  return {
    templateIds: present(items.map(({ templateId }) => templateId)),
    senderIds: present(items.map(({ senderProfileId }) => senderProfileId)),
    fromKeys: present(sends.map(({ from }) => from && addressKey(from.email))),
    groupIds: present(sends.map(({ subscriptionGroupId }) => subscriptionGroupId)),
    profileIds: present(items.map(({ profileId }) => profileId)),
    externalIds: present(items.map(({ externalId }) => externalId)),
    emailKeys: keysOf(unnamed.filter(({ externalId }) => externalId === null)),
    newcomerKeys: keysOf(unnamed.filter(({ externalId }) => externalId !== null)),
  };
}
