import type { Address } from '@postroom/contracts';

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
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
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
