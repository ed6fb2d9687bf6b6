import type { AccountPace, LiveSmtp, LiveWorker, Pace } from '@postroom/contracts';
import type { RecentFailuresDeps } from '../change/recent-failures.ts';
import type { SendOwner } from '../send/send.ts';

/** Sends of one status and lane that are not finished, and whose they are. */
export type OwnedBacklog = SendOwner & {
  readonly status: string;
  readonly lane: string;
  readonly count: number;
  readonly oldestDueSeconds: number | null;
  readonly inDoubt: number;
};

/** Minutes, counted from 1970, that were counted whole, from one on; those that are left out had none. */
type AcceptedMinutes = {
  readonly from: number;
  readonly minutes: readonly { readonly minute: number; readonly count: number }[];
};

/** A worker as it tells of itself, with what it knows of the accounts. */
export type WorkerOnRoll = LiveWorker & {
  readonly account?: Omit<Pace, 'isSet'> | undefined;
  readonly accounts?: readonly AccountPace[] | undefined;
};

/** Part of the sending that waits; `accountId` where it is of another account than that of the environment. */
export type HeldScope = {
  readonly scope: string;
  readonly reason: string;
  readonly heldForMs: number;
  readonly accountId?: string | null;
};

/** What knows the holds, and the names of what they are about. */
export type HoldSources = {
  readonly operations: {
    findAccountsOf(
      workspaceIds: readonly string[],
    ): Promise<readonly { readonly workspaceId: string; readonly accountId: string }[]>;
    /** What a workspace calls those of some scopes that are about its senders. */
    findHoldScopes(workspaceId: string, scopes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  };
  readonly holds: { refresh(): Promise<readonly HeldScope[]> };
  readonly accounts: { list(): Promise<readonly { readonly id: string; readonly name: string }[]> };
};

/** What is asked for the state of things: of PostgreSQL but for the queue, the rolls and the holds, which are in Redis. */
export type NowSources = HoldSources & {
  readonly operations: HoldSources['operations'] &
    RecentFailuresDeps['failures'] & {
      countAccepted(from: number, below: number): Promise<AcceptedMinutes>;
      countBacklogOf(workspaceIds: readonly string[] | 'all'): Promise<readonly OwnedBacklog[]>;
      findLastEvent(): Promise<{ readonly type: string; readonly receivedAt: Date } | null>;
    };
  readonly queue: {
    throughput(minutes: number): Promise<{
      readonly firstMinute: number;
      readonly completed: readonly number[];
      readonly failed: readonly number[];
    }>;
  };
  readonly roll: { list(): Promise<readonly WorkerOnRoll[]> };
  readonly smtpRoll: { list(): Promise<readonly LiveSmtp[]> };
  readonly sendRate: { find(): Promise<{ readonly recipientsPerSecond: number } | null> };
  readonly workspaces: { isOnlyOne(): Promise<boolean> };
};

/** Whose view it is, whether more than numbers may be seen of the mail, and whether they may be those of other workspaces. */
export type Viewer = SendOwner & {
  readonly seesMail: boolean;
  readonly isOperator: boolean;
  /** At the command line of the machine itself: sees the failures and the holds of all workspaces. */
  readonly isHost?: boolean;
};

/** Viewers who are told the same. */
export const viewerKey = ({
  workspaceId,
  isSimulated,
  seesMail,
  isOperator,
  isHost = false,
}: Viewer): string => [workspaceId, isSimulated, seesMail, isOperator, isHost].join(' ');

/** The longest that a source is waited for, in milliseconds: what does not answer is not told. */
export const sourceBudgetMs = 1_500;
