import {
  boundMessage,
  type ErrorCode,
  type ItemErrorCode,
  type PostmarkError,
  postmarkBouncesQuerySchema,
} from '@postroom/contracts';
import * as z from 'zod';
import type { ErrorForm } from '../../middleware/handle-errors.ts';

/** Codes of Postmark's errors that are answered here. */
const codes = {
  badToken: 10,
  maintenance: 100,
  invalidEmail: 300,
  senderNotFound: 400,
  invalidJson: 402,
  incompatibleJson: 403,
  inactiveRecipient: 406,
  bounceNotFound: 407,
  badBounceQuery: 408,
  jsonRequired: 409,
  tooManyMessages: 410,
  rateLimit: 429,
  notFound: 701,
  noSuchTemplate: 1101,
  noSuchStream: 1235,
} as const;

/** What is wrong, whether with a request or with one message of it. */
type Wrong = {
  readonly code: ErrorCode | ItemErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
};

const codeOf: Readonly<Record<ErrorCode | ItemErrorCode, number>> = {
  validation_failed: codes.invalidEmail,
  unauthorized: codes.badToken,
  insufficient_scope: codes.badToken,
  not_found: codes.notFound,
  request_timeout: 0,
  idempotency_conflict: codes.invalidEmail,
  idempotency_key_reuse: codes.invalidEmail,
  state_conflict: codes.invalidEmail,
  payload_too_large: 0,
  unsupported_media_type: codes.jsonRequired,
  unprocessable: codes.invalidEmail,
  template_invalid: codes.invalidEmail,
  rate_limited: codes.rateLimit,
  internal_error: 0,
  unavailable: codes.maintenance,
  template_not_active: codes.noSuchTemplate,
  missing_variables: codes.invalidEmail,
  profile_conflict: codes.invalidEmail,
  recipient_missing: codes.invalidEmail,
  sender_required: codes.invalidEmail,
  sender_not_verified: codes.senderNotFound,
  sender_not_allowed: codes.senderNotFound,
  sender_mismatch: codes.invalidEmail,
  rendering_failed: codes.invalidEmail,
};

const detailsSchema = z.object({
  issues: z
    .array(z.object({ path: z.string(), message: z.string() }))
    .min(1)
    .optional(),
  field: z.string().optional(),
  inactive: z.unknown().optional(),
  tooMany: z.literal(true).optional(),
  bounce: z.literal(true).optional(),
});

const bounceFilters: ReadonlySet<string> = new Set(Object.keys(postmarkBouncesQuerySchema.shape));

/** What a field that is wrong is at Postmark: JSON that is none, or of another form, or an email that cannot be sent. */
function ofField(path: string, message: string): number {
  if (path === '') return message.startsWith('must be') ? codes.incompatibleJson : codes.invalidJson;
  if (bounceFilters.has(path)) return codes.badBounceQuery;
  if (path === 'MessageStream') return codes.noSuchStream;
  if (path === 'TemplateId' || path === 'TemplateAlias') return codes.noSuchTemplate;
  const isForm = message.startsWith('unknown field') || message.startsWith('must be');
  return isForm ? codes.incompatibleJson : codes.invalidEmail;
}

/** Postmark's code for what is wrong. Pure. */
function postmarkCodeOf({ code, details }: Wrong): number {
  const { issues, field, inactive, tooMany, bounce } = detailsSchema.safeParse(details ?? {}).data ?? {};
  if (inactive !== undefined) return codes.inactiveRecipient;
  if (tooMany) return codes.tooManyMessages;
  if (bounce) return codes.bounceNotFound;
  if (code === 'not_found' && field === 'templateId') return codes.noSuchTemplate;
  const [issue] = code === 'validation_failed' ? (issues ?? []) : [];
  return issue === undefined ? codeOf[code] : ofField(issue.path, issue.message);
}

/** What is wrong with one message, as it stands in the answer to it. */
export function presentRefusal(wrong: Wrong): PostmarkError {
  const ErrorCode = postmarkCodeOf(wrong);
  // Clients read all addresses from it, as many as the message has.
  const isWhole = ErrorCode === codes.inactiveRecipient;
  return { ErrorCode, Message: isWhole ? wrong.message : boundMessage(wrong.message) };
}

/** Statuses that say the same at Postmark; all else is 422. */
const kept = new Set([401, 408, 413, 415, 429, 500, 503]);

/** Words every error as Postmark does. */
export const postmarkErrorForm: ErrorForm = (error, { status }) => {
  if (error.code === 'unauthorized' || error.code === 'insufficient_scope') {
    const Message =
      error.code === 'unauthorized'
        ? 'The X-Postmark-Server-Token header is missing, or holds no valid key.'
        : boundMessage(error.message);
    return { status: 401, body: { ErrorCode: codes.badToken, Message } satisfies PostmarkError };
  }
  return { status: kept.has(status) ? status : 422, body: presentRefusal(error) };
};
