/** A header of a message, as it was given. */
export type ReceivedHeader = { readonly name: string; readonly value: string };

/** An attachment of a message; `contentBase64` is its content. */
export type ReceivedAttachment = {
  readonly filename: string;
  readonly contentType: string;
  readonly contentId: string | null;
  readonly isInline: boolean;
  readonly sizeBytes: number;
  readonly contentBase64: string;
};

/** What a message says, beside who sends it to whom. */
export type ReceivedContent = {
  readonly subject: string;
  readonly html: string | null;
  readonly text: string | null;
  readonly headers: readonly ReceivedHeader[];
  readonly attachments: readonly ReceivedAttachment[];
  /** The message as it was given in the raw form, one character per byte; left out in the simple one. */
  readonly raw?: string;
};

/** A SendEmail request that SES would take; addresses stand as they were given, names included. */
export type ReceivedMessage = ReceivedContent & {
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly replyTo: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly configurationSet: string | null;
  /** What the request says of tracking by SES, whatever the account and the configuration set say; null: nothing. */
  readonly trackingOverride: {
    readonly opens: 'ENABLED' | 'DISABLED' | null;
    readonly clicks: 'ENABLED' | 'DISABLED' | null;
  };
};

/** Which attempt of which send a message is, by its tags `postroom-send-id` and `postroom-attempt`. */
export function attemptOf({ tags }: Pick<ReceivedMessage, 'tags'>): {
  readonly sendId: string | null;
  readonly attempt: number | null;
} {
  const attempt = Number(tags['postroom-attempt'] ?? Number.NaN);
  return {
    sendId: tags['postroom-send-id'] ?? null,
    attempt: Number.isInteger(attempt) ? attempt : null,
  };
}

/** Everyone that a message goes to. */
export function recipientsOf(message: Pick<ReceivedMessage, 'to' | 'cc' | 'bcc'>): string[] {
  return [...message.to, ...message.cc, ...message.bcc];
}
