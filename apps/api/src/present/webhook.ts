import {
  encodeCursor,
  type PageResource,
  type WebhookAttempt,
  type WebhookDelivery,
  type WebhookDeliveryLog,
  type WebhookResource,
  type WebhookWithSecret,
} from '@postroom/contracts';
import { webhookIdOf } from '@postroom/core';
import type { NoticePage, StoredNotice, StoredNoticeAttempt, StoredWebhook } from '@postroom/db';

/** An endpoint, without its secret. */
export function presentWebhook(webhook: StoredWebhook): WebhookResource {
  return {
    id: webhook.id,
    url: webhook.url,
    events: [...webhook.events],
    enabled: webhook.enabled,
    description: webhook.description,
    disabledReason: webhook.disabledReason,
    failingSince: webhook.failingSince?.toISOString() ?? null,
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  };
}

/** The one answer that holds the secret. */
export const presentWithSecret = ({
  webhook,
  secret,
}: {
  readonly webhook: StoredWebhook;
  readonly secret: string;
}): WebhookWithSecret => ({ ...presentWebhook(webhook), secret });

const presentAttempt = (attempt: StoredNoticeAttempt): WebhookAttempt => ({
  number: attempt.number,
  at: attempt.startedAt.toISOString(),
  durationMs: attempt.durationMs,
  request: attempt.request,
  statusCode: attempt.statusCode,
  answer: attempt.answer,
  error: attempt.error,
});

const presentNotice = (notice: StoredNotice) => ({
  id: notice.id,
  webhookId: webhookIdOf(notice.id),
  event: notice.type,
  status: notice.state,
  emailId: notice.sendId,
  attempts: notice.attempts,
  nextAttemptAt: notice.state === 'pending' ? notice.nextAttemptAt.toISOString() : null,
  createdAt: notice.createdAt.toISOString(),
});

/** A page of deliveries, each with its last try. */
export const presentDeliveries = ({ items, next }: NoticePage): PageResource<WebhookDelivery> => ({
  data: items.map(({ last, ...notice }) => ({
    ...presentNotice(notice),
    lastAttempt: last === null ? null : presentAttempt(last),
  })),
  nextCursor: next === null ? null : encodeCursor(next),
});

/** A delivery with all of its tries, the first of them first. */
export const presentDeliveryLog = ({
  notice,
  attempts,
}: {
  readonly notice: StoredNotice;
  readonly attempts: readonly StoredNoticeAttempt[];
}): WebhookDeliveryLog => ({ ...presentNotice(notice), attemptLog: attempts.map(presentAttempt) });
