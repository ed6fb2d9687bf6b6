import type { PageOptions, SuppressionReason } from './resources.ts';

/** An address that is to get no mail; without a `reason` it is `Manual`. */
export type CreateSuppression = {
  readonly email: string;
  readonly reason?: SuppressionReason | undefined;
  readonly note?: string | null | undefined;
  /** Until when; it stays without. */
  readonly expiresAt?: string | Date | null | undefined;
};
/** Who said that an address gets no mail: a client, its import, SES, or an event about mail that was sent. */
export type SuppressionOrigin = 'client' | 'import' | 'provider' | 'event';
/** An address that gets no mail from the workspace. */
export type Suppression = {
  email: string;
  reason: SuppressionReason;
  origin: SuppressionOrigin;
  note: string | null;
  expiresAt: string | null;
  createdAt: string;
};
/** What a list of suppressions may be narrowed to. With a reason or a time it is ordered by time, else by address. */
export type SuppressionFilters = PageOptions & {
  readonly reason?: SuppressionReason | undefined;
  readonly email?: string | undefined;
  readonly created_after?: string | Date | undefined;
};
/** How a file of suppressions is imported. */
export type ImportOptions = {
  /** That of lines that name none; `Manual` unless told. */
  readonly reason?: SuppressionReason | undefined;
};
/** What an import came to; `unchanged` counts those that were there already, or twice in the list. */
export type SuppressionImport = {
  total: number;
  added: number;
  unchanged: number;
  invalid: number;
  /** The first of what was wrong; `line` is the place in the list or the file, from 1. */
  errors: { line: number; message: string }[];
  moreErrors: number;
};
/** Whether SES still holds an address after it was asked to let go. */
export type LiftedSuppression = { stillSuppressedByProvider: boolean };
