import type { MachineReason } from '@postroom/contracts';
import type { ProviderEvent } from '../send/provider-outcome.ts';

/** That somebody fetched the pixel of a mail, or followed one of its links. No address of theirs is kept. */
export type Engagement = {
  readonly sendId: string;
  /** The workspace whose key has signed the link. */
  readonly workspaceId: string;
  readonly at: Date;
  /** Null: the pixel. */
  readonly click: { readonly link: number; readonly url: string } | null;
  readonly userAgent: string | null;
  /** Why the request itself is a machine's; null: it looks like a person's. */
  readonly reason: MachineReason | null;
};

/** What is known of a send beside a new engagement with it. */
export type EngagedSend = {
  readonly id: string;
  readonly workspaceId: string;
  /** Null: that SES took it is not known yet. */
  readonly sentAt: Date | null;
  readonly deliveredAt: Date | null;
  /** Opens and clicks that are kept of it already. */
  readonly people: number;
  readonly machines: number;
  /** Clicks that were recorded of late. */
  readonly clicks: readonly {
    readonly eventId: string;
    readonly link: number;
    readonly at: Date;
    readonly isMachine: boolean;
  }[];
};

/** What becomes of engagements: events to record, and recorded clicks that turned out to be a machine's. */
export type Judgement = {
  readonly events: readonly ProviderEvent[];
  readonly burstEventIds: readonly string[];
};

/** Nobody reads and clicks so soon after the mail was delivered, in milliseconds. */
const afterDeliveryMs = 3_000;

/** The same after SES took it, where it has not told yet when it was delivered. */
const afterSendMs = 5_000;

/** Nobody follows so many links of one mail within so many milliseconds. */
const burst = { links: 3, withinMs: 1_000 };

/** So many opens and clicks are kept of one send, of people and of machines each: a link can be followed without end. */
export const maxKept = 100;

function isInstant(at: Date, { sentAt, deliveredAt }: EngagedSend): boolean {
  if (deliveredAt !== null) return at.getTime() < deliveredAt.getTime() + afterDeliveryMs;
  return sentAt === null || at.getTime() < sentAt.getTime() + afterSendMs;
}

type Click = { readonly link: number; readonly at: Date };

/** The clicks that are part of a burst: some window of its length holds them and enough other links. */
function inBursts<One extends Click>(clicks: readonly One[]): ReadonlySet<One> {
  const ordered = clicks.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const found = new Set<One>();
  let begin = 0;
  ordered.forEach((click, end) => {
    while ((ordered[begin] ?? click).at.getTime() < click.at.getTime() - burst.withinMs) begin += 1;
    const window = ordered.slice(begin, end + 1);
    if (new Set(window.map(({ link }) => link)).size >= burst.links) for (const one of window) found.add(one);
  });
  return found;
}

/** The same request told twice is one event, and so is whoever clicks a link twice within a second. */
export const sourceIdOf = ({ click, at, reason }: Engagement): string =>
  `link/${click === null ? 'open' : `click/${click.link}`}/${Math.floor(at.getTime() / 1_000)}/${reason ?? 'person'}`;

const toEvent = (engagement: Engagement, reason: MachineReason | null): ProviderEvent => ({
  sourceId: sourceIdOf(engagement),
  type: engagement.click === null ? 'open' : 'click',
  sendId: engagement.sendId,
  attempt: null,
  providerMessageId: null,
  occurredAt: engagement.at,
  isPermanentBounce: null,
  recipients: [],
  detail: {
    ...(engagement.click === null ? {} : { url: engagement.click.url, linkNumber: engagement.click.link }),
    ...(engagement.userAgent === null ? {} : { userAgent: engagement.userAgent }),
    machine: reason,
  },
});

/** Judges what happened to one send. Pure. */
export function judgeEngagements(send: EngagedSend, engagements: readonly Engagement[]): Judgement {
  const fresh = engagements.flatMap((engagement) =>
    engagement.click === null ? [] : [{ engagement, link: engagement.click.link, at: engagement.at }],
  );
  const stored = send.clicks.map((click) => ({ ...click, engagement: null }));
  const bursting = inBursts([...stored, ...fresh]);
  const inBurst = new Set([...bursting].map(({ engagement }) => engagement));
  const left = { people: maxKept - send.people, machines: maxKept - send.machines };
  const events: ProviderEvent[] = [];
  for (const engagement of engagements) {
    const later = inBurst.has(engagement) ? 'burst' : null;
    const reason = engagement.reason ?? (isInstant(engagement.at, send) ? 'instant' : later);
    const kind = reason === null ? 'people' : 'machines';
    left[kind] -= 1;
    if (left[kind] >= 0) events.push(toEvent(engagement, reason));
  }
  const burstEventIds = stored.flatMap((click) =>
    bursting.has(click) && !click.isMachine ? [click.eventId] : [],
  );
  return { events, burstEventIds };
}
