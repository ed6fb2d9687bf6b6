import { maxProfilesPerAddress, type ValidationIssue } from '@postroom/contracts';
import { PostroomError } from './postroom-error.ts';

/** The answer for what is missing, what another workspace owns and what could not be an id: the same for each. */
export const notFound = (what: string): PostroomError =>
  new PostroomError('not_found', `This workspace has no such ${what}.`);

/** What was found, or the answer that there is none. */
export function found<Resource>(resource: Resource | null, what: string): Resource {
  if (resource === null) throw notFound(what);
  return resource;
}

/** The answer for one field that is well formed and still cannot be taken. */
export const invalidField = (path: string, message: string): PostroomError =>
  invalidFields([{ path, message }]);

/** The same for several of them, of which the first is told in words. */
export function invalidFields(issues: readonly ValidationIssue[]): PostroomError {
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const message = `${first?.path || 'the request'} ${first?.message ?? 'is not valid'}${more}`;
  return new PostroomError('validation_failed', message, { details: { issues } });
}

/** What is said of one more profile for an address that has as many as one may have. */
export const profilesFull = (cure: string): string =>
  `the address has ${maxProfilesPerAddress.toLocaleString('en-US')} profiles, which is as many as one may have: ${cure}`;
