import type { Address, SendStatus } from '@postroom/contracts';

export type SendLane = 'transactional' | 'marketing';

/** The delivery that the provider reported later; a separate fact from the status. */
export type DeliveryState = 'delivered' | 'delayed' | 'bounced' | 'complained';

/** A send as it is written when it is accepted. Ids are UUID v7; the database stamps the times. */
export type NewSend = {
  readonly id: string;
  readonly messageId: string;
  readonly lane: SendLane;
  readonly simulated: boolean;
  readonly idempotencyKey: string;
  /** SHA-256 of the merged, normalised item, in hex. */
  readonly fingerprint: string;
  readonly templateId: string | null;
  readonly snapshotId: string;
  readonly senderProfileId: string | null;
  readonly configurationSet: string | null;
  readonly from: Address;
  readonly replyTo: Address | null;
  /** Final text, or null: the snapshot's subject is rendered by the worker. */
  readonly subject: string | null;
  readonly subscriptionGroupId: string | null;
  readonly profileId: string | null;
  readonly to: Address;
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
};

/** A send as it stands in the database, with what its answer needs. */
export type StoredSend = Omit<
  NewSend,
  'bcc' | 'data' | 'lane' | 'configurationSet' | 'trackClicks' | 'trackOpens' | 'idempotencyKey'
> & {
  readonly idempotencyKey: string | null;
  readonly batchId: string | null;
  readonly status: SendStatus;
  readonly delivery: DeliveryState | null;
  readonly renderedSubject: string | null;
  /** The subject of the snapshot, as it was frozen. */
  readonly snapshotSubject: string;
  readonly tags: readonly string[];
  readonly scheduledAt: Date | null;
  readonly providerMessageId: string | null;
  readonly failureMessage: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

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
