import { PostroomError } from '../postroom-error.ts';

/**
 * The answer for a domain, or an address at one, that another workspace has; it does not tell which. SES knows no
 * workspaces, so that its word alone would let one send as the other.
 */
export const heldElsewhere = (what: string): PostroomError =>
  new PostroomError(
    'state_conflict',
    `${what} cannot be used in this workspace: another one has its domain or senders at it, and has to give them up first.`,
  );

/** The answer for one more than a workspace may have. */
export const tooMany = (what: string, max: number): PostroomError =>
  new PostroomError(
    'unprocessable',
    `This workspace has ${max.toLocaleString('en-US')} ${what}, which is as many as it may have: use one that is not needed any more, or delete it where that is possible.`,
    { details: { max } },
  );

/** The answer when SES has to be asked and does not answer. */
export const sesUnavailable = (cause: unknown): PostroomError =>
  new PostroomError('unavailable', 'SES cannot be asked just now: try again shortly.', { cause });
