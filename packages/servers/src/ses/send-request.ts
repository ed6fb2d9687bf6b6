import * as z from 'zod';
import { addressesOf, parseAddress } from './addresses.ts';
import { badRequest, type SesAnswer } from './answers.ts';
import { contentOf, fieldOf, parseMime } from './mime.ts';
import { decodeWords } from './mime-words.ts';
import { duplicateProblemOf, rawProblemOf } from './raw-problem.ts';
import { type ReceivedContent, type ReceivedMessage, recipientsOf } from './received-message.ts';

const body = z.object({ Data: z.string() });
/** SES API v2, `FeatureStatus`. */
const featureStatus = z.enum(['ENABLED', 'DISABLED']);

const requestSchema = z.object({
  FromEmailAddress: z.string().optional(),
  Destination: z
    .object({
      ToAddresses: z.array(z.string()).default([]),
      CcAddresses: z.array(z.string()).default([]),
      BccAddresses: z.array(z.string()).default([]),
    })
    .optional(),
  ReplyToAddresses: z.array(z.string()).default([]),
  EmailTags: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
  ConfigurationSetName: z.string().optional(),
  ConfigurationOverrides: z
    .object({
      Tracking: z
        .object({
          OpenTrackingEnabled: featureStatus.optional(),
          ClickTrackingEnabled: featureStatus.optional(),
        })
        .optional(),
    })
    .optional(),
  Content: z.object({
    Simple: z
      .object({
        Subject: body,
        Body: z.object({ Html: body.optional(), Text: body.optional() }),
        Headers: z.array(z.object({ Name: z.string(), Value: z.string() })).default([]),
        Attachments: z
          .array(
            z.object({
              RawContent: z.base64(),
              FileName: z.string().min(1).max(255),
              ContentType: z.string().min(1).max(78).default('application/octet-stream'),
              ContentDisposition: z.string().default('ATTACHMENT'),
              ContentId: z.string().min(1).max(78).optional(),
            }),
          )
          .default([]),
      })
      .optional(),
    Raw: z.object({ Data: z.base64() }).optional(),
  }),
});

type SendRequest = z.infer<typeof requestSchema>;
type SimpleContent = NonNullable<SendRequest['Content']['Simple']>;

/** SES API v2, `Message`: at most so many `Headers`. */
const maxSimpleHeaders = 15;

/** Reads the body of a SendEmail request, and refuses what SES refuses, in its words where they are known. */
export function parseSendRequest(
  json: unknown,
):
  | { readonly kind: 'message'; readonly form: 'raw' | 'simple'; readonly message: ReceivedMessage }
  | { readonly kind: 'refused'; readonly answer: SesAnswer } {
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) return { kind: 'refused', answer: badRequest(z.prettifyError(parsed.error)) };
  const request = parsed.data;
  const form = readForm(request);
  if (form === null) {
    return { kind: 'refused', answer: badRequest('Content: exactly one of Simple and Raw is needed.') };
  }
  const message: ReceivedMessage = {
    to: request.Destination?.ToAddresses ?? [],
    cc: request.Destination?.CcAddresses ?? [],
    bcc: request.Destination?.BccAddresses ?? [],
    tags: Object.fromEntries(request.EmailTags.map((tag) => [tag.Name, tag.Value])),
    configurationSet: request.ConfigurationSetName ?? null,
    trackingOverride: {
      opens: request.ConfigurationOverrides?.Tracking?.OpenTrackingEnabled ?? null,
      clicks: request.ConfigurationOverrides?.Tracking?.ClickTrackingEnabled ?? null,
    },
    from: form.from,
    replyTo: form.replyTo,
    ...form.content,
  };
  const problem = form.problem ?? problemOf(message, request);
  if (problem !== null) return { kind: 'refused', answer: badRequest(problem) };
  return { kind: 'message', form: request.Content.Raw === undefined ? 'simple' : 'raw', message };
}

/** The parts of a request that its two forms say in different places; `problem` is why SES refuses that form. */
type Form = Pick<ReceivedMessage, 'from' | 'replyTo'> & {
  readonly content: ReceivedContent;
  readonly problem: string | null;
};

function readForm(request: SendRequest): Form | null {
  const { Simple: simple, Raw: raw } = request.Content;
  if (raw !== undefined) return simple === undefined ? readRaw(request, raw.Data) : null;
  return simple === undefined ? null : readSimple(request, simple);
}

/** The reply addresses of a raw message are those of its header; SES does not look at the request's. */
function readRaw(request: SendRequest, base64: string): Form {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const mime = parseMime(text);
  return {
    from: request.FromEmailAddress ?? fieldOf(mime, 'from'),
    replyTo: addressesOf(fieldOf(mime, 'reply-to')),
    content: { ...contentOf(mime), raw: text },
    problem: rawProblemOf(text, mime),
  };
}

function readSimple(request: SendRequest, simple: SimpleContent): Form {
  return {
    from: request.FromEmailAddress ?? '',
    replyTo: request.ReplyToAddresses,
    problem: simpleProblemOf(simple),
    content: {
      subject: simple.Subject.Data,
      html: simple.Body.Html?.Data ?? null,
      text: simple.Body.Text?.Data ?? null,
      headers: simple.Headers.map(({ Name, Value }) => ({ name: Name, value: decodeWords(Value) })),
      attachments: simple.Attachments.map((attachment) => ({
        filename: attachment.FileName,
        contentType: attachment.ContentType,
        contentId: attachment.ContentId ?? null,
        isInline: attachment.ContentDisposition === 'INLINE',
        sizeBytes: Buffer.byteLength(attachment.RawContent, 'base64'),
        contentBase64: attachment.RawContent,
      })),
    },
  };
}

function simpleProblemOf({ Subject, Body: { Html, Text }, Headers }: SimpleContent): string | null {
  if (Html === undefined && Text === undefined) return 'The message has no body.';
  if (Headers.length > maxSimpleHeaders) {
    return `Content.Simple.Headers: at most ${maxSimpleHeaders} members.`;
  }
  const texts = [Subject.Data, ...Headers.flatMap(({ Name, Value }) => [Name, Value])];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is one of the three that break a header.
  if (texts.some((text) => /[\r\n\u0000]/.test(text))) return 'A header holds CR, LF or NUL.';
  return duplicateProblemOf(Headers.map(({ Name }) => Name));
}

function problemOf(message: ReceivedMessage, request: SendRequest): string | null {
  const recipients = recipientsOf(message);
  if (recipients.length === 0) return 'The message has no recipients.';
  if (recipients.length > 50) return 'Recipient count exceeds 50.';
  for (const text of [message.from, ...recipients, ...message.replyTo]) {
    const parsed = parseAddress(text);
    if (parsed.kind === 'illegal') return parsed.reason;
  }
  for (const { Name, Value } of request.EmailTags) {
    if (![Name, Value].every((part) => /^[A-Za-z0-9_-]{1,256}$/.test(part))) {
      return `Invalid email tag: ${JSON.stringify(Name)}.`;
    }
  }
  return null;
}
