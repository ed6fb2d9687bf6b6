import type { SendStatus, WebhookEvent } from '@postroom/contracts';

/** What the row of a send, or of whatever an event is about, does not say of it. Small, and nobody's address but where noted. */
export type NoticeFacts = {
  readonly bounce?: {
    readonly type?: string | undefined;
    readonly subType?: string | undefined;
    readonly message?: string | undefined;
  };
  readonly click?: {
    readonly link?: string | undefined;
    readonly timestamp: string;
    readonly userAgent?: string | undefined;
    readonly machine: boolean;
    readonly reason?: string | undefined;
  };
  readonly open?: {
    readonly timestamp: string;
    readonly userAgent?: string | undefined;
    readonly machine: boolean;
    readonly reason?: string | undefined;
  };
  readonly failed?: { readonly reason: string };
  readonly skipped?: { readonly reason: string };
  readonly suppressed?: { readonly type: string; readonly message?: string | undefined };
  readonly complaint?: { readonly type?: string | undefined };
  /** The places in the send of those that the event is about, where they are others than its primary recipient. */
  readonly recipients?: readonly string[];
};

/** What is told of an event: by which name, and with what. */
export type Notice = { readonly type: WebhookEvent; readonly facts: NoticeFacts };

/** What `email.suppressed` says of mail that the workspace's own list kept back; SES's lists go by SES's names. */
export const ownSuppressionType = 'OnWorkspaceSuppressionList';

/**
 * What is told of a send that has come to a status, or null. `Processing` is nobody's business, and that a send was queued is
 * told once: whoever waits for it learns of its end.
 */
export const noticeTypeOf: Readonly<Record<SendStatus, WebhookEvent | null>> = {
  Scheduled: 'email.scheduled',
  Queued: 'email.queued',
  Processing: null,
  Sent: 'email.sent',
  Failed: 'email.failed',
  Skipped: 'email.skipped',
  Canceled: 'email.canceled',
};
