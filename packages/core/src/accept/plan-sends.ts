import { groupHeaderIssues, type ValidationIssue } from '@postroom/contracts';
import type { SendOwner } from '../send/send.ts';
import { isOfSenders } from '../send/sender-limit.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import type { AskedEmail, AskedItem } from './asked-send.ts';
import { type Directory, wantedBy } from './directory.ts';
import type { Rejection } from './item-outcome.ts';
import type { Plan, PlannedSend, Step } from './planned-send.ts';

/** How the sends of one dialect are planned. */
export type PlanRules<Asked extends AskedItem | AskedEmail> = Omit<Plan<Asked>, 'steps'> & {
  /** What becomes of one that cannot be, whatever exists in the workspace. */
  refuse(asked: Asked, issues: readonly ValidationIssue[]): Rejection;
  /** Checks a send against what exists in the workspace. */
  resolve(asked: Asked): PlannedSend<Asked> | Rejection;
  /** What becomes of one whose key stands for another send: a stored one, or one of the same batch. */
  reuse(asked: Asked, other: 'stored' | 'planned'): PlannedSend<Asked> | Rejection;
  /** What becomes of one that repeats a send which is not there for its caller. */
  hide(asked: Asked): PlannedSend<Asked> | Rejection;
};

/**
 * What is wrong with a send as a whole, whichever way its parts came: what gives it a group, or its lane, may stand beside the
 * object that has its headers.
 */
function issuesOfWhole({ headers, subscriptionGroupId, isMarketing }: AskedItem | AskedEmail) {
  if (subscriptionGroupId !== null) return groupHeaderIssues(headers, 'it has a subscription group');
  return isMarketing ? groupHeaderIssues(headers, 'it is marketing') : [];
}

function resolveBy<Asked extends AskedItem | AskedEmail>(rules: PlanRules<Asked>, asked: Asked) {
  const issues = issuesOfWhole(asked);
  return issues.length > 0 ? rules.refuse(asked, issues) : rules.resolve(asked);
}

/**
 * Tells what is to be done for each send of a batch, and writes nothing. Known keys, and what the sends name, are asked for
 * at once: nearly every key is new. `rulesFor` may refuse the request as a whole.
 */
export async function planSends<Asked extends AskedItem | AskedEmail>(
  deps: Pick<AcceptBatchDeps, 'directory' | 'sends'>,
  read: readonly (Asked | Rejection)[],
  { owner, rulesFor }: { readonly owner: SendOwner; rulesFor(directory: Directory): PlanRules<Asked> },
): Promise<Plan<Asked>> {
  const sends = read.filter((asked): asked is Asked => asked.kind === 'parsed');
  const keys = [...new Set(sends.flatMap(({ key }) => key ?? []))];
  const [known, directory] = await Promise.all([
    deps.sends.findByKeys(owner, keys),
    deps.directory.lookUp(owner, wantedBy(sends)),
  ]);
  const rules = rulesFor(directory);
  const planned = new Map<string, PlannedSend<Asked>>();
  const stepOf = (asked: Asked): Step<Asked> => {
    const { key, fingerprint } = asked;
    const send = key === null ? undefined : known.get(key);
    if (send !== undefined) {
      if (send.fingerprint !== fingerprint) return rules.reuse(asked, 'stored');
      return isOfSenders(owner, send.senderProfileId) ? { kind: 'known', asked, send } : rules.hide(asked);
    }
    const first = key === null ? undefined : planned.get(key);
    if (first !== undefined) {
      const isSame = first.asked.fingerprint === fingerprint;
      return isSame ? { kind: 'repeated', asked, first } : rules.reuse(asked, 'planned');
    }
    const step = resolveBy(rules, asked);
    if (step.kind === 'new' && key !== null) planned.set(key, step);
    return step;
  };
  const steps = read.map((asked) => (asked.kind === 'rejected' ? asked : stepOf(asked)));
  return { steps, newProfiles: rules.newProfiles };
}

/** Those of a plan that are to be written. */
export const newOnes = <Asked extends AskedItem | AskedEmail>({ steps }: Plan<Asked>) =>
  steps.filter((step) => step.kind === 'new');
