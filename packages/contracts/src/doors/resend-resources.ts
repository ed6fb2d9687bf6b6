import * as z from 'zod';
import { createDomainSchema } from '../domains.ts';
import { emailSchema, expected, textSchema } from '../fields/fields.ts';
import { createWebhookSchema, updateWebhookSchema } from '../webhooks.ts';
import { resendPageSchema } from './resend-emails.ts';

/** A domain to be registered in Resend's form: its region is that of the installation, if it is named. */
export const resendCreateDomainSchema = z.strictObject(
  { name: createDomainSchema.shape.domain, region: textSchema(1, 50).nullish() },
  expected('an object with name'),
);

const recordSchema = z.object({
  record: z.enum(['DKIM', 'DMARC']),
  name: z.string(),
  type: z.string(),
  ttl: z.literal('Auto'),
  status: z.enum(['pending', 'verified', 'failed']),
  value: z.string(),
});

const domainFields = {
  id: z.guid(),
  name: z.string(),
  status: z.enum(['pending', 'verified', 'failed']),
  created_at: z.iso.datetime(),
  region: z.string(),
};

/** A domain of a list. */
export const resendListedDomainSchema = z.object(domainFields);
export type ResendListedDomain = z.infer<typeof resendListedDomainSchema>;

/** A domain with the records to publish. */
export const resendDomainSchema = z.object({
  object: z.literal('domain'),
  ...domainFields,
  records: z.array(recordSchema),
});
export type ResendDomain = z.infer<typeof resendDomainSchema>;

/** The answer to a domain that is checked again. */
export const resendCheckedSchema = z.object({ object: z.literal('domain'), id: z.guid() });

/** The answer to something that is gone; suppressions are known by their address. */
export const resendDeletedSchema = z.object({
  object: z.enum(['domain', 'webhook', 'suppression', 'template']),
  id: z.string(),
  deleted: z.literal(true),
});

const webhookStatuses = ['enabled', 'disabled'] as const;

/** An endpoint to be made, in Resend's form. */
export const resendCreateWebhookSchema = z.strictObject(
  { endpoint: createWebhookSchema.shape.url, events: createWebhookSchema.shape.events },
  expected('an object with endpoint and events'),
);

/** What may be changed of an endpoint. */
export const resendUpdateWebhookSchema = z.strictObject(
  {
    endpoint: updateWebhookSchema.shape.url,
    events: updateWebhookSchema.shape.events,
    status: z.enum(webhookStatuses, expected('enabled or disabled')).optional(),
  },
  expected('an object'),
);

/** An endpoint of a list; its secret is shown when it is made, and not again. */
export const resendListedWebhookSchema = z.object({
  id: z.guid(),
  endpoint: z.string(),
  created_at: z.iso.datetime(),
  status: z.enum(webhookStatuses),
  events: z.array(z.string()),
});
export type ResendListedWebhook = z.infer<typeof resendListedWebhookSchema>;

/** An endpoint alone. */
export const resendWebhookSchema = resendListedWebhookSchema.extend({ object: z.literal('webhook') });

/** The answer that holds the secret. */
export const resendSecretSchema = z.object({
  object: z.literal('webhook'),
  id: z.guid(),
  signing_secret: z.string(),
});

/** The answer to a change of an endpoint. */
export const resendChangedWebhookSchema = z.object({ object: z.literal('webhook'), id: z.guid() });

/** Why an address is suppressed, by Resend's names. */
export const resendOrigins = ['bounce', 'complaint', 'manual'] as const;
export type ResendOrigin = (typeof resendOrigins)[number];

export const resendCreateSuppressionSchema = z.strictObject(
  { email: emailSchema },
  expected('an object with email'),
);

const maxSuppressionBatch = 100;

// The length comes first: a million bad elements would become a million issues.
const addressesSchema = z
  .array(z.unknown(), expected('an array of addresses'))
  .min(1, 'must not be empty')
  .max(maxSuppressionBatch, `must hold at most ${maxSuppressionBatch}`)
  .pipe(z.array(emailSchema));

/** Addresses to be suppressed at once. */
export const resendAddSuppressionsSchema = z.strictObject(
  { emails: addressesSchema },
  expected('an object with emails'),
);

/** Suppressions to be lifted at once, by one of the two names of the same. */
export const resendRemoveSuppressionsSchema = z
  .strictObject(
    {
      emails: addressesSchema.optional(),
      ids: addressesSchema.optional(),
    },
    expected('an object with emails or ids'),
  )
  .superRefine(({ emails, ids }, context) => {
    if ((emails === undefined) !== (ids === undefined)) return;
    const message = emails === undefined ? 'is required unless ids is given' : 'must not stand beside ids';
    context.addIssue({ code: 'custom', path: ['emails'], message });
  });

/** How suppressions are paged: on from an address. */
export const resendSuppressionsQuerySchema = resendPageSchema.extend({
  after: emailSchema.optional(),
  origin: z.enum(resendOrigins, expected(`one of ${resendOrigins.join(', ')}`)).optional(),
});

/** A suppression of a list: its id is its address. */
export const resendListedSuppressionSchema = z.object({
  id: z.string(),
  email: z.string(),
  origin: z.enum(resendOrigins),
  source_id: z.null(),
  created_at: z.iso.datetime(),
});
export type ResendListedSuppression = z.infer<typeof resendListedSuppressionSchema>;

/** A suppression alone. */
export const resendSuppressionSchema = resendListedSuppressionSchema.extend({
  object: z.literal('suppression'),
});

/** The answer to a suppression that was added. */
export const resendAddedSchema = z.object({ object: z.literal('suppression'), id: z.string() });

/** The answer to suppressions that were added at once, in the order of the request. */
export const resendAddedManySchema = z.object({ data: z.array(resendAddedSchema) });

/** The answer to suppressions that were lifted at once; what was not suppressed was not `deleted`. */
export const resendRemovedManySchema = z.object({
  data: z.array(z.object({ object: z.literal('suppression'), id: z.string(), deleted: z.boolean() })),
});
