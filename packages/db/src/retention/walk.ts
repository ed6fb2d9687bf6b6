import type { Prisma } from '../generated/client.ts';

/** The part of a transaction that a piece needs. */
export type Tx = Prisma.TransactionClient;

/** How long what is kept, in milliseconds; null: for good. */
export type RetentionPolicy = {
  /** Sends that have ended, with all that belongs to them. */
  readonly sendsMs: number | null;
  /** What SES and recipients reported of sends. */
  readonly eventsMs: number | null;
  /** Bodies, data, headers and attachments of sends that have ended. */
  readonly contentMs: number | null;
  /** What webhooks were told, with its tries. */
  readonly webhookMs: number | null;
};

/** What is removed, as the metric names it. */
export type RetentionKind =
  | 'content'
  | 'events'
  | 'sends'
  | 'batches'
  | 'notices'
  | 'bodies'
  | 'attachments'
  | 'facets';

/** Up to when nothing is left of what content was used by: content that was wanted before can go. */
export type Horizons = { readonly content: Date | null; readonly sends: Date | null };

/** A row that a walk came by. `stays`: it is of that age, or is going to be, and is still here after this pass. */
export type Met = {
  /** Its key, by which the walk goes on behind it. */
  readonly place: string;
  readonly state: 'due' | 'stays' | 'gone';
};

/** Where a piece looks. */
export type Reach = {
  readonly after: string | null;
  /** Younger than this nothing is removed. */
  readonly before: Date;
  readonly horizons: Horizons;
};

/** How one kind of what had its time is found and removed, piece by piece, in the order of a key. */
export type Walk = {
  readonly kind: RetentionKind;
  /** Rows that one piece looks at, at the most. */
  readonly take: number;
  /** Rows that one piece removes, at the most: it ends behind the last of them. */
  readonly most: number;
  /** Whether it follows from how far sends and their content are, and not from an age of its own. */
  readonly follows: boolean;
  /** Whether one pass is enough for good: it removes what is left behind no more. */
  readonly isOnce?: boolean;
  readonly ageMs: (policy: RetentionPolicy) => number | null;
  /** The next rows in the order of their keys; fewer than `take`: there are no more. */
  readonly look: (tx: Tx, reach: Reach, take: number) => Promise<readonly Met[]>;
  /** Removes those of the rows that are still due, and that nobody has locked; answers which. */
  readonly remove: (tx: Tx, places: readonly string[], reach: Reach) => Promise<readonly string[]>;
};
