import { createHash } from 'node:crypto';
import type { AttachmentInput } from '@postroom/contracts';
import type { AttachmentRef } from '../send/send.ts';

/** An attachment with the hash that its bytes are kept under. */
export type PreparedAttachment = {
  readonly ref: AttachmentRef;
  readonly content: Uint8Array;
  /** The media type that the request named, if it named one. */
  readonly givenType: string | null;
};

/** Hashes the attachments of one send, in their order. */
export function prepareAttachments(
  attachments: readonly AttachmentInput[] | null | undefined,
): readonly PreparedAttachment[] {
  return (attachments ?? []).map(({ content, filename, contentType, givenType, contentId }) => ({
    ref: {
      hash: createHash('sha256').update(content).digest('hex'),
      filename,
      contentType,
      contentId,
      sizeBytes: content.length,
    },
    content,
    givenType,
  }));
}
