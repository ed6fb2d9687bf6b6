import { z } from 'zod';
import { suggestName } from './suggest-name.ts';

/** Codes of a refused request, in the envelope of every error answer. They never change their meaning. */
export const errorCodes = [
  'validation_failed',
  'unauthorized',
  'insufficient_scope',
  'not_found',
  'request_timeout',
  'idempotency_conflict',
  'idempotency_key_reuse',
  'state_conflict',
  'payload_too_large',
  'unsupported_media_type',
  'unprocessable',
  'template_invalid',
  'rate_limited',
  'internal_error',
  'unavailable',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Codes of one rejected item in an otherwise accepted batch. */
export const itemErrorCodes = [
  'validation_failed',
  'not_found',
  'template_not_active',
  'missing_variables',
  'profile_conflict',
  'recipient_missing',
  'sender_required',
  'sender_not_verified',
  'sender_mismatch',
  'idempotency_key_reuse',
  'rendering_failed',
] as const;

export type ItemErrorCode = (typeof itemErrorCodes)[number];

/** One thing that is wrong with a body: where, and what to do. `path` is dotted, with indexes in brackets. */
export const validationIssueSchema = z.object({ path: z.string(), message: z.string() });
export type ValidationIssue = z.infer<typeof validationIssueSchema>;

/** The body of every error answer. */
export const errorEnvelopeSchema = z.object({
  error: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  requestId: z.string(),
});
export type ErrorEnvelope = z.infer<typeof errorEnvelopeSchema>;

/** At most so many issues are told, and paths are cut, so that an answer cannot outgrow its request. */
const maxIssues = 50;
const maxPathLength = 300;

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => (typeof part === 'number' ? `[${part}]` : `${at === 0 ? '' : '.'}${String(part)}`))
    .join('')
    .slice(0, maxPathLength);
}

/** At most so many unknown fields are compared with the known ones. */
const maxSuggestions = 20;

/**
 * Flattens a zod error into its first issues; each unknown key becomes one of its own, by name, with the field that it
 * was probably meant as: an object made with `expected` tells its fields in the issue's message.
 */
export function issuesOf(error: z.ZodError): ValidationIssue[] {
  let compared = 0;
  const unknownField = (key: string, known: string): string => {
    compared += 1;
    const meant = compared > maxSuggestions ? null : suggestName(key, known.split(' '));
    if (meant === null) return 'unknown field; remove it or check its spelling';
    return `unknown field; did you mean ${meant}?`;
  };
  const issues = error.issues.slice(0, maxIssues).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, maxIssues).map((key) => ({
        path: formatPath([...issue.path, key]),
        message: unknownField(key, issue.message),
      }));
    }
    return [{ path: formatPath(issue.path), message: issue.message }];
  });
  return issues.slice(0, maxIssues);
}
