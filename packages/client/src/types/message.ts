/** A moment: a `Date`, or ISO 8601 with its offset. */
export type Moment = Date | string;

/** A file that goes with a message. */
export type Attachment = {
  readonly filename: string;
  /** Bytes, which are encoded for you, or base64 (RFC 4648 section 4, padded). */
  readonly content: string | Uint8Array;
  /** A media type with its parameters; that of the ending of `filename` unless given. */
  readonly content_type?: string | null | undefined;
  /** Set: the html shows it as `cid:<content_id>`. */
  readonly content_id?: string | null | undefined;
};

/** Whether clicks and opens are recorded; what is left out follows the sender profile. */
export type Tracking = {
  readonly clicks?: boolean | null | undefined;
  readonly opens?: boolean | null | undefined;
  /** Links of the text part too, where those of the html are tracked. */
  readonly text?: boolean | null | undefined;
};

/** Custom headers of a message by name. */
export type MessageHeaders = Readonly<Record<string, string>>;

/** What items and emails take under one name. `null` is the same as leaving a field out. */
export type MessageOptions = {
  readonly tags?: readonly string[] | null | undefined;
  readonly headers?: MessageHeaders | null | undefined;
  readonly attachments?: readonly Attachment[] | null | undefined;
  readonly tracking?: Tracking | null | undefined;
};

/** What became of a message after Amazon SES had taken it. */
export type Delivery = 'delivered' | 'delayed' | 'bounced' | 'complained';

/** What both dialects show of a send under one name. */
export type ShownOptions = {
  delivery: Delivery | null;
  tags: string[];
  simulated: boolean;
};

/** Something that renders, and may not be what was meant: where, and what it means. */
export type RenderWarning = { path: string; message: string };

/** What a message would say, had it been sent. */
export type RenderedContent = { subject: string; html: string | null; text: string | null };
