import * as z from 'zod';
import { isTagTooLong, maxPairPart, maxPairTag, maxPlainTag } from '../doors/pair-tag.ts';
import { deliveries } from '../send-status.ts';
import { attachmentsSchema } from './attachments.ts';
import { expected, plusHint, textSchema, trackingSchema } from './fields.ts';
import { headersSchema } from './message-headers.ts';

const maxTags = 20;

const tooLong = `must have at most ${maxPlainTag} characters, or ${maxPairPart} before and ${maxPairPart} after its colon`;

/** What a send can be found by later. Repeated ones count once. */
export const tagsSchema = z
  .array(
    textSchema(1, maxPairTag, tooLong)
      .refine((tag) => tag.length > maxPairTag || !isTagTooLong(tag), tooLong)
      .refine((tag) => !/\p{Cc}/u.test(tag), 'must be a single line without control characters'),
    expected('an array of strings'),
  )
  .max(maxTags, `must hold at most ${maxTags} tags`)
  .transform((tags) => [...new Set(tags)]);

/** A send may be scheduled so many days ahead. */
const maxDaysAhead = 30;

/** Whether a moment can be kept: from 1970 on, and of a year of four digits, of which an offset can make one of five. */
export const isKeptMoment = (moment: Date): boolean =>
  moment.getTime() >= 0 && moment.getUTCFullYear() <= 9_999;

const isMoment = expected('a time such as 2026-12-24T18:00:00+01:00, with its offset');

function momentHint(input: unknown): string {
  if (typeof input !== 'string') return '';
  if (/\d \d\d:\d\d$/.test(input)) return plusHint;
  return /T\d\d:\d\d(?:Z|[+-]\d\d:\d\d)$/.test(input) ? ' and its seconds' : '';
}

/** A moment, ISO 8601 with seconds and an offset (RFC 3339). */
export const momentSchema = z.iso
  .datetime({
    offset: true,
    error: (issue) => `${isMoment.error(issue)}${momentHint(issue.input)}`,
  })
  .transform((text, context): Date => {
    const moment = new Date(text);
    if (isKeptMoment(moment)) return moment;
    context.addIssue({ code: 'custom', message: 'must be a time that exists, from 1970 to 9999' });
    return z.NEVER;
  });

/** When a send goes out: at most 30 days ahead. A moment that has passed means at once. */
export const scheduleSchema = momentSchema.refine(
  (moment) => moment.getTime() <= Date.now() + maxDaysAhead * 24 * 3_600_000,
  `must be at most ${maxDaysAhead} days ahead`,
);

/** What both dialects take of a send under one name; what is said of a field here is what the reference says. */
export const sendOptions = {
  tracking: trackingSchema.nullish().meta({ description: 'What is recorded of the recipient.' }),
  tags: tagsSchema.nullish().meta({
    description:
      'What the send can be found by later: at most 100 characters each, or `name:value` with at most 256 of either. ' +
      'Repeated ones count once.',
  }),
  headers: headersSchema.nullish().meta({ description: 'Custom headers of the message.' }),
  attachments: attachmentsSchema.nullish().meta({ description: 'Files that go with the message.' }),
};

/** What both dialects show of a send under one name, with the values that the reference's examples have. */
export const shownOptions = {
  delivery: z
    .enum(deliveries)
    .nullable()
    .meta({
      description:
        'What became of it after SES took it, for the primary recipient: a later fact, which leaves `status` as it is. ' +
        '`bounced` is also what SES took and then gave to nobody; the history says why.',
      example: null,
    }),
  tags: z.array(z.string()).meta({ description: 'What it can be found by.', example: [] }),
  simulated: z.boolean().meta({ description: 'Made with a test key: SES is never called.', example: false }),
};

export type ShownOptions = z.infer<z.ZodObject<typeof shownOptions>>;

/** `Idempotency-Key` of a request: printable ASCII. */
export const idempotencyHeaderSchema = z
  .string()
  .regex(/^[!-~](?:[ -~]{0,253}[!-~])?$/, 'must be 1 to 255 printable ASCII characters');
