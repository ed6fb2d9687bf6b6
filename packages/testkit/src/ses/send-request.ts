import { z } from 'zod';
import { parseAddress } from './addresses.ts';
import { badRequest, type SesAnswer } from './answers.ts';
import { parseMime } from './mime.ts';
import { type ReceivedContent, type ReceivedMessage, recipientsOf } from './received-message.ts';

const body = z.object({ Data: z.string() });
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
              FileName: z.string(),
              ContentType: z.string().default('application/octet-stream'),
              ContentDisposition: z.string().default('ATTACHMENT'),
              ContentId: z.string().optional(),
            }),
          )
          .default([]),
      })
      .optional(),
    Raw: z.object({ Data: z.base64() }).optional(),
  }),
});

type SendRequest = z.infer<typeof requestSchema>;

/** Reads the body of a SendEmail request, and refuses what SES refuses, in its words where they are known. */
export function parseSendRequest(
  json: unknown,
):
  | { readonly kind: 'message'; readonly message: ReceivedMessage }
  | { readonly kind: 'refused'; readonly answer: SesAnswer } {
  const parsed = requestSchema.safeParse(json);
  if (!parsed.success) return { kind: 'refused', answer: badRequest(z.prettifyError(parsed.error)) };
  const request = parsed.data;
  const content = contentOf(request);
  if (content === null) {
    return { kind: 'refused', answer: badRequest('Content: exactly one of Simple and Raw is needed.') };
  }
  const message: ReceivedMessage = {
    from: request.FromEmailAddress ?? headerOf(content, 'from'),
    to: request.Destination?.ToAddresses ?? [],
    cc: request.Destination?.CcAddresses ?? [],
    bcc: request.Destination?.BccAddresses ?? [],
    replyTo: request.ReplyToAddresses,
    tags: Object.fromEntries(request.EmailTags.map((tag) => [tag.Name, tag.Value])),
    configurationSet: request.ConfigurationSetName ?? null,
    ...content,
  };
  const problem = problemOf(message, request);
  return problem === null ? { kind: 'message', message } : { kind: 'refused', answer: badRequest(problem) };
}

function contentOf({ Content: { Simple: simple, Raw: raw } }: SendRequest): ReceivedContent | null {
  if ((simple === undefined) === (raw === undefined)) return null;
  if (raw !== undefined) return parseMime(Buffer.from(raw.Data, 'base64').toString('latin1'));
  if (simple === undefined) return null;
  return {
    subject: simple.Subject.Data,
    html: simple.Body.Html?.Data ?? null,
    text: simple.Body.Text?.Data ?? null,
    headers: simple.Headers.map(({ Name, Value }) => ({ name: Name, value: Value })),
    attachments: simple.Attachments.map((attachment) => ({
      filename: attachment.FileName,
      contentType: attachment.ContentType,
      contentId: attachment.ContentId ?? null,
      isInline: attachment.ContentDisposition === 'INLINE',
      sizeBytes: Buffer.byteLength(attachment.RawContent, 'base64'),
      contentBase64: attachment.RawContent,
    })),
  };
}

function headerOf(content: ReceivedContent, name: string): string {
  return content.headers.find((header) => header.name.toLowerCase() === name)?.value ?? '';
}

function problemOf(message: ReceivedMessage, request: SendRequest): string | null {
  const recipients = recipientsOf(message);
  if (recipients.length === 0) return 'The message has no recipients.';
  if (recipients.length > 50) return 'Recipient count exceeds 50.';
  for (const text of [message.from, ...recipients, ...message.replyTo]) {
    const parsed = parseAddress(text);
    if (parsed.kind === 'illegal') return parsed.reason;
  }
  if (request.Content.Simple !== undefined && message.html === null && message.text === null) {
    return 'The message has no body.';
  }
  for (const { Name, Value } of request.EmailTags) {
    if (![Name, Value].every((part) => /^[A-Za-z0-9_-]{1,256}$/.test(part))) {
      return `Invalid email tag: ${JSON.stringify(Name)}.`;
    }
  }
  const texts = message.headers.flatMap(({ name, value }) => [name, value]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is one of the three that break a header.
  if ([message.subject, ...texts].some((text) => /[\r\n\u0000]/.test(text))) {
    return 'A header holds CR, LF or NUL.';
  }
  return null;
}
