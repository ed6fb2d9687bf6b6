import type { SendStatus } from '@postroom/contracts';
import type { ProviderEvent } from '@postroom/core';
import { Prisma } from '../generated/client.ts';
import { withinBytes } from '../resources/page.ts';

/** One claim of a send by a worker; without an outcome it is under way. */
export type StoredAttempt = {
  readonly number: number;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** The places of further recipients that the message went without, and why. */
  readonly dropped: unknown;
};

/** What the provider reported about a send; `detail` has no addresses. */
export type StoredEvent = {
  readonly type: ProviderEvent['type'];
  readonly occurredAt: Date;
  readonly providerMessageId: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** What a webhook was told, or is to be told, of a send. */
export type StoredTelling = {
  readonly id: string;
  readonly endpointId: string;
  readonly type: string;
  readonly state: string;
  readonly attempts: number;
  readonly createdAt: Date;
};

/** All that is kept of what happened to a send, as of one moment. */
export type SendHistory = {
  readonly send: {
    readonly status: SendStatus;
    readonly createdAt: Date;
    readonly updatedAt: Date;
    readonly scheduledAt: Date | null;
    readonly sentAt: Date | null;
    readonly providerMessageId: string | null;
    readonly failureMessage: string | null;
    /** It went to its primary recipient and to nobody else. */
    readonly isToOne: boolean;
  };
  readonly attempts: readonly StoredAttempt[];
  readonly events: readonly StoredEvent[];
  readonly tellings: readonly StoredTelling[];
};

/** So many attempts and so many events are shown: anybody may open a mail as often as they like. */
export const maxEntries = 1_000;

/** Those of a send's events that are shown, by the order in which they are left out. */
export const shownEvents = (workspaceId: string, sendId: string): Prisma.Sql =>
  withinBytes(Prisma.sql`
    SELECT type::text, occurred_at AS "occurredAt", provider_message_id AS "providerMessageId", detail,
      octet_length(detail::text) AS bytes
    FROM email_events WHERE send_id = ${sendId}::uuid AND workspace_id = ${workspaceId}::uuid
    ORDER BY type IN ('open', 'click'), occurred_at, id LIMIT ${maxEntries}::int`);
