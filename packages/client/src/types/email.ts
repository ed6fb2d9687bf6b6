import type { SendStatus } from './item.ts';
import type { MessageOptions, Moment, RenderedContent, ShownOptions } from './message.ts';

/** The id of a send in the emails dialect. */
export type EmailId = `em_${string}`;

/** One email of the emails dialect: final content, addressed. `null` is the same as leaving a field out. */
export type SendEmailRequest = MessageOptions & {
  /** `a@b.co` or `Name <a@b.co>`, of a verified sender. */
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** Either `html` or `text` is needed. */
  readonly html?: string | null | undefined;
  readonly text?: string | null | undefined;
  readonly cc?: readonly string[] | null | undefined;
  readonly bcc?: readonly string[] | null | undefined;
  readonly reply_to?: string | null | undefined;
  readonly type?: 'transactional' | 'marketing' | null | undefined;
  /** At most 30 days ahead. */
  readonly scheduled_at?: Moment | null | undefined;
  /** A key of its own; left out, it follows from the call's key and the email's place in the list. */
  readonly idempotency_key?: string | null | undefined;
};

/** `queued` until it was sent or has failed for good. */
export type EmailStatus = 'queued' | 'sent' | 'failed';

/** A send as a batch of the emails dialect answers it. */
export type EmailRecord = {
  id: EmailId;
  status: EmailStatus;
  from: string;
  /** The primary recipient. */
  to: string;
  subject: string;
  created_at: string;
  /** Why it failed; on a failed one alone. */
  error?: string | undefined;
};

/** A send of the emails dialect with all that is known of it. */
export type Email = EmailRecord &
  ShownOptions & {
    /** `status` in full: which of those that wait, or of those that were not sent. */
    send_status: SendStatus;
    cc: string[];
    reply_to: string | null;
    type: 'transactional' | 'marketing';
    scheduled_at: string | null;
    template_id: string | null;
    batch_id: string | null;
    provider_message_id: string | null;
    updated_at: string;
    /** Since when its content is gone because of its age; absent while it is there. */
    content_removed_at?: string | undefined;
  };

/** The answer to a batch of emails, in the order given. */
export type EmailsBatch = {
  emails: EmailRecord[];
  /** How many were submitted. */
  count: number;
  /** The one batch that all sends belong to; null when there are several. */
  batchId: string | null;
  /** Every batch that was made, in order: one for each request that the call was cut into. */
  batchIds: string[];
};

/** An email of a dry run; `rendered` is null when it would fail, or when its key is taken. */
export type EmailPreview = Omit<EmailRecord, 'id' | 'created_at'> & { rendered: RenderedContent | null };

/** The answer to a dry run: the same checks, and nothing written. */
export type EmailsDryRun = { dryRun: true; emails: EmailPreview[]; count: number };
