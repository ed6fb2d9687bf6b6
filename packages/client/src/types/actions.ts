import type { EmailFilters } from './sends.ts';

/** Which sends an action is about; all conditions have to hold, and `{}` lets all through. */
export type ActionFilter = Omit<EmailFilters, 'cursor' | 'limit' | 'offset'>;

/** Something to be done with all sends that a filter lets through. */
export type CreateAction = {
  readonly action: 'retry' | 'cancel' | 'export';
  readonly filter: ActionFilter;
};

/** Why an action left a send as it was. */
export type ActionRefusal =
  | 'not_failed'
  | 'not_waiting'
  | 'beaten'
  | 'changed_since'
  | 'sender_not_verified'
  | 'never_accepted'
  | 'recipient_erased'
  | 'content_removed'
  | 'not_understood';

/** An action and how far it is. */
export type Action = {
  id: string;
  action: 'retry' | 'cancel' | 'export';
  state: 'running' | 'done' | 'stopped';
  /** How many sends it was about when it was asked for. */
  matched: number;
  /** True beyond 10,000: then `matched` is an estimate. */
  matchedIsEstimate: boolean;
  /** How many were changed so far. */
  done: number;
  /** How many were left as they were, by reason. */
  refused: { [Reason in ActionRefusal]?: number };
  createdAt: string;
  finishedAt: string | null;
};
