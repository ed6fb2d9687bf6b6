import { unsubscribeUrlOf } from '../links/unsubscribe-link.ts';
import { buildMessage } from './build-message.ts';
import type { ClaimedSend } from './claim.ts';
import {
  type Decision,
  decide,
  decideUnprepared,
  decideUnrendered,
  recordOnly,
  turnsMissed,
} from './decide.ts';
import type { DeliverDeps } from './deliver-deps.ts';
import type { OutgoingMessage } from './provider-outcome.ts';
import { renderInputOf } from './render-input.ts';
import type { RenderOutcome, SnapshotContent } from './renderer.ts';
import { simulateProvider } from './simulate.ts';
import { type CallWindow, createAdmission, takeShare } from './take-share.ts';

/** A message that only has to be given to the provider, before its share of the rate lapses. */
type Prepared = {
  readonly message: OutgoingMessage;
  readonly renderedSubject: string | null;
  readonly shareUntilMs: number;
};

function refusedByConsent({ consent }: ClaimedSend): string | null {
  if (consent.isSuppressed) return 'The recipient is on the suppression list of this workspace.';
  if (consent.isUnsubscribed) return 'The recipient does not receive this subscription group.';
  return null;
}

/** Why this send is not to be given to the provider at all, or null. */
function endsWithoutCall(deps: DeliverDeps, send: ClaimedSend): Decision | null {
  if (send.acceptedEarlierAs !== null) {
    return recordOnly({ kind: 'sent', providerMessageId: send.acceptedEarlierAs, subject: null });
  }
  const refusal = refusedByConsent(send);
  if (refusal !== null) return recordOnly({ kind: 'skipped', message: refusal });
  const givenUp = send.simulated ? null : deps.holds.givenUp(send);
  return givenUp === null ? null : recordOnly({ kind: 'failed', ...givenUp, error: null });
}

/** A snapshot whose subject is not wanted, under an id of its own, since renderers remember by id. */
const withoutSubject = (snapshot: SnapshotContent): SnapshotContent => ({
  ...snapshot,
  id: `${snapshot.id}/body`,
  subject: '-',
});

/** A send waits no longer than this for its rendering to begin, in milliseconds: its place is wanted by others. */
const maxRenderWaitMs = 3_000;

/** What of a lease is kept for the rendering itself on a busy machine, in milliseconds. */
const renderingMs = 4_000;

/** A first rendering may be waited for so long in any case, in milliseconds: what is to render may have to be started. */
const leastRenderWaitMs = 500;

async function render(
  deps: DeliverDeps,
  send: ClaimedSend,
  { unsubscribeUrl, window }: { readonly unsubscribeUrl: string | null; readonly window: CallWindow },
): Promise<RenderOutcome> {
  const snapshot = await deps.snapshot(send.snapshotId);
  const wanted = send.subject === null ? snapshot : withoutSubject(snapshot);
  const { context, provided } = renderInputOf(send, unsubscribeUrl);
  const leftMs = window.callBefore - deps.monotonicMs() - renderingMs;
  const waitMs = Math.min(maxRenderWaitMs, Math.max(leastRenderWaitMs, leftMs));
  const asker = { workspaceId: send.workspaceId, waitMs, turnsMissed: turnsMissed(send) };
  const outcome = await deps.renderer.render(wanted, context, { provided, ...asker });
  if (outcome.kind !== 'rendered' || send.subject === null) return outcome;
  return { ...outcome, content: { ...outcome.content, subject: send.subject } };
}

/** Everything up to the call: renders, fetches and waits; answers the message, or what ends the attempt before it. */
async function prepare(
  deps: DeliverDeps,
  send: ClaimedSend,
  window: CallWindow,
): Promise<Prepared | Decision> {
  const unsubscribeUrl = unsubscribeUrlOf(send, deps.publicUrl);
  const outcome = await render(deps, send, { unsubscribeUrl, window });
  if (outcome.kind !== 'rendered') {
    return decideUnrendered(outcome, { send, maxAttempts: deps.limits.maxAttempts, random: deps.random() });
  }
  const { content } = outcome;
  const attachments = send.attachments.length === 0 ? [] : await deps.attachments(send);
  const message = buildMessage(send, { content, attachments, unsubscribeUrl });
  const prepared = { message, renderedSubject: send.subject === null ? content.subject : null };
  if (send.simulated) return { ...prepared, shareUntilMs: Number.POSITIVE_INFINITY };
  const share = await takeShare(deps, send, { message, window });
  return 'result' in share ? share : { ...prepared, shareUntilMs: share.untilMs };
}

/**
 * Tries a claimed send once: consent, rendering, its share of the rate, the call. Never rejects for what happened
 * before the call: SES surely has nothing then, and the send is not in doubt.
 */
export async function attemptSend(
  deps: DeliverDeps,
  send: ClaimedSend,
  window: CallWindow,
): Promise<Decision> {
  const ended = endsWithoutCall(deps, send);
  if (ended !== null) return ended;
  const { maxAttempts, holdMs } = deps.limits;
  let prepared: Prepared | Decision;
  try {
    prepared = await prepare(deps, send, window);
  } catch (error) {
    deps.onTrouble(error);
    return decideUnprepared({ send, maxAttempts, random: deps.random() });
  }
  if ('result' in prepared) return prepared;
  const { message, renderedSubject, shareUntilMs } = prepared;
  const context = { send, maxAttempts, holdMs, renderedSubject, random: deps.random() };
  if (send.simulated) return decide(simulateProvider(message), context);
  deps.crashPoint('before_call');
  const { admission, refusal } = createAdmission(deps, send, { message, window, shareUntilMs });
  const outcome = await deps.provider.send(message, admission);
  if (outcome.kind === 'accepted') deps.crashPoint('after_accept');
  return refusal() ?? decide(outcome, context);
}
