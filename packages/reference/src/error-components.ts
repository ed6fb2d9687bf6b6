import { type ErrorCode, errorEnvelopeSchema, shownScopes, validationIssueSchema } from '@postroom/contracts';
import * as z from 'zod';
import { answerObject, type Component } from './component.ts';
import { errorTable } from './error-meanings.ts';

/** The body of every error answer. */
export const envelope = answerObject('ErrorEnvelope', errorEnvelopeSchema, {
  about: `The body of every error answer. Codes never change their meaning.\n\n${errorTable}`,
  fields: {
    error: 'What is wrong, for programs.',
    message: 'What is wrong and what to do, for people. May be reworded at any time.',
    details: 'More about it; what is in it depends on the code.',
    requestId: 'The id of the request, as in the header `x-request-id`.',
  },
});

const issue = answerObject('ValidationIssue', validationIssueSchema, {
  about: 'One thing that is wrong with a request.',
  fields: {
    path: 'Where: dotted, with indexes in brackets, such as `emails[3].to[0]`. Empty: the request as a whole.',
    message: 'What is wrong and what to do.',
  },
});

const validationDetails = answerObject(
  'ValidationDetails',
  z.object({ issues: z.array(validationIssueSchema) }),
  {
    about: '`details` of `validation_failed`.',
    fields: { issues: 'At most 50.' },
  },
);

const scopeDetails = answerObject(
  'ScopeDetails',
  z.object({
    required: z.enum(shownScopes).optional(),
    mode: z.literal('live').optional(),
    limit: z.literal('sender_profiles').optional(),
  }),
  {
    about: '`details` of `insufficient_scope`.',
    fields: {
      required:
        'The scope that the key lacks, or that a live key needs for this; absent where `limit` is there.',
      mode: 'There when the key is a test key, and only a live key may do this.',
      limit: 'There when the key is limited to sender profiles, and this cannot be, or goes beyond.',
    },
  },
);

const templateDetails = answerObject(
  'TemplateProblem',
  z.object({
    part: z.enum(['subject', 'html', 'source', 'text']),
    line: z.int().min(1),
    column: z.int().min(1),
    reason: z.string(),
  }),
  {
    about: '`details` of `template_invalid`.',
    fields: {
      part: 'The field that cannot work.',
      line: 'Where in it, from 1.',
      column: 'Where in the line, from 1.',
      reason: 'What is wrong there.',
    },
  },
);

/** The components of error answers. */
export const errorComponents: readonly Component[] = [
  envelope,
  issue,
  validationDetails,
  scopeDetails,
  templateDetails,
];

/** What `details` holds, for the codes that have it always in one form. */
export const detailsOf: Readonly<Partial<Record<ErrorCode, Component>>> = {
  validation_failed: validationDetails,
  insufficient_scope: scopeDetails,
  template_invalid: templateDetails,
};
