import type { ItemErrorCode } from './error-code.ts';
import type { MessageOptions, Moment, RenderedContent, RenderWarning, ShownOptions } from './message.ts';

/** What every item of a batch may share. `null` in an item unsets the default. */
export type ItemDefaults = Omit<MessageOptions, 'attachments'> & {
  /** An active template; needed in the item or in the defaults. */
  readonly templateId?: string | null | undefined;
  readonly senderProfileId?: string | null | undefined;
  readonly from?: string | null | undefined;
  readonly replyTo?: string | null | undefined;
  /** Final text in place of the template's subject. */
  readonly subject?: string | null | undefined;
  readonly subscriptionGroupId?: string | null | undefined;
  /** At most 30 days ahead. */
  readonly scheduledAt?: Moment | null | undefined;
};

/** One item of the items dialect: a template, a recipient and data. */
export type BatchItem = ItemDefaults &
  MessageOptions & {
    /** Unique in the workspace; left out, it follows from the call's key and the item's place in the list. */
    readonly idempotencyKey?: string | undefined;
    readonly profileId?: string | null | undefined;
    /** Needed unless `profileId` is given. */
    readonly to?:
      | { readonly email?: string | null | undefined; readonly externalId?: string | null | undefined }
      | null
      | undefined;
    /** One address, a comma-separated list, or an array. */
    readonly cc?: string | readonly string[] | null | undefined;
    readonly bcc?: string | readonly string[] | null | undefined;
    readonly data?: Readonly<Record<string, unknown>> | null | undefined;
  };

/** An item that is sent alone; its key is an option of the call. */
export type SingleItem = Omit<BatchItem, 'idempotencyKey'>;

/** A batch of the items dialect. */
export type ItemsBatchRequest = {
  readonly items: readonly BatchItem[];
  readonly defaults?: ItemDefaults | null | undefined;
};

/** Where a send stands; `Scheduled` and `Queued` ones can still be canceled. */
export type SendStatus = 'Scheduled' | 'Queued' | 'Processing' | 'Sent' | 'Failed' | 'Skipped' | 'Canceled';

/** An address as answers show it. */
export type Mailbox = { email: string; name: string | null };

/** One send as the items dialect answers it. */
export type EmailSend = ShownOptions & {
  id: string;
  status: SendStatus;
  templateId: string | null;
  templateSnapshotId: string;
  senderProfileId: string | null;
  from: Mailbox;
  replyTo: Mailbox | null;
  subject: string;
  subscriptionGroupId: string | null;
  profileId: string | null;
  to: { email: string };
  cc: Mailbox[];
  messageId: string;
  failureMessage: string | null;
  createdAt: string;
  updatedAt: string;
  providerMessageId: string | null;
  scheduledAt: string | null;
  /** Since when its content is gone because of its age; absent while it is there. */
  contentRemovedAt?: string | undefined;
};

/** What accepted items of a batch and of a dry run have in common. */
type Accepted = {
  /** Its place in the list that was given, from 0. */
  index: number;
  idempotencyKey: string;
  status: 'accepted';
  /** True when the key was known already: the send is the existing one, as it stands now. */
  replayed: boolean;
};

/** An item that made a send, or found the one that its key had made. */
export type AcceptedItem = Accepted & { send: EmailSend };

/** An accepted item of a dry run; `rendered` is null when the key is taken. */
export type AcceptedPreview = Accepted & {
  rendered: RenderedContent | null;
  /** Absent when there is nothing to say. */
  warnings?: RenderWarning[] | undefined;
};

/** An item that was refused; its key is not used up. */
export type RejectedItem = {
  index: number;
  idempotencyKey: string | null;
  status: 'rejected';
  error: ItemErrorCode;
  message: string;
  details?: Record<string, unknown> | undefined;
};

/** One item's result. */
export type ItemResult = AcceptedItem | RejectedItem;
/** One item's result in a dry run. */
export type ItemPreview = AcceptedPreview | RejectedItem;

/** The answer to a batch of items, in the order given. */
export type ItemsBatch = {
  total: number;
  accepted: number;
  rejected: number;
  /** The one batch that the accepted sends belong to; null when there is none, or several. */
  batchId: string | null;
  /** Every batch that was made, in order: at most one for each request that the call was cut into. */
  batchIds: string[];
  items: ItemResult[];
};

/** The answer to a dry run: the same checks and renderings, and nothing written. */
export type ItemsDryRun = {
  dryRun: true;
  total: number;
  accepted: number;
  rejected: number;
  items: ItemPreview[];
};
