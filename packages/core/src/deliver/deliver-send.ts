import { attemptSend } from './attempt-send.ts';
import { type BackOff, backOffMs } from './back-off.ts';
import type { AttemptRecord, ClaimedSend, ClaimResult, DroppedCopy } from './claim.ts';
import type { Decision } from './decide.ts';
import type { DeliverDeps } from './deliver-deps.ts';
import { droppedCopies } from './receivers.ts';

/** How a job ends. */
export type JobVerdict =
  | { readonly kind: 'done' }
  /** The send ended `Failed`; the class names why, without addresses. */
  | { readonly kind: 'failed'; readonly failureClass: string }
  | {
      readonly kind: 'later';
      readonly waitMs: number;
      /** Whose it is, if it was put off for a hold or a pause: others were served meanwhile, and its turn may have passed. */
      readonly heldOf?: string;
    };

/** Margin between the end of a call and the end of its lease, in milliseconds. */
const leaseMarginMs = 250;

/** When the job of a send whose end is not known yet looks again, in milliseconds. */
const lookAgainMs = 1_000;

/** Between two tries to write down what is known. */
const writeBackOff: BackOff = { baseMs: 100, maxMs: 2_000 };

/** How long after its claim an attempt is still tried to be written down, in milliseconds: an outage may outlast the lease. */
const writeForMs = 300_000;

/**
 * Takes one send from its claim to its record: claims it, checks consent, renders, waits for its permit, calls the
 * provider once and records what came of it. Whatever this process does not live to record, the sweeper settles.
 */
export async function deliverSend(
  deps: DeliverDeps,
  job: { readonly sendId: string; readonly epoch: number },
  signal: AbortSignal,
): Promise<JobVerdict> {
  const claimedAt = deps.monotonicMs();
  const claim = await deps.claim({ ...job, leaseToken: deps.newLeaseToken() });
  switch (claim.kind) {
    case 'gone':
      return { kind: 'done' };
    case 'failed':
      return claim;
    case 'busy':
    case 'not_yet':
      return { kind: 'later', waitMs: claim.waitMs };
    case 'held':
      return putOff(deps, claim.scope, claim);
    case 'paused':
      return putOff(deps, `paused:${claim.workspaceId}`, claim);
    case 'claimed': {
      deps.crashPoint('after_claim');
      const { send } = claim;
      const decision = await attemptSend(deps, send, { signal, callBefore: claimedAt + latestCallMs(deps) });
      return settle(deps, send, { decision, claimedAt });
    }
  }
}

const putOff = (
  { returns }: DeliverDeps,
  scope: string,
  { workspaceId, waitMs }: Extract<ClaimResult, { readonly kind: 'held' | 'paused' }>,
): JobVerdict => ({ kind: 'later', waitMs: returns.heldMs(scope, waitMs), heldOf: workspaceId });

const latestCallMs = ({ limits }: DeliverDeps) => limits.leaseMs - limits.requestTimeoutMs - leaseMarginMs;

/** Writes until it is written: what is known of a call must not be forgotten because the database was away for a moment. */
async function persist<T>(
  deps: DeliverDeps,
  write: () => Promise<T>,
  { send, untilMs }: { readonly send: ClaimedSend; readonly untilMs: number },
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      if (deps.monotonicMs() >= untilMs) throw error;
      deps.onTrouble(error, send);
      await deps.pause(backOffMs(writeBackOff, tries, deps.random()));
    }
  }
}

/** Whom the message went without, if it was given to the provider at all. */
function droppedFrom(send: ClaimedSend, { kind }: Decision['result']): readonly DroppedCopy[] {
  const isGiven = (kind === 'sent' || kind === 'in_doubt') && send.acceptedEarlier === null;
  return isGiven ? droppedCopies(send) : [];
}

const errorCodeOf = (result: Decision['result']): string | null =>
  'error' in result ? (result.error?.code ?? null) : null;

async function settle(
  deps: DeliverDeps,
  send: ClaimedSend,
  { decision, claimedAt }: { readonly decision: Decision; readonly claimedAt: number },
): Promise<JobVerdict> {
  const { result } = decision;
  const { id: sendId, leaseToken, attempt, simulated: isSimulated } = send;
  const untilMs = claimedAt + writeForMs;
  if (decision.isThrottled) await deps.pacer.slowDown();
  if (decision.hold !== null) await deps.holds.place(decision.hold, errorCodeOf(result));
  deps.crashPoint('before_record');
  const dropped = droppedFrom(send, result);
  const record = {
    sendId,
    leaseToken,
    attempt,
    isSimulated,
    result,
    ...(dropped.length === 0 ? {} : { dropped }),
  };
  const { isRecorded } = await persist(deps, () => deps.record(record), { send, untilMs });
  deps.crashPoint('after_record');
  await tellOthers(deps, send, { decision, isRecorded, untilMs });
  return isRecorded ? verdictOf(result) : { kind: 'later', waitMs: lookAgainMs };
}

/** Writes what follows from an attempt beside its record. Each of it may be written twice, and nobody else would. */
async function tellOthers(
  deps: DeliverDeps,
  send: ClaimedSend,
  known: { readonly decision: Decision; readonly isRecorded: boolean; readonly untilMs: number },
): Promise<void> {
  const { isSenderRefused, result } = known.decision;
  const { untilMs } = known;
  const until = (write: () => Promise<void>) => persist(deps, write, { send, untilMs });
  const { senderProfileId: profileId } = send;
  if (isSenderRefused && profileId !== null && result.kind === 'failed') {
    await until(() => deps.flagSender(profileId, result.message));
  }
  if (result.kind !== 'sent') return;
  const { providerMessageId } = result;
  if (!known.isRecorded && providerMessageId !== null) {
    await until(() => deps.recordEvidence(send, providerMessageId));
  }
  // Also of one that another has by now: it may never come to its report.
  if (send.simulated) await until(() => deps.reportSimulated(send));
}

function verdictOf(result: AttemptRecord['result']): JobVerdict {
  switch (result.kind) {
    case 'failed':
      return { kind: 'failed', failureClass: result.failureClass };
    case 'retry':
    case 'returned':
      return { kind: 'later', waitMs: result.delayMs };
    case 'in_doubt':
      return { kind: 'later', waitMs: lookAgainMs };
    case 'sent':
    case 'skipped':
      return { kind: 'done' };
  }
}
