import { z } from 'zod';
import { expected, plusHint, textSchema } from './fields.ts';

const maxTags = 20;

/** What a send can be found by later. Repeated ones count once. */
export const tagsSchema = z
  .array(
    textSchema(1, 100).refine(
      (tag) => !/\p{Cc}/u.test(tag),
      'must be a single line without control characters',
    ),
    expected('an array of strings'),
  )
  .max(maxTags, `must hold at most ${maxTags} tags`)
  .transform((tags) => [...new Set(tags)]);

/** A send may be scheduled so many days ahead. */
const maxDaysAhead = 30;

const isMoment = expected('a time such as 2026-12-24T18:00:00+01:00, with its offset');

/** A moment, ISO 8601 with an offset. */
export const momentSchema = z.iso
  .datetime({
    offset: true,
    error: (issue) => {
      const hint = typeof issue.input === 'string' && /\d \d\d:\d\d$/.test(issue.input) ? plusHint : '';
      return `${isMoment.error(issue)}${hint}`;
    },
  })
  .transform((text, context): Date => {
    const moment = new Date(text);
    if (moment.getTime() >= 0) return moment;
    context.addIssue({ code: 'custom', message: 'must be a time that exists, from 1970 on' });
    return z.NEVER;
  });

/** When a send goes out: at most 30 days ahead. A moment that has passed means at once. */
export const scheduleSchema = momentSchema.refine(
  (moment) => moment.getTime() <= Date.now() + maxDaysAhead * 24 * 3_600_000,
  `must be at most ${maxDaysAhead} days ahead`,
);

/** `Idempotency-Key` of a request: printable ASCII. */
export const idempotencyHeaderSchema = z
  .string()
  .regex(/^[!-~](?:[ -~]{0,253}[!-~])?$/, 'must be 1 to 255 printable ASCII characters');
