import type { StoredSend } from '../send/send.ts';
import { isOfSenders } from '../send/sender-limit.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import { commonBatchId } from './accept-items-batch.ts';
import type { AskedEmail } from './asked-send.ts';
import { asNotAllowed, asReused, conflictAt, type EmailsBatchInput, planEmails } from './plan-emails.ts';
import { newOnes } from './plan-sends.ts';
import type { PlannedSend } from './planned-send.ts';
import { writeSends } from './write-sends.ts';

export type EmailsBatchOutcome = {
  /** The one batch that all sends belong to, or null. */
  readonly batchId: string | null;
  /** In the order of the request; each email has a row. */
  readonly sends: readonly StoredSend[];
  /** How many of the rows this request made; the others were there. */
  readonly made: number;
};

/**
 * Records every email as one row: one that cannot be sent, for a reason that only the server knows, as a
 * failed one. What is answered is on disk; the queue is only told afterwards, and may miss it.
 */
export async function acceptEmailsBatch(
  deps: AcceptBatchDeps,
  input: EmailsBatchInput,
): Promise<EmailsBatchOutcome> {
  const plan = await planEmails(deps, input);
  const { made, found } = await writeEmails(deps, input, newOnes(plan));
  const sends = plan.steps.map((step, index) => {
    if (step.kind === 'rejected') throw new Error(`email ${index} was rejected: ${step.message}`);
    if (step.kind === 'known') return step.send;
    const of = step.kind === 'repeated' ? step.first.asked.index : index;
    const send = made.get(of) ?? found.get(of);
    if (send === undefined) throw new Error(`email ${index} was neither written nor found`);
    return send;
  });
  return { batchId: commonBatchId(sends), sends, made: made.size };
}

type WrittenEmails = {
  readonly made: ReadonlyMap<number, StoredSend>;
  /** Sends of another request, which asked for the same under the same key, and was first. */
  readonly found: ReadonlyMap<number, StoredSend>;
};

/**
 * Writes the emails. A request that loses its header to another one meanwhile is a conflict like any later one, unless
 * some of it is on disk already: then its other emails fail alone. One that repeats a send which is not there for its caller fails.
 */
async function writeEmails(
  deps: AcceptBatchDeps,
  { workspaceId, isSimulated, emails, isAlone = false, ...limit }: EmailsBatchInput,
  planned: readonly PlannedSend<AskedEmail>[],
): Promise<WrittenEmails> {
  const total = emails.length;
  const batch = {
    id: deps.newId(),
    workspaceId,
    isSimulated,
    dialect: 'emails',
    total,
    rejected: 0,
  } as const;
  const { made, taken } = await writeSends(deps, batch, { planned, newProfiles: [] });
  const isSame = ({ asked }: PlannedSend) => taken.get(asked.index)?.fingerprint === asked.fingerprint;
  const isShown = ({ asked }: PlannedSend) =>
    isOfSenders(limit, taken.get(asked.index)?.senderProfileId ?? null);
  const others = planned.filter((send) => !made.has(send.asked.index) && !(isSame(send) && isShown(send)));
  const clash = others.find((send) => send.asked.isCovered && !isSame(send));
  if (clash !== undefined && made.size === 0) throw conflictAt(clash.asked.index, isAlone);
  const refused = others.map((send) => (isSame(send) ? asNotAllowed(send) : asReused(send)));
  const again = await writeSends(deps, batch, { planned: refused, newProfiles: [] });
  return { made: new Map([...made, ...again.made]), found: taken };
}
