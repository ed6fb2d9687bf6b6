import {
  type Address,
  type EmailHistory,
  formatAddress,
  type HistoryType,
  type PostmarkDetails,
  type PostmarkSent,
  pairOfTag,
  type SendStatus,
} from '@postroom/contracts';
import {
  recipientsIn,
  type SendOutcome,
  type SendSource,
  type SnapshotContent,
  type StoredSend,
} from '@postroom/core';
import { subjectOf } from '../../present/email-send.ts';
import { shownContent } from '../shown-content.ts';
import { presentRefusal } from './error-form.ts';

const listOf = (addresses: readonly Address[]) => addresses.map(formatAddress).join(', ');

/** What became of one message of a request. Blind copies are left out on purpose. */
export function presentSent(outcome: SendOutcome): PostmarkSent {
  if (outcome.kind === 'rejected') return presentRefusal(outcome);
  const { send } = outcome;
  return {
    To: listOf([send.to, ...send.toOthers]),
    ...(send.cc.length === 0 ? {} : { Cc: listOf(send.cc) }),
    SubmittedAt: send.createdAt.toISOString(),
    MessageID: send.id,
    ErrorCode: 0,
    Message: send.simulated ? 'Test job accepted' : 'OK',
  };
}

const statusOf: Readonly<Record<SendStatus, PostmarkDetails['Status']>> = {
  Scheduled: 'Queued',
  Queued: 'Queued',
  Processing: 'Queued',
  Sent: 'Sent',
  Failed: 'Processed',
  Skipped: 'Processed',
  Canceled: 'Processed',
};

type MessageEvent = PostmarkDetails['MessageEvents'][number];

const eventTypes: ReadonlyMap<HistoryType, MessageEvent['Type']> = new Map<HistoryType, MessageEvent['Type']>(
  [
    ['delivered', 'Delivered'],
    ['delayed', 'Transient'],
    ['bounced', 'Bounced'],
    ['opened', 'Opened'],
    ['clicked', 'LinkClicked'],
    ['unsubscribed', 'SubscriptionChanged'],
  ],
);

const recipient = ({ email, name }: Address) => ({ Email: email, Name: name ?? '' });

/** A send, and whether it went to its primary recipient alone. */
type DetailedSend = StoredSend & { readonly isToOne: boolean };

/** One for each of those whom it is about: Postmark has an event of each recipient. */
function presentEvents({ events }: EmailHistory, send: DetailedSend): MessageEvent[] {
  return events.flatMap(({ type, at, url, bounceType, bounceSubType, ...event }) => {
    const known = eventTypes.get(type);
    if (known === undefined) return [];
    const said = { recipients: event.detail?.recipients, diagnostic: event.diagnostic };
    return recipientsIn(said, send).map(({ email, diagnostic }) => {
      const words = diagnostic ?? `${bounceType ?? 'Undetermined'} ${bounceSubType ?? ''}`.trim();
      const details: Readonly<Record<string, unknown>> =
        known === 'LinkClicked'
          ? { Summary: 'A link was followed.', Link: url ?? '' }
          : known === 'Bounced'
            ? { Summary: words }
            : {};
      return { Recipient: email, Type: known, ReceivedAt: at, Details: details };
    });
  });
}

/** Postmark has one value of each name: those of tags that share one stand together. */
function metadataOf(tags: readonly string[]): Readonly<Record<string, string>> {
  const values = new Map<string, string>();
  for (const tag of tags) {
    const pair = pairOfTag(tag);
    if (pair === null) continue;
    const known = values.get(pair.name);
    values.set(pair.name, known === undefined ? pair.value : `${known}, ${pair.value}`);
  }
  return Object.fromEntries(values);
}

/** What was asked for a send beside its text. */
type Extras = Pick<SendSource, 'attachments' | 'trackClicks' | 'trackOpens' | 'trackText'>;

/** A message that came in MIME form is kept as a file that is none of its own. */
const presentExtras = ({ attachments, trackClicks, trackOpens, trackText }: Extras) => ({
  Attachments: attachments.filter(({ mime }) => mime === undefined).map(({ filename }) => filename),
  TrackOpens: trackOpens,
  TrackLinks: trackClicks
    ? trackText
      ? ('HtmlAndText' as const)
      : ('HtmlOnly' as const)
    : ('None' as const),
});

type Details = {
  readonly send: DetailedSend;
  readonly extras: Extras;
  readonly content: SnapshotContent;
  readonly history: EmailHistory;
};

/** A send as Postmark shows it, with its content. */
export function presentDetails({ send, extras, content, history }: Details): PostmarkDetails {
  const to = [send.to, ...send.toOthers];
  const { html, text } = shownContent(content);
  return {
    MessageID: send.id,
    Tag: send.tags.find((tag) => pairOfTag(tag) === null) ?? null,
    To: to.map(recipient),
    Cc: send.cc.map(recipient),
    Bcc: [],
    Recipients: [...to, ...send.cc].map(({ email }) => email),
    ReceivedAt: send.createdAt.toISOString(),
    From: formatAddress(send.from),
    Subject: subjectOf(send),
    ...presentExtras(extras),
    Status: statusOf[send.status],
    Metadata: metadataOf(send.tags),
    MessageStream: send.lane === 'marketing' ? 'broadcast' : 'outbound',
    Sandboxed: send.simulated,
    TextBody: text,
    HtmlBody: html,
    Body: '',
    MessageEvents: presentEvents(history, send),
  };
}
