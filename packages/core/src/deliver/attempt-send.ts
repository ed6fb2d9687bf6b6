import { confirmUrlOf } from '../links/confirm-link.ts';
import { linkTrackingOf } from '../links/link-tracking.ts';
import { unsubscribeUrlOf } from '../links/unsubscribe-link.ts';
import { deadLinksOf } from '../send/link-places.ts';
import type { OutgoingMessage } from '../send/provider-outcome.ts';
import { renderInputOf } from '../send/render-input.ts';
import { type RenderedContent, type RenderOutcome, renderSend } from '../send/renderer.ts';
import { buildMessage } from './build-message.ts';
import type { ClaimedSend } from './claim.ts';
import {
  type Decision,
  decide,
  decideCrowded,
  decideMisled,
  decideUnprepared,
  decideUnrendered,
  recordOnly,
  turnsMissed,
} from './decide.ts';
import type { DeliverDeps, MessagePlace, Permit } from './deliver-deps.ts';
import { firstReceiver, isForAnybody } from './receivers.ts';
import { simulateProvider } from './simulate.ts';
import { type Call, type CallWindow, createAdmission, createBeginning, takePermit } from './take-permit.ts';

/** A message that only has to be given to the provider, before its permit lapses. A simulated one needs none. */
type Prepared = {
  readonly message: OutgoingMessage;
  readonly renderedSubject: string | null;
  readonly call: (Call & { readonly permit: Extract<Permit, { kind: 'granted' }> }) | null;
};

/** Why nobody gets the send, as its primary recipient is told; null: somebody does. */
function refusedByConsent(send: ClaimedSend): Decision | null {
  const { consent } = send;
  if (isForAnybody(send)) return null;
  const skip = (message: string, isSuppressed: boolean) =>
    recordOnly({ kind: 'skipped', message, isSuppressed });
  if (consent.isSuppressed) return skip('The recipient is on the suppression list of this workspace.', true);
  if (consent.isPending)
    return skip('The recipient has not confirmed the subscription to this group yet.', false);
  if (consent.isUnsubscribed) return skip('The recipient does not receive this subscription group.', false);
  return null;
}

/** A retry sends it once its sender is verified again. */
const senderLost = {
  failureClass: 'sender_not_verified',
  message:
    'The sender is no longer verified in this workspace, and another one has its domain or senders at it.',
};

/** Why this send is not to be given to the provider at all, or null. */
function endsWithoutCall(deps: DeliverDeps, send: ClaimedSend): Decision | null {
  if (send.acceptedEarlier !== null) {
    return recordOnly({ kind: 'sent', ...send.acceptedEarlier, subject: null });
  }
  const refusal = refusedByConsent(send);
  if (refusal !== null) return refusal;
  // SES would take it: it knows no workspaces.
  if (send.isSenderHeldElsewhere) return recordOnly({ kind: 'failed', ...senderLost, error: null });
  if (send.simulated) return null;
  const deadLinks = deadLinksOf(send, deps);
  if (deadLinks !== null) {
    return decideMisled(deadLinks, { send, maxAttempts: deps.limits.maxAttempts, random: deps.random() });
  }
  const givenUp = deps.holds.givenUp(send);
  return givenUp === null ? null : recordOnly({ kind: 'failed', ...givenUp, error: null });
}

/** A send waits no longer than this for room, and for its rendering to begin, in milliseconds: others want its place. */
const maxWaitMs = 3_000;

/** What of a lease is kept for the rendering itself on a busy machine, in milliseconds. */
const renderingMs = 4_000;

/** A first rendering may be waited for so long in any case, in milliseconds: what is to render may have to be started. */
const leastRenderWaitMs = 500;

/** How long the lease lets a send wait before it is rendered. */
const leftToWaitMs = (deps: DeliverDeps, { callBefore }: CallWindow): number =>
  Math.min(maxWaitMs, callBefore - deps.monotonicMs() - renderingMs);

async function render(
  deps: DeliverDeps,
  send: ClaimedSend,
  { unsubscribeUrl, window }: { readonly unsubscribeUrl: string | null; readonly window: CallWindow },
): Promise<RenderOutcome> {
  const snapshot = await deps.snapshot(send.snapshotId);
  const { context, provided } = renderInputOf(send, {
    unsubscribeUrl,
    confirmUrl: confirmUrlOf(send, deps.publicUrl),
  });
  const waitMs = Math.max(leastRenderWaitMs, leftToWaitMs(deps, window));
  const asker = { workspaceId: send.workspaceId, waitMs, turnsMissed: turnsMissed(send) };
  const options = { provided, ...asker };
  return renderSend(deps.renderer, snapshot, { subject: send.subject, context, options });
}

/** The content as it was rendered, unless clicks or opens of the send are recorded. */
async function withTrackedLinks(
  { publicUrl, rewriteLinks }: DeliverDeps,
  send: ClaimedSend,
  { content, unsubscribeUrl }: { readonly content: RenderedContent; readonly unsubscribeUrl: string | null },
): Promise<RenderedContent> {
  const tracking = linkTrackingOf(send, { publicUrl, unsubscribeUrl });
  return tracking === null ? content : rewriteLinks(content, tracking);
}

/** Bytes of a text in memory: one that is not all ASCII may have two for each character. */
function bytesInMemory(text: string | null): number {
  if (text === null) return 0;
  const utf8Bytes = Buffer.byteLength(text);
  return utf8Bytes === text.length ? utf8Bytes : Math.max(utf8Bytes, 2 * text.length);
}

const textBytes = ({ subject, html, text }: RenderedContent): number =>
  bytesInMemory(subject) + bytesInMemory(html) + bytesInMemory(text);

/** Waits for memory, if the message may be a large one. */
function takePlace(deps: DeliverDeps, send: ClaimedSend, window: CallWindow): Promise<MessagePlace | null> {
  const { workspaceId, snapshotId, attachments } = send;
  const attachmentBytes = attachments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const waitMs = Math.max(0, leftToWaitMs(deps, window));
  return deps.room.take({ workspaceId, snapshotId, attachmentBytes, waitMs });
}

const crowded = (deps: DeliverDeps, send: ClaimedSend): Decision =>
  decideCrowded(send, deps.random(), deps.returns.nextMs(send.workspaceId));

/** Everything up to the call: renders, fetches and waits; answers the message, or what ends the attempt before it. */
async function prepare(
  deps: DeliverDeps,
  send: ClaimedSend,
  { window, place }: { readonly window: CallWindow; readonly place: MessagePlace },
): Promise<Prepared | Decision> {
  const { place: reader } = firstReceiver(send);
  const unsubscribeUrl = unsubscribeUrlOf(send, deps.publicUrl, reader);
  const outcome = await render(deps, send, { unsubscribeUrl, window });
  if (outcome.kind === 'busy') return crowded(deps, send);
  if (outcome.kind !== 'rendered') {
    const { maxAttempts } = deps.limits;
    return decideUnrendered(outcome, { send, maxAttempts, random: deps.random() });
  }
  const content = await withTrackedLinks(deps, send, { content: outcome.content, unsubscribeUrl });
  if (!place.fit(textBytes(content))) return crowded(deps, send);
  const attachments = send.attachments.length === 0 ? [] : await deps.attachments(send);
  const message = buildMessage(send, { content, attachments, unsubscribeUrl });
  const prepared = { message, renderedSubject: send.subject === null ? content.subject : null };
  if (send.simulated) return { ...prepared, call: null };
  const call = { message, window, begin: createBeginning(deps, send) };
  const permit = await takePermit(deps, send, call);
  return 'result' in permit ? permit : { ...prepared, call: { ...call, permit } };
}

/**
 * Tries a claimed send once: consent, rendering, its permit, the call. Never rejects for what happened
 * before the call: SES surely has nothing then, and the send is not in doubt.
 */
export async function attemptSend(
  deps: DeliverDeps,
  send: ClaimedSend,
  window: CallWindow,
): Promise<Decision> {
  const ended = endsWithoutCall(deps, send);
  if (ended !== null) return ended;
  const place = await takePlace(deps, send, window);
  if (place === null) return crowded(deps, send);
  try {
    const decision = await prepareAndCall(deps, send, { window, place });
    if (decision.result.kind !== 'returned') deps.returns.ended(send.workspaceId);
    return decision;
  } finally {
    place.leave();
  }
}

async function prepareAndCall(
  deps: DeliverDeps,
  send: ClaimedSend,
  { window, place }: { readonly window: CallWindow; readonly place: MessagePlace },
): Promise<Decision> {
  const { maxAttempts, holdMs } = deps.limits;
  let prepared: Prepared | Decision;
  try {
    prepared = await prepare(deps, send, { window, place });
  } catch (error) {
    deps.onTrouble(error, send);
    return decideUnprepared({ send, maxAttempts, random: deps.random() });
  }
  if ('result' in prepared) return prepared;
  const { message, renderedSubject, call } = prepared;
  const context = { send, maxAttempts, holdMs, renderedSubject, random: deps.random() };
  if (call === null) return decide(simulateProvider(message), context);
  deps.crashPoint('before_call');
  const { admission, refusal } = createAdmission(deps, send, call);
  const outcome = await deps.provider.send(message, admission);
  if (outcome.kind === 'accepted') deps.crashPoint('after_accept');
  return refusal() ?? decide(outcome, context);
}
