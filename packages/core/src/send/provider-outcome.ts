import type { Address, MessageHeader } from '@postroom/contracts';

/** A message ready to be given to the provider: rendered, addressed, complete. */
export type OutgoingMessage = {
  readonly sendId: string;
  readonly attempt: number;
  readonly from: Address;
  readonly replyTo: Address | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
  readonly headers: readonly MessageHeader[];
  readonly attachments: readonly OutgoingAttachment[];
  /** Set: the message as it came, of which html and text are those parts as they are to go out. */
  readonly mime?: OutgoingMime;
  readonly configurationSet: string | null;
};

/** A message in MIME form, without the fields of its header that are written anew. */
export type OutgoingMime = {
  readonly content: Uint8Array;
  /** The name that its sender has in it. */
  readonly fromName: string | null;
  /** Who is shown in it, whoever of them it goes to. */
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly replyTo: readonly Address[];
};

/** One attachment, its content decoded. `contentId` set: the html refers to it as `cid:`. */
export type OutgoingAttachment = {
  readonly filename: string;
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly contentId: string | null;
};

/** What the provider said, without addresses; `code` is the provider's own error name. */
export type ProviderError = {
  readonly code: string;
  readonly message: string;
  readonly httpStatus: number | null;
};

/**
 * What became of one call to the provider.
 *
 * `in_doubt` is not a failure: SES may have accepted the mail, so it must never be sent again
 * blindly. Every other kind but `accepted` is certain: SES did not take the message.
 */
export type ProviderOutcome =
  | { readonly kind: 'accepted'; readonly providerMessageId: string }
  | { readonly kind: 'in_doubt'; readonly error: ProviderError }
  | { readonly kind: 'throttled'; readonly error: ProviderError }
  | { readonly kind: 'quota_spent'; readonly error: ProviderError }
  | { readonly kind: 'sending_paused'; readonly error: ProviderError }
  | { readonly kind: 'account_suspended'; readonly error: ProviderError }
  | { readonly kind: 'sender_unverified'; readonly error: ProviderError }
  | { readonly kind: 'rejected'; readonly error: ProviderError }
  | { readonly kind: 'credentials_refused'; readonly error: ProviderError }
  /** The credentials are good, and do not reach as far as this: `about` is what they may not use. */
  | {
      readonly kind: 'not_permitted';
      readonly about: 'sender' | 'configuration_set' | 'message';
      readonly error: ProviderError;
    }
  /** SES did not wait for the whole request. */
  | { readonly kind: 'not_read'; readonly error: ProviderError }
  | { readonly kind: 'unreachable'; readonly error: ProviderError };

/** What the account may send, as `GetAccount` tells it. Rates and quotas count recipients. */
export type ProviderQuota = {
  readonly maxSendRatePerSecond: number;
  readonly max24HourSend: number;
  readonly sentLast24Hours: number;
  readonly isSendingEnabled: boolean;
};

/** The facts that a provider reports later about one send. */
export type ProviderEventType =
  | 'send'
  | 'delivery'
  | 'delay'
  | 'bounce'
  | 'complaint'
  | 'reject'
  | 'rendering_failure'
  | 'open'
  | 'click'
  | 'subscription'
  /** Of a type that is not known: it is kept. */
  | 'other';

/** What the provider says of one recipient: the SMTP status and its server's words, without addresses. */
export type RecipientReport = {
  /** The address; never logged, stored or shown. */
  readonly email: string;
  readonly status?: string | undefined;
  readonly diagnostic?: string | undefined;
};

/** One event of the provider, matched to a send by the id that the message carried as a tag. */
export type ProviderEvent = {
  /** The notification's own id: the same event twice has the same one. */
  readonly sourceId: string;
  readonly type: ProviderEventType;
  readonly sendId: string;
  readonly attempt: number | null;
  /** Null: it is an event of ours, such as a click. */
  readonly providerMessageId: string | null;
  readonly occurredAt: Date;
  /** Bounce: whether it is permanent. Null for every other type. */
  readonly isPermanentBounce: boolean | null;
  /** Recipients that the event is about; never logged. */
  readonly recipients: readonly string[];
  /** Whom the message went to, as far as that is known; never logged. */
  readonly sentTo?: readonly string[] | undefined;
  /** What it says of each of them, where it says more than that it is about them. */
  readonly reports?: readonly RecipientReport[] | undefined;
  /** What is worth keeping of the event (bounce subtype, link, user agent): no addresses. */
  readonly detail: Readonly<Record<string, string | number | null>>;
};
