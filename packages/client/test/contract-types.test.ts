import { expect, test } from '@jest/globals';
import * as contracts from '@postroom/contracts';
import type * as client from '../src/index.ts';

type Schema = { readonly _zod: { readonly input: unknown; readonly output: unknown } };
/** What a server takes. */
type Input<Of extends Schema> = Of['_zod']['input'];
/** What a server answers. */
type Answer<Of extends Schema> = Of['_zod']['output'];

/** A type as it is on the wire: dates and bytes are text there, ids of emails are any text, lists can be changed. */
type Wire<Type> = Type extends Date | Uint8Array | client.EmailId
  ? string
  : Type extends readonly (infer Entry)[]
    ? Wire<Entry>[]
    : Type extends object
      ? { -readonly [Field in keyof Type]: Wire<Type[Field]> }
      : Type;

type Fits<A, B> = [A] extends [B] ? true : false;
type Both<A extends boolean, B extends boolean> = A extends true ? B : false;
type Known<Type> = keyof { [Field in keyof Type as string extends Field ? never : Field]: true };
type SameFields<A, B> = Both<Fits<Known<A>, Known<B>>, Fits<Known<B>, Known<A>>>;
type Same<A, B> = Both<Both<Fits<A, B>, Fits<B, A>>, SameFields<A, B>>;

/** The fields of a query; their values are text on the wire. */
type Query<Of extends Schema> = { [Field in keyof Input<Of>]?: unknown };

/** Does not compile unless the two types are the same on the wire. */
function same<Ours, Theirs>(..._differ: Same<Wire<Ours>, Theirs> extends true ? [] : [never]): void {}

/** Does not compile unless every request of ours fits, and has the fields that theirs has. */
function fits<Ours, Theirs>(
  ..._differ: Both<Fits<Wire<Ours>, Theirs>, SameFields<Ours, Theirs>> extends true ? [] : [never]
): void {}

test('requests fit what the server parses, field for field', () => {
  fits<client.SendEmailRequest, Input<typeof contracts.emailRequestSchema>>();
  fits<client.ItemDefaults, Input<typeof contracts.itemDefaultsSchema>>();
  // The template may come from the defaults, and the key from the client.
  type Merged = client.BatchItem & { idempotencyKey: string; templateId: string };
  fits<Merged, Input<typeof contracts.batchItemSchema>>();
  fits<client.EmailFilters, Query<typeof contracts.sendsQuerySchema>>();
  same<client.CreateTemplate, Input<typeof contracts.createTemplateSchema>>();
  same<client.Changes<client.CreateTemplate>, Input<typeof contracts.updateTemplateSchema>>();
  fits<client.TemplateFilters, Query<typeof contracts.templatesQuerySchema>>();
  same<client.CreateSenderProfile, Input<typeof contracts.createSenderProfileSchema>>();
  same<client.Changes<client.CreateSenderProfile>, Input<typeof contracts.updateSenderProfileSchema>>();
  same<client.CreateDomain, Input<typeof contracts.createDomainSchema>>();
  same<client.CreateProfile, Input<typeof contracts.createProfileSchema>>();
  same<client.Changes<client.CreateProfile>, Input<typeof contracts.updateProfileSchema>>();
  fits<client.ProfileFilters, Query<typeof contracts.profilesQuerySchema>>();
  same<client.CreateSubscriptionGroup, Input<typeof contracts.createSubscriptionGroupSchema>>();
  same<
    client.Changes<client.CreateSubscriptionGroup>,
    Input<typeof contracts.updateSubscriptionGroupSchema>
  >();
  same<client.SetSubscription, Input<typeof contracts.putSubscriptionSchema>>();
  same<client.CreateSuppression, Input<typeof contracts.createSuppressionSchema>>();
  fits<client.SuppressionFilters, Query<typeof contracts.suppressionsQuerySchema>>();
  same<client.ResumeRates, Input<typeof contracts.resumeRatesSchema>>();
  same<client.CreateAction, Input<typeof contracts.createActionSchema>>();
  same<client.CreateErasure, Input<typeof contracts.createErasureSchema>>();
  same<client.CreateWebhook, Input<typeof contracts.createWebhookSchema>>();
  same<client.Changes<client.CreateWebhook>, Input<typeof contracts.updateWebhookSchema>>();
  fits<client.WebhookDeliveryFilters, Query<typeof contracts.webhookDeliveriesQuerySchema>>();
  same<client.ReplayWebhook, Input<typeof contracts.replayWebhookSchema>>();
  same<client.CreateApiKey, Input<typeof contracts.createApiKeySchema>>();
  fits<client.PageOptions, Query<typeof contracts.pageQuerySchema>>();
});

test('answers are what the server says that they are, in both directions', () => {
  same<client.EmailRecord, contracts.EmailRecord>();
  same<client.Email, contracts.EmailDetail>();
  same<Omit<client.EmailsBatch, 'batchIds'>, contracts.EmailsBatchResponse>();
  same<client.EmailsDryRun, contracts.EmailsDryRunResponse>();
  same<client.EmailSend, contracts.EmailSend>();
  same<Omit<client.ItemsBatch, 'batchIds'>, contracts.ItemsBatchResponse>();
  same<client.AcceptedItem, Answer<typeof contracts.acceptedItemSchema>>();
  same<client.RejectedItem, Answer<typeof contracts.rejectedItemSchema>>();
  same<client.ItemsDryRun, contracts.ItemsDryRunResponse>();
  same<client.EmailList, contracts.EmailList>();
  same<client.EmailHistory, contracts.EmailHistory>();
  same<client.Batch, contracts.BatchResource>();
  same<client.CanceledBatch, contracts.CanceledBatch>();
  same<client.Template, contracts.TemplateResource>();
  same<client.TemplateSummary, contracts.TemplateSummaryResource>();
  same<client.TemplatePreview, contracts.TemplatePreview>();
  same<client.TemplateVersions, contracts.TemplateVersionsResource>();
  same<client.TemplateVersion, contracts.TemplateVersionResource>();
  same<client.SenderProfile, contracts.SenderProfileResource>();
  same<client.Domain, contracts.DomainResource>();
  same<client.Profile, contracts.ProfileResource>();
  same<client.SubscriptionGroup, contracts.SubscriptionGroupResource>();
  same<client.Subscription, contracts.SubscriptionResource>();
  same<client.Suppression, contracts.SuppressionResource>();
  same<client.SuppressionImport, contracts.SuppressionImport>();
  same<client.LiftedSuppression, contracts.LiftedSuppression>();
  same<client.Rates, contracts.Rates>();
  same<client.ResumedRates, contracts.ResumedRates>();
  same<client.Action, contracts.ActionResource>();
  same<client.Erasure, contracts.ErasureResource>();
  same<client.Webhook, contracts.WebhookResource>();
  same<client.WebhookWithSecret, contracts.WebhookWithSecret>();
  same<client.WebhookDelivery, contracts.WebhookDelivery>();
  same<client.WebhookDeliveryLog, contracts.WebhookDeliveryLog>();
  same<client.ReplayedWebhook, contracts.ReplayedWebhook>();
  same<client.WebhookEvent, contracts.WebhookEvent>();
  same<client.ApiKey, contracts.ApiKeyResource>();
  same<client.CreatedApiKey, contracts.CreatedApiKeyResource>();
});

test('codes are those of the server', () => {
  same<client.ServerErrorCode, contracts.ErrorCode>();
  same<client.ItemErrorCode, contracts.ItemErrorCode>();
});

test('a request that the types allow is one that the schemas take', () => {
  const email: client.SendEmailRequest = {
    from: 'Acme <hello@acme.test>',
    to: ['ada@example.com'],
    subject: 'Hello',
    html: '<p>Hello</p>',
    text: null,
    cc: ['bob@example.com'],
    tags: ['news'],
    type: 'marketing',
    headers: { 'X-Order': '1' },
    attachments: [{ filename: 'a.txt', content: 'aGk=', content_id: null }],
    scheduled_at: new Date().toISOString(),
    tracking: { clicks: true, opens: null },
  };
  expect(contracts.emailRequestSchema.safeParse(email).error).toBeUndefined();
  const item: client.BatchItem = {
    idempotencyKey: 'order-1',
    templateId: '0190a0a0-0000-7000-8000-000000000000',
    to: { email: 'ada@example.com', externalId: null },
    cc: 'bob@example.com, Eve <eve@example.com>',
    bcc: ['mallory@example.com'],
    data: { name: 'Ada' },
    replyTo: null,
  };
  expect(contracts.batchItemSchema.safeParse(item).error).toBeUndefined();
});
