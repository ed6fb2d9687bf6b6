import { createHash } from 'node:crypto';
import type { AttachmentInput } from '@postroom/contracts';
import type { AttachmentRef } from './model.ts';

/** An attachment with the hash that its bytes are kept under. */
export type PreparedAttachment = { readonly ref: AttachmentRef; readonly content: Uint8Array };

/** Hashes the attachments of one send, in their order. */
export function prepareAttachments(
  attachments: readonly AttachmentInput[] | null | undefined,
): readonly PreparedAttachment[] {
  return (attachments ?? []).map(({ content, filename, contentType, contentId }) => ({
    ref: {
      hash: createHash('sha256').update(content).digest('hex'),
      filename,
      contentType,
      contentId,
      sizeBytes: content.length,
    },
    content,
  }));
}
