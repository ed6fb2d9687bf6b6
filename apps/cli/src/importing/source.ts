import type { Problem } from '../problem.ts';

/** An address that another product sends nothing to, and why, in a word that our import knows. */
export type ForeignSuppression = {
  readonly email: string;
  readonly reason: 'Bounce' | 'Complaint' | 'Manual';
};

/** A template of another product in words of ours, as far as they are the same. */
export type ForeignTemplate = {
  readonly name: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string | null;
  readonly sampleData: Readonly<Record<string, unknown>> | null;
  /** What of it has no word here, as it stands there. */
  readonly untranslated: readonly string[];
};

/** A template that could not be read, and why. */
export type UnreadableTemplate = { readonly name: string; readonly unreadable: string };

/**
 * Hears of addresses that left one list of mail and get all else: they are not suppressed, which would keep all from them. In
 * place of how many they are stands why that cannot be known.
 */
export type LeaveOut = (list: string, addresses: number | Problem) => void;

/** Another product's account. Both are read page by page, as the API of the product gives them. */
export type Source = {
  suppressions(leaveOut: LeaveOut): AsyncGenerator<readonly ForeignSuppression[]>;
  templates(): AsyncGenerator<ForeignTemplate | UnreadableTemplate>;
};

/** Another product: where its API is, which variable holds its key, and how its account is read. */
export type Product = {
  readonly url: string;
  readonly keyVariable: string;
  readonly open: (ask: Ask) => Source;
  /** How the key is sent. */
  readonly headers: (key: string) => Readonly<Record<string, string>>;
};

/** Asks for a path below the API's address, and answers what it says in JSON. */
export type Ask = (path: string) => Promise<unknown>;
