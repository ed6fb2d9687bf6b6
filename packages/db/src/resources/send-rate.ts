import type { PrismaClient } from '../generated/client.ts';

/** The account has one rate, so that there is one row. */
const only = { id: 1 };

export type SetSendRate = { readonly recipientsPerSecond: number; readonly setAt: Date };

/** The rate that an operator has set for all workers; null when none is set. */
export async function findSendRate(prisma: PrismaClient): Promise<SetSendRate | null> {
  const row = await prisma.sendRate.findUnique({ where: only });
  return row === null ? null : { recipientsPerSecond: row.recipientsPerSecond, setAt: row.updatedAt };
}

/** Sets the rate of all workers; null takes it back. */
export async function setSendRate(prisma: PrismaClient, recipientsPerSecond: number | null): Promise<void> {
  if (recipientsPerSecond === null) {
    await prisma.sendRate.deleteMany({ where: only });
    return;
  }
  await prisma.sendRate.upsert({
    where: only,
    create: { ...only, recipientsPerSecond },
    update: { recipientsPerSecond },
  });
}
