import * as z from 'zod';
import {
  dataSchema,
  emailSchema,
  expected,
  nameSchema,
  queryEmailSchema,
  textSchema,
  timeSchema,
  uuidSchema,
} from './fields/fields.ts';
import { pageQuerySchema } from './fields/paging.ts';
import { suppressionReasons } from './suppressions.ts';

/** So many profiles may have one address, each with an external id of its own: mail to it asks all of them for their consent. */
export const maxProfilesPerAddress = 1_000;

const profileFields = {
  email: emailSchema.nullish(),
  externalId: textSchema(1, 255).nullish(),
  attributes: dataSchema.nullish(),
};

export const createProfileSchema = z
  .strictObject(profileFields, expected('an object'))
  .refine(
    (profile) => Boolean(profile.email) || Boolean(profile.externalId),
    'needs an email, an externalId or both',
  );
export type CreateProfile = z.infer<typeof createProfileSchema>;
export const updateProfileSchema = z.strictObject(profileFields, expected('an object')).partial();
export type UpdateProfile = z.infer<typeof updateProfileSchema>;

/** What a list of profiles may be narrowed to; `email` is compared without regard to letter case. */
export const profilesQuerySchema = pageQuerySchema.extend({
  email: queryEmailSchema.optional(),
  externalId: textSchema(1, 255).optional(),
});

/** How a subscription stands; `pending`: asked to confirm, and without mail until then. */
export const subscriptionStatuses = ['subscribed', 'unsubscribed', 'pending'] as const;
export type SubscriptionStatus = (typeof subscriptionStatuses)[number];

export const profileSchema = z.object({
  id: z.guid(),
  email: z.string().nullable(),
  externalId: z.string().nullable(),
  attributes: z.record(z.string(), z.unknown()),
  /** Why mail to this address is suppressed, or null. */
  deliverySuppression: z.enum(suppressionReasons).nullable(),
  subscriptions: z.array(
    z.object({
      groupId: z.guid(),
      subscribed: z.boolean(),
      status: z.enum(subscriptionStatuses),
      updatedAt: timeSchema,
    }),
  ),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type ProfileResource = z.infer<typeof profileSchema>;

/** What asks for a confirmation: a template that has `{{@confirmUrl}}`, and who it comes from. */
const confirmationSchema = z.strictObject(
  { templateId: uuidSchema, senderProfileId: uuidSchema },
  expected('an object with templateId and senderProfileId, or null'),
);
export type GroupConfirmation = z.infer<typeof confirmationSchema>;

const groupFields = {
  name: nameSchema,
  type: z.enum(['OptIn', 'OptOut'], expected('OptIn or OptOut')),
  marketingDefault: z.boolean('must be true or false').nullish(),
  confirmation: confirmationSchema.nullish(),
};

/** A workspace has at most so many groups of each mode of keys: those of both are looked at for the page of a recipient. */
export const maxSubscriptionGroups = 500;

export const createSubscriptionGroupSchema = z.strictObject(groupFields, expected('an object'));
export type CreateSubscriptionGroup = z.infer<typeof createSubscriptionGroupSchema>;
export const updateSubscriptionGroupSchema = z.strictObject(groupFields, expected('an object')).partial();
export type UpdateSubscriptionGroup = z.infer<typeof updateSubscriptionGroupSchema>;

export const subscriptionGroupSchema = z.object({
  id: z.guid(),
  name: z.string(),
  type: z.enum(['OptIn', 'OptOut']),
  marketingDefault: z.boolean(),
  confirmation: z.object({ templateId: z.guid(), senderProfileId: z.guid() }).nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type SubscriptionGroupResource = z.infer<typeof subscriptionGroupSchema>;

/** What one recipient says of one group: named by profile or by address, exactly one of the two. */
export const putSubscriptionSchema = z
  .strictObject(
    {
      profileId: uuidSchema.nullish(),
      email: emailSchema.nullish(),
      subscribed: z.boolean(expected('true or false')),
    },
    expected('an object'),
  )
  .refine((body) => Boolean(body.profileId) !== Boolean(body.email), 'needs either a profileId or an email');

export const subscriptionSchema = z.object({
  groupId: z.guid(),
  profileId: z.guid(),
  subscribed: z.boolean(),
  status: z.enum(subscriptionStatuses),
  updatedAt: timeSchema,
});
export type SubscriptionResource = z.infer<typeof subscriptionSchema>;
