import type { Attachment, RawMessage } from '@aws-sdk/client-sesv2';
import type { SendEmailRequest } from './send-email-input.ts';

/** A request as the body of its POST: what is bytes goes as base64, as AWS's REST JSON protocol says. */
export function toSendEmailBody(request: SendEmailRequest): string {
  return JSON.stringify({ ...request, Content: contentOf(request) });
}

function contentOf({ Content: { Raw, Simple } }: SendEmailRequest) {
  if (Raw !== undefined) return { Raw: rawOf(Raw) };
  return Simple?.Attachments === undefined
    ? { Simple }
    : { Simple: { ...Simple, Attachments: Simple.Attachments.map(attachmentOf) } };
}

const rawOf = ({ Data }: RawMessage) => ({ Data: base64(Data) });

const attachmentOf = (attachment: Attachment) => ({
  ...attachment,
  RawContent: base64(attachment.RawContent),
});

function base64(bytes: Uint8Array | undefined): string | undefined {
  if (bytes === undefined) return undefined;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
