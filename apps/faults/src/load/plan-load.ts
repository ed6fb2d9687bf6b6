import { type Random, seededRandom } from '@postroom/servers';
import type { SendKind } from '../nouns/client-log.ts';
import type { LoadPlan, PlannedRequest, PlannedSend, SendPlan } from '../nouns/plan.ts';
import type { Workspace } from '../nouns/workspace.ts';
import { mixedKinds, pickErasure, pickKind, planEmail, planItem } from './plan-sends.ts';

/** None has more sends than the items dialect takes. */
const requestsWanted = 60;
const maxSendsPerRequest = 100;

/** Parts of the requests. */
const share = { second: 0.2, emails: 0.25, refused: 0.1, reused: 0.2, atOnce: 0.2 } as const;

type Maker = {
  readonly plan: LoadPlan;
  readonly random: Random;
  readonly workspace: Workspace;
  /** Kinds of which the load has none yet. */
  readonly owed: SendKind[];
};

/** Of a request so many sends are of kinds that the load has to have. */
const owedPerRequest = 2;

const itemsRequest = (
  { key }: Workspace,
  sends: readonly PlannedSend[],
  more: Partial<PlannedRequest> & { readonly atMs: number; readonly extra?: object },
): PlannedRequest => ({
  key,
  headers: {},
  dialect: 'items',
  copies: 1,
  next: null,
  sends,
  body: JSON.stringify({ items: sends.map(({ body }) => body), ...more.extra }),
  ...more,
});

/** A request of new keys that has to be refused as a whole, so that none of them may leave a row. */
function refusedRequest({ plan, workspace }: Maker, atMs: number, from: number): PlannedRequest {
  const keys = Array.from({ length: 3 }, (_, at) => `${plan.label}-refused-${from}-${at}`);
  const sends = keys.map((key) => planItem({ workspace, key, kind: 'refused', policy: plan.policy, atMs }));
  return itemsRequest(workspace, sends, { atMs, extra: { defaults: { to: { email: 'a@b.co' } } } });
}

/** The first key of a request again, with another body. */
function reusedRequest({ workspace }: Maker, atMs: number, first: PlannedSend): PlannedRequest {
  const log = { ...first.log, kind: 'reused' as const, tries: [], erasure: null };
  const body = { ...first.body, subject: 'Something else' };
  return itemsRequest(workspace, [{ log, body }], { atMs });
}

function emailsRequest(maker: Maker, atMs: number, keys: readonly string[]): PlannedRequest {
  const { plan, workspace, random } = maker;
  const header = keys[0] ?? '';
  const sends = keys.map((_, at) => {
    const kind: SendKind = random() < 0.1 ? 'copied' : 'plain';
    // The recipients of this dialect have no profile.
    const erasure = pickErasure(random, kind, plan.erasedShare);
    const own = erasure && ({ ...erasure, by: 'email' } as const);
    return planEmail({ workspace, key: `${header}/${at}`, kind, policy: plan.policy, atMs, erasure: own });
  });
  return {
    atMs,
    key: workspace.key,
    headers: { 'idempotency-key': header },
    body: JSON.stringify({ emails: sends.map(({ body }) => body) }),
    sends,
    dialect: 'emails',
    copies: random() < share.atOnce ? 2 : 1,
    next: null,
  };
}

const mayPoison = ({ plan: { poisoner, workspaces }, workspace }: Pick<Maker, 'plan' | 'workspace'>) =>
  poisoner === 'both' || workspace === workspaces.at(-1);

function itemsBatch(maker: Maker, atMs: number, keys: readonly string[]): PlannedRequest {
  const { plan, workspace, random } = maker;
  const isEarly = maker.owed.length > 0;
  const sends = keys.map((key, at) => {
    // The first key may come again with another body, and so is a plain one rather.
    const owed = at > 0 && at <= owedPerRequest ? maker.owed.pop() : undefined;
    const isPoison = random() < plan.poisonShare && mayPoison(maker);
    const kind = owed ?? (isPoison ? 'poison' : pickKind(random));
    const erasure = pickErasure(random, kind, plan.erasedShare);
    return planItem({ workspace, key, kind, policy: plan.policy, atMs, erasure } satisfies SendPlan);
  });
  const [first] = sends;
  const isReused = first?.log.kind === 'plain' && (isEarly || random() < share.reused);
  return itemsRequest(workspace, sends, {
    atMs,
    copies: random() < share.atOnce ? 3 : 1,
    next: isReused ? reusedRequest(maker, atMs, first) : null,
  });
}

/**
 * Plans a load: requests of both dialects in two workspaces, spread evenly. One of fifty sends or more has some of every
 * kind. The same seed plans the same.
 */
export function planLoad(plan: LoadPlan): readonly PlannedRequest[] {
  const { workspaces, sends, startAtMs, overMs, label, sendsPerRequest } = plan;
  const random = seededRandom(plan.seed);
  const perRequest = Math.min(
    maxSendsPerRequest,
    sendsPerRequest ?? Math.max(5, Math.ceil(sends / requestsWanted)),
  );
  const owesPoison = plan.poisonShare > 0 && plan.poisoner === 'both';
  const owed: SendKind[] = [...mixedKinds, ...(owesPoison ? (['poison'] as const) : [])];
  const requests: PlannedRequest[] = [];
  const used = workspaces.map(() => 0);
  for (let planned = 0; planned < sends; planned += perRequest) {
    const which = random() < share.second ? workspaces.length - 1 : 0;
    const workspace = workspaces[which];
    if (workspace === undefined) throw new Error('a load needs a workspace');
    const maker = { plan, random, workspace, owed };
    const atMs = startAtMs + (planned / sends) * overMs;
    const from = used[which] ?? 0;
    const count = Math.min(perRequest, sends - planned);
    used[which] = from + count;
    // Counted in each workspace, so that the same keys mean different sends in the two.
    const keys = Array.from({ length: count }, (_, at) => `${label}-${from + at}`);
    const isOfEmails = owed.length === 0 && random() < share.emails;
    requests.push((isOfEmails ? emailsRequest : itemsBatch)(maker, atMs, keys));
    if (from === 0 || random() < share.refused) requests.push(refusedRequest(maker, atMs, from));
  }
  return requests;
}
