import { type DeliveryFact, type EventMeaning, meaningOf } from '../deliver/event-meaning.ts';
import { assertNever } from '../postroom-error.ts';
import type { ProviderEvent } from '../send/provider-outcome.ts';
import type { Notice, NoticeFacts } from './notice.ts';

/** The longest words of somebody else that are told. */
const maxWords = 1_000;

/** A detail as text, cut; what is none is left out. */
const words = (detail: unknown, most = maxWords): string | undefined =>
  typeof detail === 'string' ? detail.slice(0, most).toWellFormed() : undefined;

/** The longest address of a link that is told: no longer one is tracked. */
const maxLink = 2_048;

type Told = Pick<ProviderEvent, 'type' | 'isPermanentBounce' | 'detail' | 'occurredAt'>;

/** What kept a mail back by a list of the provider, or null where it was no list. */
const listOf = ({ detail }: Told, { isByProvider, suppression }: EventMeaning): string | null =>
  isByProvider && suppression !== 'none'
    ? (words(detail.bounceSubType) ?? words(detail.complaintSubType) ?? null)
    : null;

const suppressedBy = (type: string, message: string | undefined): Notice => ({
  type: 'email.suppressed',
  facts: { suppressed: { type, message: words(message) } },
});

function bounceNotice(event: Told, message: string | undefined): Notice {
  const list = listOf(event, meaningOf(event));
  if (list !== null) return suppressedBy(list, message);
  const [type, subType] = [words(event.detail.bounceType), words(event.detail.bounceSubType)];
  return { type: 'email.bounced', facts: { bounce: { type, subType, message: words(message) } } };
}

function complaintNotice(event: Told): Notice | null {
  const meaning = meaningOf(event);
  const list = listOf(event, meaning);
  if (list !== null) return suppressedBy(list, undefined);
  const complained: DeliveryFact = 'complained';
  if (meaning.delivery !== complained) return null;
  return {
    type: 'email.complained',
    facts: { complaint: { type: words(event.detail.complaintFeedbackType) } },
  };
}

function engagement({ detail, occurredAt }: Told): NoticeFacts['open'] & object {
  const timestamp = occurredAt.toISOString();
  // Why it was a machine's, where it was.
  const reason = words(detail.machine);
  return { timestamp, userAgent: words(detail.userAgent), machine: reason !== undefined, reason };
}

/**
 * What is told of an event of the provider: nothing of those that tell what was told before (`send`), or that concern the
 * provider alone. `message` is what the recipient's server said. Pure.
 */
export function noticeOfEvent(event: Told, message?: string): Notice | null {
  switch (event.type) {
    case 'delivery':
      return { type: 'email.delivered', facts: {} };
    case 'delay':
      return { type: 'email.delivery_delayed', facts: {} };
    case 'bounce':
      return bounceNotice(event, message);
    case 'complaint':
      return complaintNotice(event);
    case 'reject':
      return {
        type: 'email.failed',
        facts: { failed: { reason: words(event.detail.reason) ?? 'SES rejected the message' } },
      };
    case 'open':
      return { type: 'email.opened', facts: { open: engagement(event) } };
    case 'click': {
      const link = words(event.detail.link, maxLink) ?? words(event.detail.url, maxLink);
      return { type: 'email.clicked', facts: { click: { link, ...engagement(event) } } };
    }
    case 'send':
    case 'subscription':
    case 'rendering_failure':
    case 'other':
      return null;
    default:
      return assertNever(event.type);
  }
}
