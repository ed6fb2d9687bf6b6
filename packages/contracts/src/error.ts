import * as z from 'zod';
import { suggestName } from './fields/suggest-name.ts';

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
  'sender_not_allowed',
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
export const maxIssues = 50;
const maxPathLength = 300;

/** A path as it is told: dotted, with indexes in brackets, cut at 300 characters. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) =>
      typeof part === 'number'
        ? `[${part}]`
        : `${at === 0 ? '' : '.'}${String(part).slice(0, maxPathLength)}`,
    )
    .join('')
    .slice(0, maxPathLength);
}

/** At most so many unknown fields are compared with the known ones. */
const maxSuggestions = 20;

/**
 * Flattens a zod error into its first issues, behind a path of their own; each unknown key becomes one of its own, by name, with the field that it
 * was probably meant as: an object made with `expected` tells its fields in the issue's message.
 */
export function issuesOf(error: z.ZodError, within: readonly PropertyKey[] = []): ValidationIssue[] {
  let compared = 0;
  const unknownField = (key: string, known: string): string => {
    compared += 1;
    const meant = compared > maxSuggestions ? null : suggestName(key, known.match(/\S+/g) ?? []);
    if (meant === null) return 'unknown field; remove it or check its spelling';
    return `unknown field; did you mean ${meant}?`;
  };
  const issues = error.issues.slice(0, maxIssues).flatMap((issue) => {
    const path = [...within, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, maxIssues).map((key) => ({
        path: formatPath([...path, key]),
        message: unknownField(key, issue.message),
      }));
    }
    return [{ path: formatPath(path), message: issue.message }];
  });
  return issues.slice(0, maxIssues);
}

/** A text of an answer that says something of the caller's back has at most so many characters. */
const maxToldLength = 1_000;

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length).toWellFormed()}...` : text;

/** A message as it is told, whatever of the caller's stands in it. */
export const boundMessage = (message: string): string => cut(message, maxToldLength);

/** At most so many names are told of a list that may be as long as a template. */
const maxNames = 20;
const maxNameLength = 300;

/** The first 20 of a list of names, each cut at 300 characters, and the same as a sentence has them. */
export function tellNames(names: readonly string[]): {
  readonly shown: readonly string[];
  readonly text: string;
} {
  const shown = names.slice(0, maxNames).map((name) => cut(name, maxNameLength));
  const more = names.length - shown.length;
  return { shown, text: `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}` };
}

/** Details as they are told: texts cut at 1,000 characters, and lists at 50 entries. */
export function boundDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(details).map(([name, value]) => [name, boundValue(value)]));
}

function boundValue(value: unknown): unknown {
  if (typeof value === 'string') return boundMessage(value);
  if (Array.isArray(value)) return value.slice(0, maxIssues).map(boundValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, boundValue(child)]));
}
