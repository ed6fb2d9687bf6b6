import type { AskedFilter } from '@postroom/contracts';
import type { SendOwner } from '../send/send.ts';

/** Failures of one cause, as they were found. */
export type FoundCause = {
  readonly class: string | null;
  /** What SES or the pipeline said, without what differs from one failure to the next. */
  readonly cause: string;
  readonly count: number;
  /** When the oldest of these sends was accepted, and when the latest failed. */
  readonly acceptedFrom: Date;
  readonly lastAt: Date;
};

/** The failures of a while by their cause; `isPartial`: there were more than were looked at, the latest to fail. */
export type FoundFailures = { readonly causes: readonly FoundCause[]; readonly isPartial: boolean };

/** A cause, and the filter that lets through its sends: of a list, or of an action that retries them. */
export type RecentCause = Omit<FoundCause, 'acceptedFrom'> & { readonly filter: AskedFilter };

/** What failed lately, the most frequent cause first. */
export type RecentFailures = {
  readonly since: Date;
  readonly causes: readonly RecentCause[];
  readonly isPartial: boolean;
};

export type RecentFailuresDeps = {
  readonly failures: {
    findByCause(owner: SendOwner, since: Date): Promise<FoundFailures>;
    findCausesOfAll(since: Date): Promise<FoundFailures>;
  };
  readonly now: () => Date;
};

/** How long ago a failure counts as a recent one, in milliseconds. */
export const recentlyMs = 3_600_000;

async function sinceAnHour(
  now: () => Date,
  find: (since: Date) => Promise<FoundFailures>,
): Promise<RecentFailures> {
  const since = new Date(now().getTime() - recentlyMs);
  const { causes, isPartial } = await find(since);
  return {
    since,
    isPartial,
    causes: causes.map(({ acceptedFrom, ...found }) => ({
      ...found,
      filter: {
        status: 'Failed',
        failure_cause: found.cause,
        failed_after: since,
        created_after: acceptedFrom,
      },
    })),
  };
}

/** What of an owner's mail failed within the last hour, by cause, each with what `retry these` asks for. */
export const recentFailures = ({ failures, now }: RecentFailuresDeps, owner: SendOwner) =>
  sinceAnHour(now, (since) => failures.findByCause(owner, since));

/** The same of the live mail of all workspaces. */
export const recentFailuresOfAll = ({ failures, now }: RecentFailuresDeps) =>
  sinceAnHour(now, (since) => failures.findCausesOfAll(since));
