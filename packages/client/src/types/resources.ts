import type { Mailbox } from './item.ts';
import type { RenderWarning, Tracking } from './message.ts';
/** One page of a list; `nextCursor` is null on the last. */
export type Page<Entry> = { data: Entry[]; nextCursor: string | null };

/** How a list is paged: `limit` is 1 to 100, 50 unless told; a page may be shorter where its entries are large. */
export type PageOptions = { readonly limit?: number | undefined; readonly cursor?: string | undefined };

/** What an update takes: the fields to change; `null` unsets one that may be unset. */
export type Changes<Create> = { readonly [Field in keyof Create]?: Create[Field] | undefined };

type JsonObject = Readonly<Record<string, unknown>>;

/** A template to be saved; `sampleData` is what a preview without data shows. */
export type CreateTemplate = {
  readonly name: string;
  readonly subject: string;
  /** What it is written as: `html` unless told; `mjml` is compiled when it is saved. */
  readonly format?: TemplateFormat | undefined;
  /** Required but for `mjml`. */
  readonly html?: string | undefined;
  /** The MJML, with Handlebars in it. */
  readonly source?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly senderProfileId?: string | null | undefined;
  readonly sampleData?: JsonObject | null | undefined;
};
/** What a template is written as. */
export type TemplateFormat = 'html' | 'mjml';
/** An archived template takes no new items. */
export type TemplateStatus = 'Active' | 'Archived';
/** What a list of templates is narrowed to. */
export type TemplateFilters = PageOptions & { readonly status?: TemplateStatus | undefined };
/** A template as lists have it: `get` answers its content as well. */
export type TemplateSummary = {
  id: string;
  name: string;
  subject: string;
  senderProfileId: string | null;
  format: TemplateFormat;
  status: TemplateStatus;
  currentSnapshotId: string;
  createdAt: string;
  updatedAt: string;
};
/** What items are rendered from; each accepted item keeps the snapshot that was current then. */
export type Template = TemplateSummary & {
  html: string;
  /** The MJML that the html was compiled from; null: it was written as html. */
  source: string | null;
  text: string | null;
  sampleData: Record<string, unknown> | null;
  variables: { required: string[]; optional: string[] };
};
/** A version of a template as lists have it; they count up from 1. */
export type TemplateVersionSummary = {
  version: number;
  subject: string;
  format: TemplateFormat;
  createdAt: string;
};
export type TemplateVersions = { data: TemplateVersionSummary[] };
export type TemplateVersion = TemplateVersionSummary & {
  html: string;
  source: string | null;
  text: string | null;
};
/** What a template comes to with the data given; `missing` names the variables that had no value. */
export type TemplatePreview = {
  subject: string;
  html: string | null;
  text: string | null;
  missing: string[];
  /** What may not be meant as it renders; absent when there is nothing to say. */
  warnings?: RenderWarning[] | undefined;
};

/** A sender to be saved; mail goes out once its address or domain is verified. */
export type CreateSenderProfile = {
  readonly name: string;
  readonly fromEmail: string;
  readonly fromName?: string | null | undefined;
  readonly replyTo?: string | null | undefined;
  readonly configurationSet?: string | null | undefined;
  readonly tracking?: Tracking | null | undefined;
  /** Such as https://links.example.com; used once `checkTrackingHost` found that it leads to the server. */
  readonly trackingHost?: string | null | undefined;
};
/** Who mail comes from. */
export type SenderProfile = {
  id: string;
  name: string;
  fromEmail: string;
  fromName: string | null;
  replyTo: Mailbox | null;
  configurationSet: string | null;
  tracking: { clicks: boolean; opens: boolean; text: boolean };
  trackingHost: string | null;
  trackingHostVerified: boolean;
  /** What was wrong with the host when it was last asked, or null. */
  trackingHostProblem: string | null;
  verified: boolean;
  /** Why SES last refused this sender, or null. */
  flaggedReason: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A bare domain, such as example.com, to be registered with SES. */
export type CreateDomain = { readonly domain: string };
/** One DNS record to publish; mail goes out without those that are not `required`. */
export type DnsRecord = {
  type: 'CNAME' | 'TXT';
  name: string;
  value: string;
  purpose: 'dkim' | 'dmarc';
  required: boolean;
};
/** A domain that mail may come from once SES has found its records. */
export type Domain = {
  id: string;
  domain: string;
  status: 'pending' | 'verified' | 'failed';
  dnsRecords: DnsRecord[];
  /** When SES was last asked; null: never. */
  checkedAt: string | null;
  createdAt: string;
  updatedAt: string;
};

/** A recipient to be known; either `email` or `externalId` is needed. */
export type CreateProfile = {
  readonly email?: string | null | undefined;
  readonly externalId?: string | null | undefined;
  readonly attributes?: JsonObject | null | undefined;
};
/** What a list of profiles is narrowed to; `email` without regard to letter case. */
export type ProfileFilters = PageOptions & {
  readonly email?: string | undefined;
  readonly externalId?: string | undefined;
};
/** A known recipient. */
export type Profile = {
  id: string;
  email: string | null;
  externalId: string | null;
  attributes: Record<string, unknown>;
  /** Why mail to this address is suppressed, or null. */
  deliverySuppression: SuppressionReason | null;
  subscriptions: {
    groupId: string;
    subscribed: boolean;
    status: SubscriptionStatus;
    updatedAt: string;
  }[];
  createdAt: string;
  updatedAt: string;
};

/** Whether recipients receive a group only if they asked for it, or unless they declined. */
export type SubscriptionGroupType = 'OptIn' | 'OptOut';
/** How a subscription stands; `pending`: asked to confirm, and without mail until then. */
export type SubscriptionStatus = 'subscribed' | 'unsubscribed' | 'pending';
/** What asks recipients to confirm: a template that has `{{@confirmUrl}}`, and who the mail comes from. */
export type GroupConfirmation = { templateId: string; senderProfileId: string };
/** A group to be saved. */
export type CreateSubscriptionGroup = {
  readonly name: string;
  readonly type: SubscriptionGroupType;
  /** Whether marketing mail of the emails dialect honours this group. */
  readonly marketingDefault?: boolean | null | undefined;
  /** Double opt-in: who is to be subscribed and does not get the mail yet is asked first. Null: nobody is asked. */
  readonly confirmation?: Readonly<GroupConfirmation> | null | undefined;
};
/** What recipients can subscribe to. */
export type SubscriptionGroup = {
  id: string;
  name: string;
  type: SubscriptionGroupType;
  marketingDefault: boolean;
  confirmation: GroupConfirmation | null;
  createdAt: string;
  updatedAt: string;
};
/** What one recipient says of a group: named by `profileId` or by `email`, one of the two. */
export type SetSubscription = {
  readonly profileId?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly subscribed: boolean;
};
/** What one recipient said of one group. */
export type Subscription = {
  groupId: string;
  profileId: string;
  subscribed: boolean;
  status: SubscriptionStatus;
  updatedAt: string;
};

/** SES reported a hard bounce or a complaint, or someone asked for it. */
export type SuppressionReason = 'Bounce' | 'Complaint' | 'Manual';

/** How rates are: `paused` holds marketing mail. */
export type RateState = 'ok' | 'warning' | 'paused';
/** What became of mail in the last 24 hours. */
export type Rate = {
  delivered: number;
  bounced: number;
  complained: number;
  bounceRate: number;
  complaintRate: number;
  state: RateState;
  pausedAt: string | null;
  resumedAt: string | null;
};
/** The rates of a workspace, its sender profiles and its domains. */
export type Rates = {
  workspace: Rate;
  senderProfiles: (Rate & { senderProfileId: string })[];
  domains: (Rate & { domain: string })[];
};
/** Which pauses to lift; without a field all of them. */
export type ResumeRates = {
  readonly workspace?: true | undefined;
  readonly senderProfileId?: string | undefined;
  readonly domain?: string | undefined;
};
/** The rates afterwards, and how many pauses were lifted. */
export type ResumedRates = Rates & { resumed: number };

/** A person to be erased. */
export type CreateErasure = { readonly email: string };
/** The erasure of one person; nothing in it tells who it is. */
export type Erasure = {
  id: string;
  status: 'running' | 'done';
  /** What was done so far, by kind. */
  counts: Record<
    | 'sends'
    | 'canceled'
    | 'copies'
    | 'mentions'
    | 'events'
    | 'notices'
    | 'bodies'
    | 'attachments'
    | 'profiles'
    | 'subscriptions'
    | 'suppressions',
    number
  >;
  createdAt: string;
  finishedAt: string | null;
};

/** What a key may do; `full` stands for all of it. */
export type ApiKeyScope =
  | 'emails:write'
  | 'emails:read'
  | 'templates:write'
  | 'templates:read'
  | 'profiles:write'
  | 'profiles:read'
  | 'admin'
  | 'full';
/** A key to be made; without a `mode` it has that of the key that asks. */
export type CreateApiKey = {
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  readonly mode?: 'live' | 'test' | undefined;
  /** The sender profiles that it is limited to; null or left out: those of the key that asks, if any. */
  readonly senderProfileIds?: readonly string[] | null | undefined;
};
/** Who may call, without the key itself. */
export type ApiKey = {
  id: string;
  name: string;
  /** The first characters of the key, to tell keys apart. */
  prefix: string;
  /** `operator` is given on the command line alone. */
  scopes: (ApiKeyScope | 'operator')[];
  mode: 'live' | 'test';
  /** The sender profiles that it is limited to; null: it is not. */
  senderProfileIds: string[] | null;
  createdAt: string;
  revokedAt: string | null;
};
/** The answer to the creation alone holds the key itself. */
export type CreatedApiKey = ApiKey & { key: string };
