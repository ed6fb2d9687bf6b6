import type { NewSend } from '../send/send.ts';
import { keptOf } from './asked-send.ts';
import type { PlannedSend } from './planned-send.ts';

/** What the rows of a batch have in common, and what was made for one of them. */
type Made = {
  readonly now: Date;
  readonly newId: () => string;
  readonly snapshotId: string;
  readonly profileId: string | null;
  readonly subscriptionGroupId: string | null;
  readonly confirmsGroupId: string | null;
};

/** When a new send may go: one whose moment has passed goes at once, as if it had not been scheduled. */
const statusAt = (scheduledAt: Date | null, now: Date) =>
  scheduledAt !== null && scheduledAt.getTime() > now.getTime() ? 'Scheduled' : 'Queued';

/** Whether a send says that it is marketing, and names no group. */
export const isMarketing = ({ asked }: Pick<PlannedSend, 'asked'>): boolean =>
  asked.isMarketing && asked.subscriptionGroupId === null;

/** What the send says of tracking wins over what its sender profile does; if neither says anything, nothing is recorded. */
export function trackingOf({ asked, profile }: Pick<PlannedSend, 'asked' | 'profile'>) {
  const trackClicks = asked.trackClicks ?? profile?.trackClicks ?? false;
  const trackOpens = asked.trackOpens ?? profile?.trackOpens ?? false;
  return {
    trackClicks,
    trackOpens,
    trackText: asked.trackText ?? profile?.trackText ?? false,
    trackingHost: trackClicks || trackOpens ? (profile?.trackingHost ?? null) : null,
  };
}

/** Makes the row of a planned send, whatever its dialect. Pure but for ids. */
export function newSend(planned: PlannedSend, made: Made): NewSend {
  const { asked, profile, failure } = planned;
  return {
    id: made.newId(),
    messageId: made.newId(),
    dialect: asked.dialect,
    // Mail that its recipient can unsubscribe from waits behind mail that was asked for.
    lane: made.subscriptionGroupId === null && !isMarketing(planned) ? 'transactional' : 'marketing',
    status: failure === null ? statusAt(asked.scheduledAt, made.now) : 'Failed',
    failure,
    simulated: asked.isSimulated,
    idempotencyKey: planned.key,
    fingerprint: asked.fingerprint,
    templateId: planned.template?.id ?? null,
    snapshotId: made.snapshotId,
    senderProfileId: profile?.id ?? null,
    configurationSet: profile?.configurationSet ?? null,
    accountId: profile?.accountId ?? null,
    from: planned.from,
    replyTo: asked.replyTo ?? profile?.replyTo ?? null,
    ...keptOf(asked),
    subscriptionGroupId: made.subscriptionGroupId,
    confirmsGroupId: made.confirmsGroupId,
    profileId: made.profileId,
    to: planned.to,
    toOthers: planned.toOthers,
    cc: planned.cc,
    bcc: planned.bcc,
    attachments: asked.attachments.map(({ ref }) => ref),
    ...trackingOf(planned),
  };
}
