import type { SnapshotContent } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** What delivering a send needs beside its claim. */
export class DeliveryStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Whether a send is a test key's. */
  async isSimulated(id: string): Promise<boolean> {
    const send = await this.#prisma.emailSend.findUnique({ where: { id }, select: { simulated: true } });
    return send?.simulated === true;
  }

  /** The content that a send is rendered from. */
  async findSnapshot(id: string): Promise<SnapshotContent> {
    return this.#prisma.templateSnapshot.findUniqueOrThrow({
      where: { id },
      select: { id: true, kind: true, subject: true, html: true, text: true },
    });
  }

  /** The bytes of one attachment of a workspace. */
  async findAttachment(workspaceId: string, hash: string): Promise<Uint8Array> {
    const contentHash = new Uint8Array(Buffer.from(hash, 'hex'));
    const { content } = await this.#prisma.attachment.findUniqueOrThrow({
      where: { workspaceId_contentHash: { workspaceId, contentHash } },
      select: { content: true },
    });
    return content;
  }

  /** Notes on a sender profile that SES refused it; one that has moved on from the account that did is left as it is. */
  async flagSender(id: string, accountId: string | null, reason: string): Promise<void> {
    await this.#prisma.senderProfile.updateMany({
      where: { id, accountId },
      data: { flaggedReason: reason },
    });
  }
}
