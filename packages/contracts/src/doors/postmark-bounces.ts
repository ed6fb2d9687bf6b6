import * as z from 'zod';
import { expected, queryEmailSchema, textSchema, uuidSchema } from '../fields/fields.ts';
import { queryNumber } from '../fields/paging.ts';
import { maxPairTag } from './pair-tag.ts';
import { postmarkStreams } from './postmark-emails.ts';

/** The kinds of bounces that are told apart here, by Postmark's names. */
export const postmarkBounceTypes = ['HardBounce', 'SoftBounce', 'SpamComplaint'] as const;
export type PostmarkBounceType = (typeof postmarkBounceTypes)[number];

/** The furthest that a page reaches, as at Postmark. */
export const maxPostmarkOffset = 10_000;

const notOffered = (instead: string) => z.never(`is not offered here: ${instead}`).optional();

const instead = 'walk the list, which begins with the newest message';

/** Which page of which bounces. */
export const postmarkBouncesQuerySchema = z
  .strictObject(
    {
      count: queryNumber(1, 500).default(100),
      offset: queryNumber(0, maxPostmarkOffset).default(0),
      type: z
        .enum(
          postmarkBounceTypes,
          expected(`one of ${postmarkBounceTypes.join(', ')}: others are not told apart`),
        )
        .optional(),
      emailFilter: queryEmailSchema.optional(),
      tag: textSchema(1, maxPairTag).optional(),
      messageID: uuidSchema.optional(),
      inactive: notOffered('each bounce says whether its address is suppressed'),
      fromdate: notOffered(instead),
      todate: notOffered(instead),
      messagestream: notOffered('each bounce says its stream'),
    },
    expected('query parameters'),
  )
  .refine(({ count, offset }) => count + offset <= maxPostmarkOffset, {
    path: ['offset'],
    message: `must be at most ${maxPostmarkOffset} together with count`,
  });

/** A bounce as Postmark shows it: of the message's primary recipient. */
export const postmarkBounceSchema = z.object({
  RecordType: z.literal('Bounce'),
  ID: z.int().min(1),
  Type: z.enum(postmarkBounceTypes),
  TypeCode: z.int(),
  Name: z.string(),
  Tag: z.string(),
  MessageID: z.guid(),
  ServerID: z.literal(0),
  MessageStream: z.enum(postmarkStreams),
  Description: z.string(),
  Details: z.string(),
  Email: z.string(),
  From: z.string(),
  BouncedAt: z.iso.datetime(),
  DumpAvailable: z.literal(false),
  Inactive: z.boolean(),
  CanActivate: z.boolean(),
  Subject: z.string(),
});
export type PostmarkBounce = z.infer<typeof postmarkBounceSchema>;

/** A page of bounces. */
export const postmarkBouncesSchema = z.object({
  TotalCount: z.int().min(0),
  Bounces: z.array(postmarkBounceSchema),
});

/** What SES does not hand on: the source of a bounce. */
export const postmarkDumpedSchema = z.object({ Body: z.literal('') });

/** The answer to an address that gets mail again. */
export const postmarkActivatedSchema = z.object({ Message: z.literal('OK'), Bounce: postmarkBounceSchema });

/** How many messages bounced, and how many addresses get no mail. */
export const postmarkStatsSchema = z.object({
  InactiveMails: z.int().min(0),
  Bounces: z.array(
    z.object({ Name: z.string(), Count: z.int().min(0), Type: z.enum(postmarkBounceTypes).optional() }),
  ),
});
