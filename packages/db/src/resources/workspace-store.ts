import { newId } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** Workspaces, of which an installation has one unless somebody makes more. */
export class WorkspaceStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** The id of the default workspace, which is made on first use. Safe to call from several processes at once. */
  async ensureDefault(): Promise<string> {
    await this.#prisma.$executeRaw`
      INSERT INTO workspaces (id, name, is_default) VALUES (${newId()}::uuid, 'Default', true)
      ON CONFLICT DO NOTHING`;
    const { id } = await this.#prisma.workspace.findFirstOrThrow({
      where: { isDefault: true },
      select: { id: true },
    });
    return id;
  }
}
