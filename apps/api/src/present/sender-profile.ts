import type { SenderProfileResource } from '@postroom/contracts';
import type { StoredSenderProfile } from '@postroom/core';

/** A sender profile and whether mail may go out from it. */
export function presentSenderProfile(sender: StoredSenderProfile): SenderProfileResource {
  return {
    id: sender.id,
    name: sender.name,
    fromEmail: sender.from.email,
    fromName: sender.from.name,
    replyTo: sender.replyTo === null ? null : { email: sender.replyTo.email, name: sender.replyTo.name },
    configurationSet: sender.configurationSet,
    tracking: { clicks: sender.trackClicks, opens: sender.trackOpens, text: sender.trackText },
    trackingHost: sender.trackingHost,
    trackingHostVerified: sender.isTrackingHostVerified,
    trackingHostProblem: sender.trackingHostProblem,
    verified: sender.isVerified,
    flaggedReason: sender.flaggedReason,
    createdAt: sender.createdAt.toISOString(),
    updatedAt: sender.updatedAt.toISOString(),
  };
}
