import * as z from 'zod';
import type { ActionResource } from './actions.ts';
import type { Address } from './fields/address.ts';
import { dataSchema, expected, maxSubject, textSchema, uuidSchema } from './fields/fields.ts';
import type { SendLane } from './fields/lane.ts';
import type { ShownScope } from './scopes.ts';
import type { SendStatus } from './send-status.ts';
import { maxTemplatePart, templateFormats } from './templates.ts';

/** What every request of the dashboard's page says, but for the stream: no form and no page of another site can. */
export const dashboardHeader = 'x-postroom-dashboard';

/** What the page says with its calls of the workspace and the mode that it shows: another tab may have signed in to another. */
export const shownHeader = 'x-postroom-workspace';

/** What that header has. */
export type Shown = `${string} ${'live' | 'test'}`;

/** A template that is not saved yet, and what it is to be shown with. */
export const draftPreviewSchema = z.strictObject(
  {
    subject: textSchema(0, maxSubject),
    format: z.enum(templateFormats, expected(templateFormats.join(' or '))).optional(),
    html: textSchema(0, maxTemplatePart).optional(),
    source: textSchema(0, maxTemplatePart).optional(),
    text: textSchema(1, maxTemplatePart).nullish(),
    senderProfileId: uuidSchema.nullish(),
    data: dataSchema.nullish(),
  },
  expected('an object'),
);

/** A batch as the list of them has it. */
export type ListedBatch = {
  readonly id: string;
  readonly dialect: 'items' | 'emails';
  readonly total: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly createdAt: string;
};

/** What became of a workspace's mail in each hour of the last four days, and when its rates are too high. */
export type RateHours = {
  readonly hours: readonly {
    readonly hour: string;
    readonly delivered: number;
    readonly bounced: number;
    readonly complained: number;
  }[];
  readonly leastDeliveries: number;
  /** Parts from 0 to 1. */
  readonly warning: { readonly bounceRate: number; readonly complaintRate: number };
  readonly pause: { readonly bounceRate: number; readonly complaintRate: number };
};

/** Signs in to the dashboard. */
export const signInSchema = z.strictObject({ key: textSchema(1, 300) }, expected('an object with a key'));

/** Who is signed in to the dashboard, and for how long. */
export type DashboardSession = {
  readonly workspaceId: string;
  readonly keyName: string;
  readonly workspaceName: string;
  readonly scopes: readonly ShownScope[];
  readonly mode: 'live' | 'test';
  readonly expiresAt: string;
  /** That of the API. */
  readonly version: string;
};

/** Whether somebody is signed in, and who. */
export type DashboardSessionAnswer = { readonly session: DashboardSession | null };

/** What happened in each minute, oldest first; the last minute is not over. Null: it is not known, or not yet. */
export type Throughput = {
  /** The first of the minutes, counted from 1970. */
  readonly firstMinute: number;
  /** Sends, as PostgreSQL has them. */
  readonly accepted: readonly (number | null)[];
  /** Jobs, as BullMQ counts them, that ended well: of mail that SES took, and of what was canceled or skipped by then. */
  readonly finished: readonly number[] | null;
  readonly failed: readonly number[] | null;
};

/** What waits of a workspace in one lane and status. */
export type WaitingSends = {
  readonly status: Extract<SendStatus, 'Scheduled' | 'Queued' | 'Processing'>;
  readonly lane: SendLane;
  readonly count: number;
  readonly oldestDueSeconds: number | null;
  readonly inDoubt: number;
};

/** A worker that is alive, as it tells of itself. */
export type LiveWorker = {
  readonly name: string;
  readonly version: string;
  readonly concurrency: number;
  readonly startedAt: string;
  readonly sent: number;
};

/** An SMTP process that is alive, with the messages that it took since it started, and whatever it refused. */
export type LiveSmtp = {
  readonly name: string;
  readonly startedAt: string;
  readonly connections: number;
  readonly taken: number;
  readonly refused: number;
};

/** What is not sent for now, and why; `scope` is as operators know it from metrics, `name` what people call it. */
export type ShownHold = {
  readonly scope: string;
  readonly name: string;
  readonly reason: string;
  /** What the reason means, and what ends the hold. */
  readonly means: string;
  readonly todo: string;
  readonly heldForSeconds: number;
};

/** The account's rate and quota, as the workers know them. */
export type Pace = {
  readonly recipientsPerSecond: number;
  /** Whether an operator has set it, as far as PostgreSQL answers. */
  readonly isSet: boolean;
  readonly quota: { readonly max24Hours: number; readonly sent24Hours: number } | null;
};

/** The same of an account beside that of the environment. */
export type AccountPace = Omit<Pace, 'isSet'> & { readonly name: string };

/** A filter of sends as JSON and as the query of a list have it. */
export type ShownFilter = Readonly<Record<string, string>>;

/** What failed within the last hour for one cause, in the words of SES, and the filter of these sends. */
export type ShownCause = {
  readonly class: string | null;
  readonly cause: string;
  readonly count: number;
  readonly lastAt: string;
  readonly filter: ShownFilter;
};

/** An action on many sends, and on which. */
export type ListedAction = ActionResource & { readonly filter: ShownFilter };

/** The actions that an owner asked for last, newest first. */
export type ListedActions = { readonly actions: readonly ListedAction[] };

/** What is not finished of one workspace, of the mode of keys of who looks. */
export type WorkspaceBacklog = {
  readonly workspaceId: string;
  readonly scheduled: number;
  readonly queued: number;
  readonly processing: number;
};

/** The servers that what is told comes from. */
export type NowServer = 'PostgreSQL' | 'Redis';

/**
 * What is seen at a glance. Null: it cannot be told just now, because what knows it does not answer. Waiting mail and failures
 * are those of the session's own workspace, the rest is of the installation, in numbers alone. A session that is of an operator
 * and no more is told what waits in all workspaces, and no failures.
 */
export type Now = {
  readonly at: string;
  /** Which of the servers do not answer. */
  readonly silent: readonly NowServer[];
  /** When accepted and waiting mail was counted: what is much takes long, and is counted more seldom. */
  readonly countedAt: string | null;
  /** Operators see it, and everybody while there is one workspace; else throughput, workers, SMTP, pace, accounts and last event are null. */
  readonly seesInstallation: boolean;
  readonly throughput: Throughput | null;
  readonly waiting: readonly WaitingSends[] | null;
  /** Of operators alone: the workspaces of which most is not finished, at most 200; nothing of the others, or less, is. */
  readonly backlogs: readonly WorkspaceBacklog[] | null;
  /** `isPartial`: there were more than were looked at, the latest. Those whom a count has no time for keep what they were told last. */
  readonly failures: {
    readonly causes: readonly ShownCause[];
    readonly isPartial: boolean;
    readonly countedAt: string;
  } | null;
  readonly workers: readonly LiveWorker[] | null;
  readonly smtp: readonly LiveSmtp[] | null;
  readonly holds: readonly ShownHold[] | null;
  readonly pace: Pace | null;
  readonly accounts: readonly AccountPace[] | null;
  readonly lastEvent: { readonly type: string; readonly at: string } | 'none' | null;
};

/** What of a send a copy that is made of its message would lack. */
export type NotCopied = 'attachments' | 'blind_copies' | 'confirmation' | 'group' | 'mime';

/** One send as its recipient gets it, rendered anew; links of ours in it lead nowhere. */
export type RenderedMessage = {
  readonly from: Address;
  readonly replyTo: Address | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly {
    readonly filename: string;
    readonly contentType: string;
    readonly sizeBytes: number;
  }[];
  readonly lane: SendLane;
  readonly tracking: { readonly clicks: boolean; readonly opens: boolean; readonly text: boolean };
  /** None: a copy says all that it does. */
  readonly notCopied: readonly NotCopied[];
};
