import type { Address, WebhookEvent } from '@postroom/contracts';

/** What a payload tells of a send. `bcc` is not among it. */
export type ToldSend = {
  readonly id: string;
  readonly from: Address;
  readonly to: Address;
  readonly toOthers: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly tags: readonly string[];
  readonly templateId: string | null;
  readonly batchId: string | null;
  readonly idempotencyKey: string | null;
  readonly messageId: string;
  readonly scheduledAt: Date | null;
  readonly simulated: boolean;
  readonly createdAt: Date;
};

/** A notice in the hands of one worker, until its lease ends. */
export type ClaimedNotice = {
  readonly id: string;
  readonly workspaceId: string;
  readonly endpointId: string;
  readonly leaseToken: string;
  readonly type: WebhookEvent;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly occurredAt: Date;
  /** The number of this try, from 1, and its place in the round. */
  readonly attempt: number;
  readonly tries: number;
  /** Null where it is about none, or about one that is no longer there. */
  readonly send: ToldSend | null;
  /** The address of the profile that a subscription is about. */
  readonly profileEmail: string | null;
  /** Where it goes, and what it is signed with: the secret, and each one before for a day after it was replaced. */
  readonly url: string;
  readonly secrets: readonly string[];
};
