import { asOneLine, isBlank, maxSubject } from '@postroom/contracts';

/** A subject that may stand in a header, or why there is none. */
export type CleanSubject =
  | { readonly kind: 'clean'; readonly subject: string }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Makes each run of control characters one space, so that data cannot end the header and begin another, and trims
 * the result. Half a surrogate pair, as a helper cuts it out of data, becomes U+FFFD: PostgreSQL stores no half.
 */
export function cleanSubject(rendered: string): CleanSubject {
  const subject = asOneLine(rendered).toWellFormed();
  if (isBlank(subject)) return { kind: 'refused', reason: 'subject rendered to nothing' };
  if (subject.length <= maxSubject) return { kind: 'clean', subject };
  const reason = `subject rendered to ${subject.length} characters, more than ${maxSubject}`;
  return { kind: 'refused', reason };
}
