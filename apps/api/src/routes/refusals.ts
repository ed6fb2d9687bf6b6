import { PostroomError } from '@postroom/core';

/** The answer for what is missing, what another workspace owns and what could not be an id: the same for each. */
export const notFound = (what: string): PostroomError =>
  new PostroomError('not_found', `This workspace has no such ${what}.`);

/** The answer for one field that is well formed and still cannot be taken. */
export const invalidField = (path: string, message: string): PostroomError =>
  new PostroomError('validation_failed', `${path} ${message}`, { details: { issues: [{ path, message }] } });
