import { type EmailHistory, type Engagement, type HistoryType, machineReasons } from '@postroom/contracts';
import { assertNever } from '@postroom/core';
import type { SendHistory, StoredAttempt, StoredEvent, StoredTelling } from '@postroom/db';

type Entry = Omit<EmailHistory['events'][number], 'at'> & { readonly at: Date };

const typeOf: Readonly<Record<StoredEvent['type'], HistoryType>> = {
  send: 'sent',
  delivery: 'delivered',
  delay: 'delayed',
  bounce: 'bounced',
  complaint: 'complained',
  reject: 'rejected',
  rendering_failure: 'rendering_failure',
  open: 'opened',
  click: 'clicked',
  subscription: 'subscription',
  other: 'other',
};

/** Leaving a group has a name of its own; joining one, or what SES calls a subscription, has not. */
const nameOf = ({ type, detail }: StoredEvent): HistoryType =>
  type === 'subscription' && detail.action === 'unsubscribed' ? 'unsubscribed' : typeOf[type];

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** What a bounce says of itself, beside what it says of each recipient. */
const bounceOf = ({ bounceType, bounceSubType, diagnostic, provider }: StoredEvent['detail']) => ({
  bounceType: textOf(bounceType),
  bounceSubType: textOf(bounceSubType),
  diagnostic: textOf(diagnostic),
  provider: provider === true,
});

const hasKeys = (detail: object): boolean => Object.keys(detail).length > 0;

function beginningOf({ createdAt, scheduledAt }: SendHistory['send']): Entry[] {
  const accepted: Entry = { type: 'accepted', at: createdAt };
  if (scheduledAt === null) return [accepted];
  return [accepted, { type: 'scheduled', at: createdAt, detail: { scheduledAt: scheduledAt.toISOString() } }];
}

function presentAttempt(attempt: StoredAttempt): Entry {
  const { number, startedAt, finishedAt, outcome, errorCode, errorMessage, dropped } = attempt;
  const detail = {
    ...(finishedAt === null ? {} : { finishedAt: finishedAt.toISOString() }),
    ...(dropped === null ? {} : { dropped }),
  };
  return {
    type: 'attempt',
    at: startedAt,
    attempt: number,
    ...(outcome === null ? {} : { outcome }),
    ...(errorCode === null ? {} : { error: { code: errorCode, message: errorMessage ?? '' } }),
    ...(hasKeys(detail) ? { detail } : {}),
  };
}

/** The end of the send, if it has come. No column holds when it failed: the attempt that decided it, or the row does. */
function endOf({ send, attempts }: SendHistory): Entry[] {
  const { status, sentAt, updatedAt, providerMessageId, failureMessage } = send;
  const last = attempts.at(-1);
  const decidedAt = last?.outcome === status.toLowerCase() ? last.finishedAt : null;
  const message = failureMessage === null ? {} : { message: failureMessage };
  switch (status) {
    case 'Sent':
      return [
        {
          type: 'sent',
          at: sentAt ?? updatedAt,
          ...(providerMessageId === null ? {} : { detail: { providerMessageId } }),
        },
      ];
    case 'Failed':
      return [{ type: 'failed', at: decidedAt ?? updatedAt, ...message }];
    case 'Skipped':
      return [{ type: 'skipped', at: decidedAt ?? updatedAt, ...message }];
    case 'Canceled':
      return [{ type: 'canceled', at: updatedAt, ...message }];
    case 'Scheduled':
    case 'Queued':
    case 'Processing':
      return [];
    default:
      return assertNever(status);
  }
}

/** What an open or a click says beside its time; of those that SES recorded nobody knows whose they are. */
function presentEngagement(type: 'open' | 'click', detail: StoredEvent['detail']) {
  const { machine, url, link, ...rest } = detail;
  const reason = machineReasons.find((known) => known === machine) ?? null;
  const target = typeof url === 'string' ? url : link;
  return {
    engaged: {
      machine: reason !== null,
      reason,
      ...(type === 'click' && typeof target === 'string' ? { url: target } : {}),
    },
    rest,
  };
}

function presentEvent(event: StoredEvent): Entry {
  const { type, occurredAt, providerMessageId, detail } = event;
  const { attempt, ...reported } = detail;
  const { engaged, rest } =
    type === 'open' || type === 'click' ? presentEngagement(type, reported) : { engaged: {}, rest: reported };
  const shown = type === 'send' ? { ...rest, providerMessageId } : rest;
  return {
    type: nameOf(event),
    at: occurredAt,
    ...(typeof attempt === 'number' ? { attempt } : {}),
    ...engaged,
    ...(type === 'bounce' ? bounceOf(detail) : {}),
    ...(hasKeys(shown) ? { detail: shown } : {}),
  };
}

function engagementOf(entries: readonly Entry[]): Engagement {
  const engaged = (type: HistoryType) => {
    const ofType = entries.filter((entry) => entry.type === type);
    const machines = ofType.filter(({ machine }) => machine === true).length;
    return { people: ofType.length - machines, machines };
  };
  return { opened: engaged('opened'), clicked: engaged('clicked') };
}
const presentTelling = ({ id, endpointId, type, state, attempts, createdAt }: StoredTelling): Entry => ({
  type: 'webhook',
  at: createdAt,
  detail: { event: type, status: state, attempts, webhookId: endpointId, deliveryId: id },
});

/**
 * What happened to a send, oldest first. The provider's own report that it took the message says nothing new of a
 * send that ended so; of any other message it is shown, because then somebody may have got the mail twice, or got
 * one that counts as failed.
 */
export function presentEmailHistory(history: SendHistory): EmailHistory {
  const { send, attempts, events, tellings } = history;
  const isKnown = ({ type, providerMessageId }: StoredEvent): boolean =>
    type === 'send' && send.status === 'Sent' && providerMessageId === send.providerMessageId;
  const entries = [
    ...beginningOf(send),
    ...attempts.map(presentAttempt),
    ...endOf(history),
    ...events.filter((event) => !isKnown(event)).map(presentEvent),
    ...tellings.map(presentTelling),
  ];
  return {
    events: entries
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .map((entry) => ({ ...entry, at: entry.at.toISOString() })),
    engagement: engagementOf(entries),
  };
}
