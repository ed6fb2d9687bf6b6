import type { DeliverDeps, SnapshotContent } from '@postroom/core';
import { DeliveryStore, type PrismaClient } from '@postroom/db';
import { LRUCache } from 'lru-cache';
import { MessageRoom } from './message-room.ts';

/** Bytes of template source that a worker remembers. */
const snapshotCacheBytes = 32 * 1024 * 1024;

/** Bytes of attachments that a worker remembers. */
const attachmentCacheBytes = 16 * 1024 * 1024;

/** Bytes of large messages in hand at which no other is begun: each takes six times its bytes while SES is given it. */
const roomBytes = { maxBytes: 16 * 1024 * 1024, maxWorkspaceBytes: 12 * 1024 * 1024 };

const snapshotBytes = ({ subject, html, text }: SnapshotContent) =>
  1 + 2 * (subject.length + (html?.length ?? 0) + (text?.length ?? 0));

/** The sends of a batch often carry the same file: what was fetched is remembered for a while. */
function attachmentsFrom(store: DeliveryStore): DeliverDeps['attachments'] {
  const contents = new LRUCache<string, Uint8Array>({
    maxSize: attachmentCacheBytes,
    sizeCalculation: ({ length }) => Math.max(1, length),
    fetchMethod: (key) => {
      const [workspaceId = '', hash = ''] = key.split('/');
      return store.findAttachment(workspaceId, hash);
    },
  });
  return ({ workspaceId, attachments }) =>
    Promise.all(
      attachments.map(async ({ hash, filename, contentType, contentId }) => ({
        filename,
        contentType,
        contentId,
        content: await contents.forceFetch(`${workspaceId}/${hash}`),
      })),
    );
}

/** What messages are made of, and the memory that those in hand may take: one for a process, whatever it sends through. */
export type MessageParts = Pick<DeliverDeps, 'snapshot' | 'attachments' | 'room'>;

export function openMessageParts(prisma: PrismaClient): MessageParts {
  const store = new DeliveryStore(prisma);
  const snapshots = new LRUCache<string, SnapshotContent>({
    maxSize: snapshotCacheBytes,
    sizeCalculation: snapshotBytes,
    fetchMethod: (id) => store.findSnapshot(id),
  });
  return {
    snapshot: (id) => snapshots.forceFetch(id),
    attachments: attachmentsFrom(store),
    room: new MessageRoom(roomBytes),
  };
}
