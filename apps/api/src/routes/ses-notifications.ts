import { type EventMessage, PostroomError } from '@postroom/core';
import type { EventResults, Logger, RecurringErrors } from '@postroom/process';
import {
  confirmSubscription,
  parseSesEvent,
  parseSnsMessage,
  type SnsMessage,
  type SnsRefusal,
  type SnsVerification,
} from '@postroom/provider-ses';
import { Router } from 'express';
import { boundUnownedBodies } from '../http/body-budget.ts';
import { readBody } from '../http/read-body.ts';

export type SesNotificationDeps = {
  readonly logger: Logger;
  readonly errors: RecurringErrors;
  readonly verify: (message: SnsMessage) => Promise<SnsVerification>;
  /** Resolves when they are committed. */
  readonly takeEvents: (message: EventMessage) => Promise<void>;
  readonly results: EventResults;
};

/** SNS posts at most 256 KiB; SES's events are far smaller. */
const limitBytes = 512 * 1024;

/** Those that are in hand together, of whoever posts them: nobody needs a key for that. */
const inHandBytes = 32 * 1024 * 1024;

const passingReasons: Partial<Record<SnsRefusal, string>> = {
  certificate_unavailable: 'The signing certificate cannot be fetched just now.',
  from_the_future: 'The SNS message is dated later than the clock of this machine.',
};

const refuse = (message: string) =>
  new PostroomError('validation_failed', message, { details: { issues: [{ path: '', message }] } });

async function take(deps: SesNotificationDeps, body: string): Promise<void> {
  const parsed = parseSnsMessage(body);
  if (parsed.kind === 'malformed') throw refuse('The body is not an SNS message.');
  const { message } = parsed;
  const verification = await deps.verify(message);
  if (verification.kind === 'refused') {
    // Anybody may post what is none of SNS, as often as they like.
    deps.errors.note({ event: 'sns_refused', error: verification.reason });
    // SNS takes a 4xx for its last word; these may be ours to mend, the clock of this machine among them.
    const passing = passingReasons[verification.reason];
    if (passing !== undefined) throw new PostroomError('unavailable', passing);
    throw refuse(`The SNS message is refused: ${verification.reason}.`);
  }
  if (message.Type === 'SubscriptionConfirmation') {
    const outcome = await confirmSubscription(message, { fetch });
    deps.logger.info({ event: 'sns_subscription', outcome: outcome.kind });
    if (outcome.kind === 'failed')
      throw new PostroomError('unavailable', 'The subscription could not be confirmed.');
    return;
  }
  if (message.Type !== 'Notification') return;
  const event = parseSesEvent(message.Message);
  if (event.kind === 'ignored') {
    deps.logger.debug({ event: 'ses_event_ignored', reason: event.reason });
    deps.results.events.inc({ result: 'ignored' });
    return;
  }
  await deps.takeEvents({ events: event.events, length: message.Message.length });
}

/** `POST /providers/ses/notifications`: SES's events, as SNS posts them: `text/plain`, signed, repeated, in any order. */
export function sesNotificationRoutes(deps: SesNotificationDeps): Router {
  const router = Router();
  router.post('/providers/ses/notifications', boundUnownedBodies(inHandBytes), async (request, response) => {
    await take(deps, (await readBody(request, limitBytes)).toString('utf8'));
    response.status(204).end();
  });
  return router;
}
