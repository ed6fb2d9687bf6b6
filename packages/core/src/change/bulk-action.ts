import type { ActionRefusal, BulkAction, SendStatus } from '@postroom/contracts';
import { invalidField } from '../refusals.ts';
import type { SendJob, SendOwner } from '../send/send.ts';
import type { SendsFilter } from '../send/sends-filter.ts';
import { type FoundSend, type PlanRetriesDeps, planRetries, type RetryRequest } from './retry-send.ts';

/** An action that this process may do a piece of, until its lease ends or somebody stops it. */
export type ClaimedAction = {
  readonly id: string;
  readonly owner: SendOwner;
  readonly action: Exclude<BulkAction, 'export'>;
  readonly filter: SendsFilter;
  /** Sends that were accepted later are none of its business. */
  readonly askedAt: Date;
  /** The last send that was looked at; null: none was. */
  readonly cursor: string | null;
  readonly leaseToken: string;
};

/** What becomes of some sends at once, each by the same compare-and-set as one alone. */
export type BulkChange =
  | { readonly kind: 'cancel'; readonly ids: readonly string[] }
  | { readonly kind: 'retry'; readonly requests: readonly (RetryRequest & { readonly id: string })[] };

/** One piece of an action; `cursor` is null when there is nothing behind it. */
export type ActionPiece = {
  readonly change: BulkChange;
  readonly cursor: string | null;
  readonly refused: Partial<Record<ActionRefusal, number>>;
};

/** What one piece came to; `isDone`: it was the last one. */
export type ActionStep = {
  readonly id: string;
  readonly workspaceId: string;
  readonly isDone: boolean;
};

export type DoActionPieceDeps = PlanRetriesDeps & {
  readonly actions: {
    /** Takes the action that has waited longest, one of each workspace at a time, under a lease. */
    claim(): Promise<ClaimedAction | null>;
    /** Changes the sends and writes down how far the action is, both or neither. Null: the lease is another's, or it was stopped. */
    record(action: ClaimedAction, piece: ActionPiece): Promise<readonly SendJob[] | null>;
    /** Leaves an action whose piece failed to be taken up again in a while. */
    release(action: ClaimedAction): Promise<void>;
  };
  readonly sends: {
    /** Ids that a filter lets through, newest first, of at most `most` that are looked at; `cursor` null: nothing is behind them. */
    listPiece(
      owner: SendOwner,
      piece: {
        readonly filter: SendsFilter;
        readonly cursor?: string | undefined;
        readonly limit: number;
        readonly most: number;
      },
    ): Promise<{ readonly ids: readonly string[]; readonly cursor: string | null }>;
  };
  readonly changes: {
    findForRetry(owner: SendOwner, ids: readonly string[]): Promise<readonly FoundSend[]>;
  };
  readonly queue: { add(jobs: readonly SendJob[]): Promise<unknown> };
  /** Hears of jobs that the queue could not be told of: the sweeper finds them. */
  readonly onQueueTrouble: (error: unknown) => void;
};

/**
 * A piece is of so many sends, and looks at no more than so many to find them, so that it ends within its lease also where what
 * it looks for is rare.
 */
const pieceBounds = { limit: 200, most: 10_000 };

/** Ids are made by the clocks of the processes that accept: so far may one of them be ahead of the database, in milliseconds. */
const clockSlackMs = 60_000;

/** What an action changes: sends that are in one of these statuses. */
const changedBy: Readonly<Record<BulkAction, readonly SendStatus[] | null>> = {
  retry: ['Failed'],
  cancel: ['Scheduled', 'Queued'],
  export: null,
};

/** The filter of what an action will change; throws where it names a status that the action has nothing to do with. */
export function filterOfAction(action: BulkAction, filter: SendsFilter): SendsFilter {
  const changed = changedBy[action];
  if (changed === null) return filter;
  const statuses = changed.filter((status) => filter.statuses?.includes(status) ?? true);
  if (statuses.length > 0) return { ...filter, statuses };
  throw invalidField('filter.status', `must be ${changed.join(' or ')} for ${action}, or be left out`);
}

/** The same, without what was accepted well after the action was asked for. */
export function filterUntil(filter: SendsFilter, askedAt: Date): SendsFilter {
  const until = Math.min(
    filter.createdBefore?.getTime() ?? Number.POSITIVE_INFINITY,
    askedAt.getTime() + clockSlackMs,
  );
  return { ...filter, createdBefore: new Date(until) };
}

async function planPiece(
  deps: DoActionPieceDeps,
  { action, owner }: ClaimedAction,
  ids: readonly string[],
): Promise<Omit<ActionPiece, 'cursor'>> {
  if (action === 'cancel') return { change: { kind: 'cancel', ids }, refused: {} };
  const found = await deps.changes.findForRetry(owner, ids);
  const planned = await planRetries(deps, owner, found);
  const refused: Partial<Record<ActionRefusal, number>> = {};
  const requests = found.flatMap(({ id }, at) => {
    const plan = planned[at];
    if (plan?.kind === 'retry') return [{ id, ...plan.request }];
    if (plan !== undefined) refused[plan.reason] = (refused[plan.reason] ?? 0) + 1;
    return [];
  });
  return { change: { kind: 'retry', requests }, refused };
}

/**
 * Does the next piece of an action, and answers what it came to; null when there is none to do. Whoever is killed meanwhile
 * has done it whole or not at all: the next one takes it up when the lease has ended. Any number may work at once.
 */
export async function doActionPiece(
  deps: DoActionPieceDeps,
  bounds: Partial<typeof pieceBounds> = {},
): Promise<ActionStep | null> {
  const action = await deps.actions.claim();
  if (action === null) return null;
  try {
    const { owner, askedAt } = action;
    const filter = filterUntil(filterOfAction(action.action, action.filter), askedAt);
    const { ids, cursor } = await deps.sends.listPiece(owner, {
      filter,
      cursor: action.cursor ?? undefined,
      ...pieceBounds,
      ...bounds,
    });
    const jobs = await deps.actions.record(action, { ...(await planPiece(deps, action, ids)), cursor });
    if (jobs !== null && jobs.length > 0) await deps.queue.add(jobs).catch(deps.onQueueTrouble);
    return { id: action.id, workspaceId: owner.workspaceId, isDone: jobs !== null && cursor === null };
  } catch (error) {
    // Others go on meanwhile.
    await deps.actions.release(action).catch(() => undefined);
    throw error;
  }
}
