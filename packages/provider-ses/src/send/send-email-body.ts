import type { Attachment } from '@aws-sdk/client-sesv2';
import type { SendEmailRequest } from './send-email-input.ts';

/** A request as the body of its POST: what is bytes goes as base64, as AWS's REST JSON protocol says. */
export function toSendEmailBody({ Content, ...others }: SendEmailRequest): string {
  const data = base64(Content.Raw?.Data);
  if (data === undefined) return JSON.stringify({ Content: contentOf(Content), ...others });
  // Nothing in base64 has to be escaped: to look for that in 50 MB takes as long as all the rest.
  return `{"Content":{"Raw":{"Data":"${data}"}},${JSON.stringify(others).slice(1)}`;
}

function contentOf({ Raw, Simple }: SendEmailRequest['Content']) {
  if (Raw !== undefined) return { Raw: {} };
  return Simple?.Attachments === undefined
    ? { Simple }
    : { Simple: { ...Simple, Attachments: Simple.Attachments.map(attachmentOf) } };
}

const attachmentOf = (attachment: Attachment) => ({
  ...attachment,
  RawContent: base64(attachment.RawContent),
});

function base64(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
