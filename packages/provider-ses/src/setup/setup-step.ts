/**
 * What is there of one part. `differs`: it has settings with which events would not arrive, or not all of them; it is left
 * as it is, and `command` is what would change it. `notes` tell what is unusual about one that works.
 */
export type Found =
  | { readonly kind: 'missing' }
  | { readonly kind: 'there'; readonly notes: readonly string[] }
  | { readonly kind: 'differs'; readonly differences: readonly string[]; readonly command: string };

/** One part of a set-up: looking changes nothing, and what is there is never made again or changed. */
export type SetupStep = {
  /** What it is, such as `SNS topic`. */
  readonly title: string;
  /** What it is called. */
  readonly name: string;
  readonly look: () => Promise<Found>;
  readonly make: () => Promise<void>;
  /** What makes it on AWS's command line. */
  readonly command: string;
};

/** A part that works as it is. */
export const there = (...notes: readonly string[]): Found => ({ kind: 'there', notes });

/** A part that differs, or, without differences, works. */
export const thereUnless = (
  differences: readonly string[],
  { command, notes = [] }: { readonly command: string; readonly notes?: readonly string[] },
): Found => (differences.length === 0 ? there(...notes) : { kind: 'differs', differences, command });
