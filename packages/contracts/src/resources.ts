import { z } from 'zod';
import { mailboxSchema } from './email-send.ts';
import {
  addressSchema,
  dataSchema,
  emailSchema,
  expected,
  isBlank,
  lineSchema,
  queryEmailSchema,
  textSchema,
  trackingSchema,
  uuidSchema,
} from './fields.ts';
import { renderWarningSchema } from './items-batch.ts';
import { pageQuerySchema } from './paging.ts';
import { grantableScopes } from './scopes.ts';
import { suppressionReasons } from './suppressions.ts';

const nameSchema = lineSchema(1, 200);
// A control character in a display name would end up in a mail header.
const displayNameSchema = textSchema(1, 200).refine(
  (name) => !/\p{Cc}/u.test(name),
  'must be a single line without control characters',
);
const timeSchema = z.iso.datetime();

/** A part of a template, in characters: two of them fit into the body limit of 1 MiB. */
const maxPartLength = 500_000;

const templateFields = {
  name: nameSchema,
  subject: textSchema(1, 998).refine((subject) => subject === '' || !isBlank(subject), {
    message: 'must hold more than spaces and characters that are not seen',
  }),
  html: textSchema(1, maxPartLength),
  text: textSchema(1, maxPartLength).nullish(),
  senderProfileId: uuidSchema.nullish(),
  sampleData: dataSchema.nullish(),
};

export const createTemplateSchema = z.strictObject(templateFields, expected('an object'));
export type CreateTemplate = z.infer<typeof createTemplateSchema>;
export const updateTemplateSchema = z.strictObject(templateFields, expected('an object')).partial();
export type UpdateTemplate = z.infer<typeof updateTemplateSchema>;
export const previewTemplateSchema = z.strictObject({ data: dataSchema.nullish() }, expected('an object'));

const templateStatuses = ['Active', 'Archived'] as const;

/** What a list of templates may be narrowed to. */
export const templatesQuerySchema = pageQuerySchema.extend({
  status: z.enum(templateStatuses, expected(templateStatuses.join(' or '))).optional(),
});

/** A template as lists have it: its content may be large, a page has a hundred. */
export const templateSummarySchema = z.object({
  id: z.guid(),
  name: z.string(),
  subject: z.string(),
  senderProfileId: z.guid().nullable(),
  status: z.enum(templateStatuses),
  currentSnapshotId: z.guid(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type TemplateSummaryResource = z.infer<typeof templateSummarySchema>;

export const templateSchema = templateSummarySchema.extend({
  html: z.string(),
  text: z.string().nullable(),
  sampleData: z.record(z.string(), z.unknown()).nullable(),
  variables: z.object({ required: z.array(z.string()), optional: z.array(z.string()) }),
});
export type TemplateResource = z.infer<typeof templateSchema>;

/** What a template comes to with the data given; `missing` names the variables that had no value. */
export const templatePreviewSchema = z.object({
  subject: z.string(),
  html: z.string().nullable(),
  text: z.string().nullable(),
  missing: z.array(z.string()),
  warnings: z.array(renderWarningSchema).optional(),
});
export type TemplatePreview = z.infer<typeof templatePreviewSchema>;

const senderProfileFields = {
  name: nameSchema,
  fromEmail: emailSchema,
  fromName: displayNameSchema.nullish(),
  replyTo: addressSchema.nullish(),
  configurationSet: z
    .string(expected('a string'))
    .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, dashes or underscores')
    .nullish(),
  tracking: trackingSchema.nullish(),
};

/** A workspace has at most so many sender profiles; SES is asked about each address. */
export const maxSenderProfiles = 1_000;

export const createSenderProfileSchema = z.strictObject(senderProfileFields, expected('an object'));
export type CreateSenderProfile = z.infer<typeof createSenderProfileSchema>;
export const updateSenderProfileSchema = z.strictObject(senderProfileFields, expected('an object')).partial();
export type UpdateSenderProfile = z.infer<typeof updateSenderProfileSchema>;

export const senderProfileSchema = z.object({
  id: z.guid(),
  name: z.string(),
  fromEmail: z.string(),
  fromName: z.string().nullable(),
  replyTo: mailboxSchema.nullable(),
  configurationSet: z.string().nullable(),
  tracking: z.object({ clicks: z.boolean(), opens: z.boolean() }),
  verified: z.boolean(),
  /** Why SES last refused this sender, or null. */
  flaggedReason: z.string().nullable(),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type SenderProfileResource = z.infer<typeof senderProfileSchema>;

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

export const profileSchema = z.object({
  id: z.guid(),
  email: z.string().nullable(),
  externalId: z.string().nullable(),
  attributes: z.record(z.string(), z.unknown()),
  /** Why mail to this address is suppressed, or null. */
  deliverySuppression: z.enum(suppressionReasons).nullable(),
  subscriptions: z.array(z.object({ groupId: z.guid(), subscribed: z.boolean(), updatedAt: timeSchema })),
  createdAt: timeSchema,
  updatedAt: timeSchema,
});
export type ProfileResource = z.infer<typeof profileSchema>;

const groupFields = {
  name: nameSchema,
  type: z.enum(['OptIn', 'OptOut'], expected('OptIn or OptOut')),
  marketingDefault: z.boolean('must be true or false').nullish(),
};

export const createSubscriptionGroupSchema = z.strictObject(groupFields, expected('an object'));
export type CreateSubscriptionGroup = z.infer<typeof createSubscriptionGroupSchema>;
export const updateSubscriptionGroupSchema = z.strictObject(groupFields, expected('an object')).partial();
export type UpdateSubscriptionGroup = z.infer<typeof updateSubscriptionGroupSchema>;

export const subscriptionGroupSchema = z.object({
  id: z.guid(),
  name: z.string(),
  type: z.enum(['OptIn', 'OptOut']),
  marketingDefault: z.boolean(),
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
  updatedAt: timeSchema,
});
export type SubscriptionResource = z.infer<typeof subscriptionSchema>;

export const createApiKeySchema = z.strictObject(
  {
    name: nameSchema,
    scopes: z
      .array(z.enum(grantableScopes, expected(`one of ${grantableScopes.join(', ')}`)), expected('an array'))
      .min(1, 'must hold at least 1 scope')
      .max(grantableScopes.length, `must hold at most ${grantableScopes.length} scopes`)
      .transform((granted) => [...new Set(granted)]),
    mode: z.enum(['live', 'test'], expected('live or test')).optional(),
  },
  expected('an object'),
);
export type CreateApiKey = z.infer<typeof createApiKeySchema>;

export const apiKeySchema = z.object({
  id: z.guid(),
  name: z.string(),
  /** The first characters of the key, to tell keys apart. */
  prefix: z.string(),
  scopes: z.array(z.enum(grantableScopes)),
  mode: z.enum(['live', 'test']),
  createdAt: timeSchema,
  revokedAt: timeSchema.nullable(),
});
export type ApiKeyResource = z.infer<typeof apiKeySchema>;

/** The answer to the creation alone holds the key itself. */
export const createdApiKeySchema = apiKeySchema.extend({ key: z.string() });
export type CreatedApiKeyResource = z.infer<typeof createdApiKeySchema>;
