import type { PrismaClient } from '../generated/client.ts';

/** The account has one rate, so that there is one row. */
const only = { id: 1 };

export type SetSendRate = { readonly recipientsPerSecond: number; readonly setAt: Date };

/** The rate that an operator has set for all workers. */
export class SendRateStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null when none is set. */
  async find(): Promise<SetSendRate | null> {
    const row = await this.#prisma.sendRate.findUnique({ where: only });
    return row === null ? null : { recipientsPerSecond: row.recipientsPerSecond, setAt: row.updatedAt };
  }

  /** Null takes it back. */
  async set(recipientsPerSecond: number | null): Promise<void> {
    if (recipientsPerSecond === null) {
      await this.#prisma.sendRate.deleteMany({ where: only });
      return;
    }
    await this.#prisma.sendRate.upsert({
      where: only,
      create: { ...only, recipientsPerSecond },
      update: { recipientsPerSecond },
    });
  }
}
