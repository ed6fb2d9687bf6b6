/** What one look at the machine found: all is well, or what is missing and the one command that mends it. */
export type Finding =
  | { readonly kind: 'fine'; readonly note: string }
  | { readonly kind: 'missing'; readonly what: string; readonly command: string };

/** Nothing to mend here. */
export const fine = (note: string): Finding => ({ kind: 'fine', note });

/** Something to mend, and how. */
export const missing = (what: string, command: string): Finding => ({ kind: 'missing', what, command });
