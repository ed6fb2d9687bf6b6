import type { DoorSend } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import type { SendOwner } from '../send/send.ts';
import { createPace } from '../turns.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import type { AskedEmail, AskedItem } from './asked-send.ts';
import type { Directory } from './directory.ts';
import { keyReused, type Rejection, reject, type SendOutcome } from './item-outcome.ts';
import { outcomeOf } from './outcome-of.ts';
import { parseEmail } from './parse-email.ts';
import { askedItem, malformed } from './parse-item.ts';
import { resolveEmail } from './plan-emails.ts';
import { itemRules } from './plan-items.ts';
import { newOnes, type PlanRules, planSends } from './plan-sends.ts';
import { refusalOfGroup } from './resolve-group.ts';
import { refusalOfTracking } from './resolve-tracking.ts';
import { writeSends } from './write-sends.ts';

/** One send of a request that knows no dialects: well-formed in one of them, with what that has no words for, or refused. */
export type SendToAccept = Exclude<DoorSend, { readonly kind: 'bad' }> | Rejection;

export type AcceptSendsInput = SendOwner & {
  readonly sends: readonly SendToAccept[];
  /** The request's `Idempotency-Key`: send i has the key `<header>/<i>`. */
  readonly idempotencyHeader: string | null;
  /** One that is rejected rejects all: none is written. */
  readonly isWhole: boolean;
  /** Why some are rejected, by their place in the request: not those that repeat a send, which is answered. Left out: none is. */
  readonly refusals?: ReadonlyMap<number, Rejection> | undefined;
};

/** What became of each send, in the order of the request; or of a whole that was refused, what is wrong with which. */
export type SendsOutcome =
  | { readonly kind: 'taken'; readonly outcomes: readonly SendOutcome[] }
  | { readonly kind: 'refused'; readonly rejections: ReadonlyMap<number, Rejection> };

type Asked = AskedEmail | AskedItem;

/** How often a whole is planned anew because someone else took one of its keys in between. */
const maxTries = 3;

/**
 * Records the sends of a request that knows no dialects: as one row each what can be sent, and nothing of what cannot. What
 * is answered as accepted is on disk; the queue is only told afterwards, and may miss it.
 */
export async function acceptSends(deps: AcceptBatchDeps, input: AcceptSendsInput): Promise<SendsOutcome> {
  const read: (Asked | Rejection)[] = [];
  const pace = createPace();
  for (const [index, send] of input.sends.entries()) {
    read.push(readSend(send, index, { ...input, newId: deps.newId }));
    await pace();
  }
  for (let tries = 0; tries < maxTries; tries += 1) {
    const outcome = await writeRead(deps, read, input);
    if (outcome !== null) return outcome;
  }
  throw new PostroomError('unavailable', 'Others use the same Idempotency-Key at this moment: try again.');
}

/** Plans and writes them; null: a whole of which someone else took a key meanwhile, so that none was written. */
async function writeRead(
  deps: AcceptBatchDeps,
  read: readonly (Asked | Rejection)[],
  input: AcceptSendsInput,
): Promise<SendsOutcome | null> {
  const { workspaceId, isSimulated, isWhole, refusals } = input;
  const rulesFor = (directory: Directory) => refusing(rulesOfBoth(deps, directory), refusals);
  const plan = await planSends(deps, read, { owner: input, rulesFor });
  const rejections = rejectionsOf(plan.steps);
  if (isWhole && rejections.size > 0) return { kind: 'refused', rejections };
  const planned = newOnes(plan);
  const batch = {
    id: deps.newId(),
    workspaceId,
    isSimulated,
    dialect: planned.every(({ asked }) => asked.dialect === 'items') ? 'items' : 'emails',
    total: read.length,
    rejected: rejections.size,
    // One statement of one send is a whole by itself.
    isWhole: isWhole && planned.length > 1,
  } as const;
  const written = await writeSends(deps, batch, { planned, newProfiles: plan.newProfiles });
  if (batch.isWhole && written.made.size < planned.length) return null;
  const outcomes = plan.steps.map((step) =>
    step.kind === 'rejected' ? step : outcomeOf(step, written, input),
  );
  return { kind: 'taken', outcomes };
}

type ReadWith = Pick<AcceptSendsInput, 'idempotencyHeader' | 'isSimulated'> & {
  readonly newId: () => string;
};

function readSend(
  send: SendToAccept,
  index: number,
  { idempotencyHeader, isSimulated, newId }: ReadWith,
): Asked | Rejection {
  if (send.kind === 'rejected') return send;
  if (send.kind === 'email') {
    const { email, subscriptionGroupId, mime } = send;
    return parseEmail(email, index, { idempotencyHeader, isSimulated, subscriptionGroupId, mime });
  }
  const { item, to, isMarketing } = send;
  const idempotencyKey = idempotencyHeader === null ? newId() : `${idempotencyHeader}/${index}`;
  return askedItem({ ...item, idempotencyKey }, { index, isSimulated, to, isMarketing });
}

const rejectionsOf = (steps: readonly (Rejection | { readonly kind: string })[]) =>
  new Map(steps.flatMap((step, index) => (isRejection(step) ? [[index, step] as const] : [])));

const isRejection = (step: Rejection | { readonly kind: string }): step is Rejection =>
  step.kind === 'rejected';

const refusing = (rules: PlanRules<Asked>, refusals: AcceptSendsInput['refusals']): PlanRules<Asked> => ({
  ...rules,
  resolve: (asked) => refusals?.get(asked.index) ?? rules.resolve(asked),
});

/** The rules of items, and those of emails but for one: what cannot be sent is rejected, and gets no row that failed. */
function rulesOfBoth(deps: AcceptBatchDeps, directory: Directory): PlanRules<Asked> {
  const ofItems = itemRules(deps, directory);
  return {
    newProfiles: ofItems.newProfiles,
    refuse: (_asked, issues) => malformed(issues),
    resolve: (asked) => {
      if (asked.dialect === 'items') return ofItems.resolve(asked);
      const groupRefusal = refusalOfGroup(asked, directory, deps);
      if (groupRefusal !== null) return groupRefusal;
      const planned = resolveEmail(asked, directory);
      const trackingRefusal = refusalOfTracking(planned, deps);
      if (trackingRefusal !== null) return trackingRefusal;
      const { failure } = planned;
      return failure === null ? planned : reject(failure.failureClass, failure.message);
    },
    reuse: keyReused,
    hide: ofItems.hide,
  };
}
