/**
 * What one look found: all is well, what is missing and the one command that mends it (or, where no command does, what a person
 * has to do), or that it could not be looked at.
 */
export type Finding =
  | { readonly kind: 'fine'; readonly note: string }
  | { readonly kind: 'missing'; readonly what: string; readonly command: string }
  | { readonly kind: 'missing'; readonly what: string; readonly todo: string }
  | { readonly kind: 'unknown'; readonly note: string };

/** Nothing to mend here. */
export const fine = (note: string): Finding => ({ kind: 'fine', note });

/** Something to mend, and the command that does it, as it can be typed here. */
export const missing = (what: string, command: string): Finding => ({ kind: 'missing', what, command });

/** Something to mend that no command mends, and what a person has to do. */
export const missingByHand = (what: string, todo: string): Finding => ({ kind: 'missing', what, todo });

/** What could not be looked at, and why: nothing is known to be wrong. */
export const unknown = (note: string): Finding => ({ kind: 'unknown', note });

/** A look by its name. */
export type Check = readonly [name: string, look: () => Promise<Finding>];
